import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import type { Head } from '../samples/model.ts';
import type { ChangeEntry } from './model.ts';
import { decideChanges, readChanges } from './read-changes.ts';

const NOW = 1_795_000_000_000 as EpochMs;
const scope = { workspaceId: 'ws_a' as WorkspaceId, userId: 'usr_a' as UserId };
const entryOf = (seq: number, ageMs = 0): ChangeEntry => ({
  kind: 'priorities',
  seq,
  committedAtMs: (NOW - ageMs) as EpochMs,
  correlationId: 'c',
  metrics: ['*'],
});
const headOf = (seq: number): Head => ({
  seq,
  settingsVersion: 1,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
});
const worldOf = (entries: readonly ChangeEntry[], head: Head | undefined, appearing?: ChangeEntry) => {
  const visible = [...entries];
  const clock: Clock = {
    now: () => NOW,
    sleep: async () => {
      if (appearing !== undefined && visible.at(-1) !== appearing) visible.push(appearing);
    },
  };
  const feed = {
    loadAfter: async (_: unknown, since: number, limit: number) =>
      visible.filter(({ seq }) => seq > since).slice(0, limit),
  };
  return { feed, heads: { load: async () => head }, clock };
};

test('OBX7 entries come in order, and the next call goes on behind the last', async () => {
  const deps = worldOf(
    [1, 2, 3, 4, 5].map((seq) => entryOf(seq)),
    headOf(5),
  );
  const first = await readChanges(deps, scope, { since: 0, limit: 3 });
  expect(first).toMatchObject({ kind: 'page', nextSince: 3 });
  const second = await readChanges(deps, scope, { since: 3, limit: 3 });
  expect(second).toMatchObject({ kind: 'page', changes: [{ seq: 4 }, { seq: 5 }], nextSince: 5 });
  expect(await readChanges(deps, scope, { since: 5, limit: 3 })).toEqual({
    kind: 'page',
    changes: [],
    nextSince: 5,
  });
});

test('OBX7 a page stops at the first missing number', async () => {
  const deps = worldOf([entryOf(1), entryOf(3)], headOf(3));
  expect(await readChanges(deps, scope, { since: 0, limit: 10 })).toEqual({
    kind: 'page',
    changes: [entryOf(1)],
    nextSince: 1,
  });
  expect(await readChanges(deps, scope, { since: 1, limit: 10 })).toMatchObject({
    kind: 'page',
    changes: [],
    nextSince: 1,
  });
});

test('OBX7 an entry that appears a moment after its head is waited for', async () => {
  const deps = worldOf([], headOf(1), entryOf(1));
  expect(await readChanges(deps, scope, { since: 0, limit: 10 })).toMatchObject({ nextSince: 1 });
});

test('OBX7 past the horizon the answer is gone, with the number to go on from', async () => {
  const old = worldOf([entryOf(1, 91 * DAY_MS), entryOf(2)], headOf(2));
  expect(await readChanges(old, scope, { since: 0, limit: 10 })).toEqual({ kind: 'gone', resumeSince: 2 });
  const swept = worldOf([], headOf(9));
  expect(await readChanges(swept, scope, { since: 4, limit: 10 })).toEqual({ kind: 'gone', resumeSince: 9 });
});

test('OBX7 a number missing below a settled entry is gone, not late', () => {
  const at = { since: 1, headSeq: 3, nowMs: NOW };
  expect(decideChanges([entryOf(3, 2 * 60_000)], at)).toEqual({ kind: 'gone', resumeSince: 3 });
  expect(decideChanges([entryOf(3, 1_000)], at)).toMatchObject({ kind: 'page', nextSince: 1 });
});

test('OBX7 a reader ahead of a head that it cannot see yet gets an empty page', async () => {
  const deps = worldOf([], headOf(3));
  expect(await readChanges(deps, scope, { since: 4, limit: 10 })).toMatchObject({ nextSince: 4 });
});

test('OBX7 an unknown and an erased user have no changes', async () => {
  expect(await readChanges(worldOf([], undefined), scope, { since: 0, limit: 1 })).toEqual({
    kind: 'no_user',
  });
  const erased = { ...headOf(1), erasedAtMs: NOW };
  expect(await readChanges(worldOf([], erased), scope, { since: 0, limit: 1 })).toEqual({ kind: 'no_user' });
});
