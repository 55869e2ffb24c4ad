import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { connectionOf } from '../../../test/support/connection-builders.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { SyncWindows } from '../../providers/definition.ts';
import { nextDueMs, silentSince } from './schedule.ts';
import { inTurn, scheduleDue } from './schedule-due.ts';

const WINDOWS: SyncWindows = {
  firstDays: 30,
  overlapMs: DAY_MS,
  backfillDays: undefined,
  pollEveryMs: { withPush: DAY_MS, withoutPush: HOUR_MS },
  silentAfterMs: 6 * HOUR_MS,
};
const after = (durationMs: number) => (START_MS + durationMs) as EpochMs;

test('CON35 silence is counted from the last push, or from the consent, and its beginning stays', () => {
  const connection = connectionOf({ connectedAtMs: START_MS });
  expect(silentSince(connection, WINDOWS, after(6 * HOUR_MS - 1))).toBeUndefined();
  expect(silentSince(connection, WINDOWS, after(9 * HOUR_MS))).toBe(after(6 * HOUR_MS));
  const heard = { ...connection, lastPushAtMs: after(5 * HOUR_MS) };
  expect(silentSince(heard, WINDOWS, after(9 * HOUR_MS))).toBeUndefined();
  const known = { ...connection, silentSinceMs: after(HOUR_MS) };
  expect(silentSince(known, WINDOWS, after(9 * HOUR_MS))).toBe(after(HOUR_MS));
  expect(
    silentSince(connection, { ...WINDOWS, silentAfterMs: undefined }, after(99 * DAY_MS)),
  ).toBeUndefined();
});

test('CON35 polls are rare while pushes come and frequent while they do not; who is not connected is not polled', () => {
  const connection = connectionOf({ connectedAtMs: START_MS, lastPushAtMs: START_MS });
  expect(nextDueMs(connection, WINDOWS, START_MS)).toBe(after(6 * HOUR_MS));
  const silent = { ...connection, silentSinceMs: START_MS };
  expect(nextDueMs(silent, WINDOWS, START_MS)).toBe(after(HOUR_MS));
  const unpushed = { ...WINDOWS, silentAfterMs: undefined };
  expect(nextDueMs(connection, unpushed, START_MS)).toBe(after(DAY_MS));
  expect(nextDueMs(connection, WINDOWS, after(6 * HOUR_MS))).toBe(after(6 * HOUR_MS + MINUTE_MS));
  expect(nextDueMs({ ...connection, status: 'needs_reauth' }, WINDOWS, START_MS)).toBeUndefined();
});

test('CON34 due connections are woken workspace by workspace in turn, spread over the minute', async () => {
  const due = ['large', 'large', 'large', 'small'].map((workspace) => ({
    scope: { workspaceId: workspace as WorkspaceId, userId: 'usr' as UserId },
    connectionId: connectionOf().connectionId,
  }));
  expect(inTurn(due).map(({ scope }) => scope.workspaceId)).toEqual(['large', 'small', 'large', 'large']);
  const shards: number[] = [];
  const woken: { readonly workspace: string; readonly delaySec: number }[] = [];
  const count = await scheduleDue({
    connections: {
      listDue: async (shard, nowMs, limit) => {
        expect(nowMs).toBe(START_MS);
        shards.push(shard);
        return (shard === 7 ? due : []).slice(0, limit);
      },
    },
    queue: {
      wake: async ({ workspaceId }, _connectionId, { delaySec }) => {
        woken.push({ workspace: workspaceId, delaySec });
      },
    },
    clock: { now: () => START_MS, sleep: async () => undefined },
    newCorrelationId: () => 'c',
  });
  expect(count).toBe(4);
  expect(shards.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, shard) => shard));
  expect(woken.map(({ workspace, delaySec }) => [workspace, delaySec])).toEqual([
    ['large', 0],
    ['small', 1],
    ['large', 2],
    ['large', 3],
  ]);
});
