import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { EventPublisher } from './event-publisher.ts';
import type { ChangeEntry } from './model.ts';
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
    feed: {
      loadAfter: async (_, since, limit) =>
        Array.from({ length: ENTRIES_PER_USER }, (__, index) => entryOf(index + 1))
          .filter(({ seq }) => seq > since)
          .slice(0, limit),
    },
    clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
    randomness: { bytes: (count) => new Uint8Array(count) },
  };
}

const request = { workspaceId, fromMs: 50 as EpochMs, toMs: 201 as EpochMs };
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
