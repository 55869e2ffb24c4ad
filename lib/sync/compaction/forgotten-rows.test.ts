import { beforeEach, expect, test } from 'vitest';
import type { PushChange } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { logTablesOf } from '../../../test/contract-suites/store-fixtures.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';
import type { Dynamo } from '../../adapters/dynamo/dynamo.ts';
import { createLogCompaction } from '../../adapters/dynamo/log-compaction.ts';
import { DAY_MS } from '../../core/instants.ts';
import { listConflicts } from '../conflicts/list-conflicts.ts';
import { resolveConflicts } from '../conflicts/resolve-conflicts.ts';
import { pullChanges } from '../pull/pull-changes.ts';
import { compactDueLogs } from './compact-due-logs.ts';

let server: DeviceServer;
let count = 0;
beforeEach(async () => {
  server = await openDeviceServer();
  count = 0;
});

const DAYS_LATER_MS = 91 * DAY_MS;
const change = (entityType: string, id: string, parts: Partial<PushChange> = {}): PushChange => {
  count += 1;
  const requestId = `r-${count}` as RequestId;
  return {
    requestId,
    entityType,
    id,
    op: 'create',
    hlc: hlcAt(0).replace(/^\d+/, String(server.clock.now())),
    ...parts,
  };
};
const goal = (parts: Partial<PushChange> = {}) =>
  change('goals', uuid(1), { data: { name: 'run', type: 'steps' }, ...parts });
const settings = (parts: Partial<PushChange> = {}) =>
  change('user_settings', 'me', { data: { theme: 'dark' }, ...parts });

const compact = () =>
  compactDueLogs({
    logs: createLogCompaction(logTablesOf(server.storage)),
    clock: server.clock,
  });

/** Both rows made, changed and deleted at version 3. */
async function deleteBoth(): Promise<void> {
  await server.push({ changes: [goal(), settings()] });
  const update = { op: 'update', baseVersion: 1 } as const;
  const changed = [
    goal({ ...update, data: { name: 'walk' } }),
    settings({ ...update, data: { theme: 'light' } }),
  ];
  await server.push({ changes: changed });
  const gone = { op: 'delete', baseVersion: 2, data: undefined } as const;
  await server.push({ changes: [goal(gone), settings(gone)] });
}

/** Long ago: only what compaction remembers of them is left. */
async function forgetBoth(): Promise<string> {
  await deleteBoth();
  const { cursor } = JSON.parse((await pullChanges(server.deps, server.scope, { limit: 10 })).body);
  server.clock.advance(DAYS_LATER_MS);
  expect((await compact()).removedCount).toBe(3);
  expect(await server.row('goals', uuid(1))).toBeUndefined();
  expect(await server.head()).toMatchObject({ horizonSeq: 3, forgottenVersion: 3 });
  return cursor;
}

test('SYN12 a row made anew after its tombstone was forgotten is newer than every tombstone of it', async () => {
  const cursor = await forgetBoth();
  const { answer } = await server.push({ changes: [goal(), settings(), { ...goal(), id: uuid(2) }] });
  expect(answer.successful.map(({ version }) => version)).toEqual([4, 4, 4]);
  const page = JSON.parse((await pullChanges(server.deps, server.scope, { limit: 10, cursor })).body);
  expect(page.changes.map(({ id, op, version }: Record<string, unknown>) => [id, op, version])).toEqual([
    [uuid(1), 'upsert', 4],
    ['me', 'upsert', 4],
    [uuid(2), 'upsert', 4],
  ]);
  // Later commits and runs leave what is remembered as it is.
  await server.push({ changes: [settings({ op: 'delete', data: undefined, baseVersion: 4 })] });
  expect(await server.head()).toMatchObject({ seq: 5, forgottenVersion: 3 });
  server.clock.advance(DAYS_LATER_MS);
  await compact();
  expect(await server.head()).toMatchObject({ horizonSeq: 5, forgottenVersion: 5 });
});

test('SYN6 an update of a row whose tombstone was forgotten leaves it deleted, and its record keeps what was sent', async () => {
  await forgetBoth();
  const late = settings({ op: 'update', baseVersion: 1, data: { theme: 'light' } });
  const { status, answer } = await server.push({ changes: [late, goal({ op: 'update', baseVersion: 2 })] });
  expect([status, answer.successful, answer.failed]).toEqual([207, [], []]);
  expect(answer.conflicts).toMatchObject([
    { entityType: 'user_settings', id: 'me', outcome: 'server_wins', version: 3, server: null },
    { entityType: 'goals', id: uuid(1), outcome: 'server_wins', version: 3, server: null },
  ]);
  expect(await server.row('user_settings', 'me')).toBeUndefined();
  const gone = settings({ op: 'delete', baseVersion: 1, data: undefined });
  expect((await server.push({ changes: [gone] })).answer.successful).toMatchObject([{ version: 0 }]);
  const { conflicts } = await listConflicts(server.deps, server.scope, {
    ...{ status: 'all', limit: 10, cursor: undefined },
  });
  const record = conflicts.find(({ id }) => id === 'me');
  expect(record).toMatchObject({
    ...{
      fields: ['deleted'],
      baseVersion: 1,
      client: { data: { theme: 'light' } },
      server: { version: null },
    },
    result: { version: 3, data: null },
  });
  const conflictId = record?.conflictId ?? '';
  const resolutions = [{ conflictId, strategy: 'client' as const }];
  const request = { deviceId: 'phone', operationId: 'resolve' as RequestId, resolutions };
  await resolveConflicts(server.deps, server.scope, request, { correlationId: 'c' });
  expect((await server.row('user_settings', 'me'))?.state).toMatchObject({
    version: 4,
    data: { theme: 'light' },
  });
});

test('SYN12 a push that read the head before the horizon rose, and its rows after, is planned again', async () => {
  await deleteBoth();
  server.clock.advance(DAYS_LATER_MS);
  const { dynamo } = server.storage;
  const isHead = (input: object) => 'Key' in input && JSON.stringify(input.Key).includes('"ENTITIES"');
  let compactedCount = 0;
  const send = async (...parameters: Parameters<Dynamo['send']>) => {
    const reply = await dynamo.send(...parameters);
    if (compactedCount === 0 && 'TableName' in parameters[0].input && isHead(parameters[0].input)) {
      compactedCount += (await compact()).removedCount;
    }
    return reply;
  };
  const between = server.over({ send: send as Dynamo['send'] });
  const { answer } = await server.push({ changes: [goal(), settings()] }, between);
  expect(compactedCount).toBe(3);
  expect(answer.successful.map(({ version }) => version)).toEqual([4, 4]);
});
