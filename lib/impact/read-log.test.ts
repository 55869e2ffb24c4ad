import { beforeEach, expect, test } from 'vitest';
import {
  type ImpactWorld,
  MINUTE_MS,
  openImpactWorld,
  sessionIdOf,
} from '../../test/support/impact-world.ts';
import type { ImpactDeps, SyncedRows } from './impact-deps.ts';
import { readLog } from './read-log.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();

let world: ImpactWorld;
beforeEach(async () => {
  world = await openImpactWorld();
});

const putSession = (index: number, minutes = 30) =>
  world.entity(`PUT sessions/${sessionIdOf(index)}`, {
    startedAt: iso(START_MS),
    endedAt: iso(START_MS + minutes * MINUTE_MS),
    status: 'COMPLETED',
  });
const read = async (synced: Partial<SyncedRows> = {}) => {
  const deps: Pick<ImpactDeps, 'synced' | 'clock'> = {
    clock: world.impact.clock,
    synced: { ...world.impact.synced, ...synced },
  };
  const page = await readLog(deps, world.scope, undefined);
  if (page.kind !== 'page') throw new Error(`a page was wanted, not ${page.kind}`);
  return page;
};
const idsOf = ({ changes }: Awaited<ReturnType<typeof read>>) => changes.map(({ sessionId }) => sessionId);

test('SIP6 an entry whose row is not yet the one it names ends the page before it', async () => {
  await putSession(1);
  await putSession(2);
  const [old] = await world.impact.synced.loadRows(world.scope, [{ type: 'sessions', id: sessionIdOf(2) }]);
  await putSession(2, 45);
  await putSession(3);
  if (old === undefined) throw new Error('no row');
  const half: SyncedRows['loadRows'] = async (scope, keys) =>
    (await world.impact.synced.loadRows(scope, keys)).map((row) => (row.id === old.id ? old : row));
  const page = await read({ loadRows: half });
  expect([page.reached.seq, page.isBehind, idsOf(page)]).toEqual([2, true, [sessionIdOf(1), sessionIdOf(2)]]);
  const whole = await read();
  expect([whole.reached.seq, whole.isBehind, idsOf(whole).length]).toEqual([4, false, 3]);
});

test('SIP6 a row that is not there is waited for; a minute later it was deleted and forgotten', async () => {
  await putSession(1);
  const none: SyncedRows['loadRows'] = async () => [];
  expect(await read({ loadRows: none })).toMatchObject({ reached: { seq: 0 }, isBehind: true, changes: [] });
  world.clock.advance(2 * MINUTE_MS);
  expect(await read({ loadRows: none })).toMatchObject({
    reached: { seq: 1 },
    isBehind: false,
    changes: [{ sessionId: sessionIdOf(1), facts: undefined }],
  });
});

test('SIP6 a page ends before a number that is missing, and before a head that is behind', async () => {
  for (let index = 1; index <= 4; index += 1) await putSession(index);
  const holed: SyncedRows['readEntries'] = async (...parameters) =>
    (await world.impact.synced.readEntries(...parameters)).filter(({ seq }) => seq !== 3);
  expect(await read({ readEntries: holed })).toMatchObject({ reached: { seq: 2 }, isBehind: true });
  const early: SyncedRows['loadHead'] = async (scope) => {
    const head = await world.impact.synced.loadHead(scope);
    return head === undefined || head === 'gone' ? head : { ...head, seq: 1 };
  };
  expect(await read({ loadHead: early })).toMatchObject({ reached: { seq: 1 }, isBehind: false });
});

test('SIP2 what is stored of a session is read as it was written, on any clock, or left out', async () => {
  const put = (index: number, data: object) => world.entity(`PUT sessions/${sessionIdOf(index)}`, data);
  await put(1, { startedAt: '2026-11-21T09:00:00+05:45', status: 'ACTIVE' });
  await put(2, { startedAt: '1985-01-01T00:00:00Z', status: 'ACTIVE' });
  await world.entity(`PUT goals/${sessionIdOf(3)}`, { name: 'Walk' });
  const { changes, reached } = await read();
  expect(reached.seq).toBe(3);
  expect(changes.map(({ facts }) => facts)).toEqual([
    {
      sessionId: sessionIdOf(1),
      version: 1,
      startedAtMs: Date.parse('2026-11-21T03:15:00Z'),
      endedAtMs: undefined,
      status: 'ACTIVE',
      credit: { kind: 'none' },
    },
    undefined,
  ]);
});
