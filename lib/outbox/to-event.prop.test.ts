import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_CATALOG } from '../../contracts/events/catalog.ts';
import type { BlockChange } from '../../contracts/events/samples-changed.v1.ts';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { eventIdOf } from './event-id.ts';
import type { ChangeEntry, OutboxEntry } from './model.ts';
import { MAX_DETAIL_BYTES, toEvents } from './to-event.ts';

const SCOPE = {
  workspaceId: 'ws_01j9z3k4m5n6p7q8r9s0t1v2w3' as WorkspaceId,
  userId: 'usr_01j9z3k4m5n6p7q8r9s0t1v2w4' as UserId,
};

const change = (index: number, dateCount = 1): BlockChange => ({
  metric: 'heart_rate',
  sourceId: '0123456789abc',
  block: `2026-11-${String((index % 28) + 1).padStart(2, '0')}#0123456789abc#${index}`,
  version: index + 1,
  fromMs: 1_795_000_000_000,
  toMs: 1_795_000_060_000,
  dates: Array.from({ length: dateCount }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}`),
  counts: { added: 1, updated: 0, deleted: 0 },
});

const samplesEntry = (changes: readonly BlockChange[], seq = 7): ChangeEntry => ({
  kind: 'samples',
  seq,
  committedAtMs: 1_795_000_000_000 as EpochMs,
  correlationId: 'c-1',
  requestId: 'r-1',
  origin: 'live',
  changes,
});

const sizeOf = (detail: unknown) => Buffer.byteLength(JSON.stringify(detail));

test('OBX2 an event id never changes: frozen example', () => {
  const part = { index: 0, count: 1 };
  expect(eventIdOf(SCOPE, { seq: 7, type: 'samples.changed.v1', part })).toBe(
    'nscfa9n857raqj7nrnjw88mh9ytwqrtw8tzpmryjcceqr2r59y00',
  );
});

test('OBX2 one entry is one event with the same id however often it is asked', () => {
  const first = toEvents(SCOPE, samplesEntry([change(1)]));
  expect(first).toHaveLength(1);
  expect(toEvents(SCOPE, samplesEntry([change(1)]))).toEqual(first);
});

test('OBX1 every kind of entry gives events that their published schema accepts', () => {
  const base = { seq: 3, committedAtMs: 5 as EpochMs, correlationId: 'c' };
  const entries: readonly OutboxEntry[] = [
    samplesEntry([change(1)]),
    { ...base, kind: 'priorities', metrics: ['*'] },
    { ...base, kind: 'workout_decision', groupId: 'g', decision: 'automatic', recordIds: ['r1', 'r2'] },
    {
      ...base,
      kind: 'records',
      origin: 'live',
      changes: [
        {
          kind: 'sleep',
          recordId: 'r1',
          change: 'created',
          version: 1,
          provider: 'oura',
          fromMs: 1,
          toMs: 2,
          dates: ['2026-11-21'],
        },
      ],
    },
    {
      ...base,
      kind: 'connection',
      connectionId: 'con_1',
      provider: 'oura',
      status: 'needs_reauth',
      reason: 'grant_revoked',
    },
    {
      ...base,
      kind: 'backfill',
      connectionId: 'con_1',
      provider: 'oura',
      syncId: 'syn_1',
      dataType: 'sleep',
      status: 'succeeded',
      fromMs: 1,
      toMs: 2,
      counts: { fetched: 1, accepted: 1, updated: 0, duplicate: 0, refused: 0 },
    },
    {
      ...base,
      kind: 'sync',
      originDeviceId: null,
      changes: [{ type: 'goals', id: '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22', op: 'delete', version: 2 }],
    },
    { ...base, kind: 'erasure', erasedAtMs: 4 as EpochMs },
  ];
  for (const entry of entries) {
    const events = toEvents(SCOPE, entry);
    expect(events.length).toBeGreaterThan(0);
    for (const { type, detail } of events) expect(EVENT_CATALOG[type].parse(detail)).toEqual(detail);
  }
});

test('OBX2 a large entry becomes parts under the limit that lose nothing and repeat nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 96 }),
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 2_000, max: 70_000 }),
      (changeCount, dateCount, maxBytes) => {
        const changes = Array.from({ length: changeCount }, (_, index) => change(index, dateCount));
        const events = toEvents(SCOPE, samplesEntry(changes), maxBytes);
        const details = events.flatMap((event) => (event.type === 'samples.changed.v1' ? event.detail : []));
        expect(details.flatMap((detail) => detail.changes)).toEqual(changes);
        expect(new Set(details.map(({ id }) => id)).size).toBe(events.length);
        expect(details.map(({ part }) => part)).toEqual(
          events.map((_, index) => ({ index, count: events.length })),
        );
        for (const detail of details) expect(sizeOf(detail)).toBeLessThanOrEqual(maxBytes);
      },
    ),
    { seed: 20_261_121, numRuns: 200 },
  );
});

test('OBX2 the limit is used: parts are not cut smaller than they have to be', () => {
  const changes = Array.from({ length: 400 }, (_, index) => change(index, 3));
  const events = toEvents(SCOPE, samplesEntry(changes));
  const totalBytes = events.reduce((sum, { detail }) => sum + sizeOf(detail), 0);
  expect(events.length).toBe(Math.ceil(totalBytes / MAX_DETAIL_BYTES));
});

test('OBX2 another user, workspace, seq, kind or part is another event', () => {
  const base = { seq: 1, type: 'samples.changed.v1', part: { index: 0, count: 2 } };
  const ids = [
    eventIdOf(SCOPE, base),
    eventIdOf(SCOPE, { ...base, seq: 2 }),
    eventIdOf(SCOPE, { ...base, type: 'user.erased.v1' }),
    eventIdOf(SCOPE, { ...base, part: { index: 1, count: 2 } }),
    eventIdOf(SCOPE, { ...base, part: { index: 0, count: 3 } }),
    eventIdOf({ ...SCOPE, userId: 'usr_other' as UserId }, base),
    eventIdOf({ ...SCOPE, workspaceId: 'ws_other' as WorkspaceId }, base),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('OBX3 whatever else an entry comes to hold, its events hold only the named fields', () => {
  const plain = samplesEntry([change(1)]);
  const leaking = {
    ...plain,
    value: 72,
    changes: [{ ...change(1), values: [72], mean: 71.5 }],
  } as unknown as ChangeEntry;
  expect(toEvents(SCOPE, leaking)).toEqual(toEvents(SCOPE, plain));
});
