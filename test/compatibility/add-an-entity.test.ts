import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncRegistry } from '../../contracts/description/sync-registry.ts';
import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { applyChange } from '../../lib/sync/merge/apply-change.ts';
import { mergeChange } from '../../lib/sync/merge/merge-change.ts';
import { checkSchema, relationsOf } from '../../lib/sync/merge/relation-graph.ts';
import { type RawChange, validateChange } from '../../lib/sync/merge/validate-change.ts';
import { hlcAt, NOW_MS } from '../support/entity-arbitraries.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SYNC = join(ROOT, 'contracts', 'sync');
const GUIDE = join(ROOT, 'docs', 'add-an-entity.md');

let folder = '';
let schema: SyncSchema;

/** The file of the guide, as it stands there: the one thing that somebody adds. */
const fileOfGuide = async (): Promise<string> => {
  const [, file = ''] = /```ts\n([^`]+)```/.exec(await readFile(GUIDE, 'utf8')) ?? [];
  return file;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-entity-'));
  const sync = join(folder, 'contracts', 'sync');
  await cp(SYNC, sync, { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(sync, 'entities', 'water-glasses.ts'), await fileOfGuide());
  await writeFile(join(sync, 'registry.ts'), syncRegistry(join(sync, 'entities')));
  const loaded: { readonly SYNC_SCHEMA: SyncSchema } = await import(
    pathToFileURL(join(sync, 'registry.ts')).href
  );
  schema = loaded.SYNC_SCHEMA;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('SYN29 the registry is what `npm run contracts` writes', async () => {
  expect(await readFile(join(SYNC, 'registry.ts'), 'utf8')).toBe(syncRegistry(join(SYNC, 'entities')));
});

test('SYN29 a new entity is one new file: its changes are checked, merged and seen', () => {
  expect(checkSchema(schema)).toEqual([]);
  expect(relationsOf(schema).types).toContain('water_glasses');
  expect(
    relationsOf(schema)
      .children.get('sessions')
      ?.map(({ type }) => type),
  ).toContain('water_glasses');
  const send = (raw: Partial<RawChange>, device: string) =>
    validateChange(
      schema,
      { entityType: 'water_glasses', id: 'glass-1', op: 'update', hlc: hlcAt(NOW_MS, device), ...raw },
      { nowMs: NOW_MS },
    );
  const valid = (raw: Partial<RawChange>, device: string) => {
    const answer = send(raw, device);
    if (!answer.ok) throw new Error(answer.failure.code);
    return answer.value;
  };
  const { entity, change } = valid(
    { op: 'create', data: { drunkAt: '2026-11-21T13:00:00Z', glasses: 1 } },
    'a',
  );
  const made = mergeChange(entity, undefined, change, { nowMs: NOW_MS });
  if (made.kind !== 'changed') throw new Error('not made');
  const more = valid({ baseVersion: 1, data: { glasses: { delta: 2 } } }, 'b');
  const first = mergeChange(entity, made.row, more.change, { nowMs: NOW_MS });
  if (first.kind !== 'changed') throw new Error('not counted');
  const both = mergeChange(
    entity,
    first.row,
    valid({ baseVersion: 1, data: { glasses: { delta: 1 } } }, 'c').change,
    {
      nowMs: NOW_MS,
    },
  );
  expect(both).toMatchObject({ kind: 'changed', row: { version: 3, data: { glasses: 4 } } });
  expect(applyChange(entity, made.row.data, more.change)).toMatchObject({ glasses: 3 });
  expect(send({ data: { colour: 'blue' } }, 'a')).toMatchObject({ failure: { code: 'sync.unknown_field' } });
});
