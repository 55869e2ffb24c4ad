import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { EventPublisher } from './event-publisher.ts';
import type { ChangeEntry, OutboxEntry } from './model.ts';
import { type ReplayDeps, replayChanges } from './replay.ts';

const workspaceId = 'ws_a' as WorkspaceId;
const USERS: readonly UserId[] = ['usr_a', 'usr_b', 'usr_c'].map((id) => id as UserId);
const ENTRIES_PER_USER = 250;
const entryOf = (seq: number): ChangeEntry => ({
  kind: 'priorities',
  seq,
  committedAtMs: seq as EpochMs,
  correlationId: 'c',
  metrics: ['*'],
});

const SYNC_ENTRY: OutboxEntry = {
  kind: 'sync',
  seq: 7,
  committedAtMs: 60 as EpochMs,
  correlationId: 'c',
  originDeviceId: null,
  changes: [{ type: 'goals', id: '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22', op: 'upsert', version: 1 }],
};

function depsOf(publishedIds: string[], isTaken: (call: number) => boolean = () => true): ReplayDeps {
  let call = 0;
  const publisher: EventPublisher = {
    publish: async (events) =>
      events.map(({ detail }) => {
        call += 1;
        if (!isTaken(call)) return { kind: 'failed', reason: 'InternalFailure' };
        publishedIds.push(`${detail.userId}:${detail.seq}`);
        return { kind: 'published' };
      }),
  };
  return {
    publisher,
    users: {
      listUserIds: async (_, after, limit) =>
        USERS.filter((userId) => after === undefined || userId > after).slice(0, limit),
    },
    feeds: {
      changes: {
        loadAfter: async (_, since, limit) =>
          Array.from({ length: ENTRIES_PER_USER }, (__, index) => entryOf(index + 1))
            .filter(({ seq }) => seq > since)
            .slice(0, limit),
      },
      sync: { loadAfter: async (_, since) => (since === 0 ? [SYNC_ENTRY] : []) },
    },
    clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
    randomness: { bytes: (count) => new Uint8Array(count) },
  };
}

const request = { workspaceId, log: 'changes', fromMs: 50 as EpochMs, toMs: 201 as EpochMs } as const;
const expectedIds = USERS.flatMap((userId) =>
  Array.from({ length: 151 }, (_, index) => `${userId}:${index + 50}`),
);

test('OBX8 every entry of the range is published again, each page with its progress', async () => {
  const ids: string[] = [];
  const progress = [];
  for await (const step of replayChanges(depsOf(ids), request)) progress.push(step);
  expect(ids).toEqual(expectedIds);
  expect(progress.at(-1)).toEqual({
    cursor: { userId: 'usr_c', seq: ENTRIES_PER_USER },
    userCount: 3,
    entryCount: 453,
    eventCount: 453,
  });
});

test('OBX8 a run that was cut off goes on behind its last cursor and loses nothing', async () => {
  const ids: string[] = [];
  for await (const { cursor } of replayChanges(depsOf(ids), request)) {
    if (cursor.userId !== 'usr_b') continue;
    for await (const _ of replayChanges(depsOf(ids), { ...request, resumeAfter: cursor }));
    break;
  }
  expect(ids).toEqual(expectedIds);
});

test('OBX8 what the bus refuses is published again until it is taken', async () => {
  const ids: string[] = [];
  for await (const _ of replayChanges(
    depsOf(ids, (call) => call % 3 !== 0),
    request,
  ));
  expect([...ids].sort()).toEqual([...expectedIds].sort());
});

test('OBX8 a bus that takes nothing ends the run with its reason', async () => {
  const run = replayChanges(
    depsOf([], () => false),
    request,
  );
  await expect(run.next()).rejects.toThrow('the bus refused 51 events: InternalFailure');
});

test('OBX8 the log of device sync is replayed by itself', async () => {
  const ids: string[] = [];
  for await (const _ of replayChanges(depsOf(ids), { ...request, log: 'sync' }));
  expect(ids).toEqual(USERS.map((userId) => `${userId}:7`));
});
