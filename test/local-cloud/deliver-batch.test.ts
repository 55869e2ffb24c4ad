import { describe, expect, test } from 'vitest';
import { createFaults, type DeliveryFault, noFaults } from '../../infra/local/faults/faults.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';
import {
  type DeliverySettings,
  deliverBatch,
  type ParkedBatch,
  StoppedError,
} from '../../infra/local/streams/deliver-batch.ts';
import { planBatches } from '../../infra/local/streams/plan-batches.ts';
import { changesNothing, type StreamRecord } from '../../infra/local/streams/stream-record.ts';
import type { EpochMs } from '../../lib/core/instants.ts';

const NOW_SEC = 1_795_000_000;

const record = (sequence: number, partition = 'a', atSec = NOW_SEC): StreamRecord => ({
  eventID: String(sequence),
  eventName: 'INSERT',
  dynamodb: {
    Keys: { pk: { S: partition }, sk: { S: String(sequence) } },
    SequenceNumber: String(sequence),
    ApproximateCreationDateTime: atSec,
  },
});
const sequences = (records: readonly StreamRecord[]) =>
  records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
const batchOf = (count: number) => Array.from({ length: count }, (_, index) => record(index + 1));

const ok = (failed: readonly number[] = []): InvocationResult => ({
  ok: true,
  requestId: 'r',
  payload: JSON.stringify({ batchItemFailures: failed.map((each) => ({ itemIdentifier: String(each) })) }),
});
const thrown: InvocationResult = {
  ok: false,
  requestId: 'r',
  error: { errorType: 'Error', errorMessage: 'broken', trace: [] },
};

/** What the function does with the records it gets, and what it got and what was parked. */
function observe(
  invoke: (got: readonly number[], call: number) => InvocationResult,
  own: Partial<DeliverySettings> = {},
) {
  const calls: number[][] = [];
  const parked: ParkedBatch[] = [];
  const sleptMs: number[] = [];
  const settings: DeliverySettings = {
    invoke: async (records) => {
      calls.push(sequences(records));
      return invoke(sequences(records), calls.length);
    },
    reportsItemFailures: true,
    bisects: true,
    maxRetryCount: 2,
    maxRecordAgeMs: -1,
    park: async (batch) => void parked.push(batch),
    faults: noFaults,
    clock: { now: () => (NOW_SEC * 1_000) as EpochMs, sleep: async (ms) => void sleptMs.push(ms) },
    isStopping: () => false,
    ...own,
  };
  return { settings, calls, parked, sleptMs };
}

describe('a batch of a stream', () => {
  test('OBX5 a poison record is found by halving, and parked whole while all others are handled', async () => {
    const { settings, calls, parked } = observe((got) => (got.includes(3) ? thrown : ok()));
    await deliverBatch(batchOf(8), settings);
    const handled = calls.filter((call) => !call.includes(3)).flat();
    expect(handled.sort()).toEqual([1, 2, 4, 5, 6, 7, 8]);
    expect(parked.map(({ reason, records }) => [reason, sequences(records)])).toEqual([
      ['RetryAttemptsExhausted', [3]],
    ]);
    expect(parked[0]?.records[0]).toEqual(record(3));
  });

  test('OBX4 a reported failure goes on from the lowest reported sequence number', async () => {
    const { settings, calls, parked } = observe((_got, call) => (call === 1 ? ok([7, 4]) : ok()));
    await deliverBatch(batchOf(8), settings);
    expect(calls).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [4, 5, 6, 7, 8],
    ]);
    expect(parked).toEqual([]);
  });

  test('a failure that names no record of the batch fails the whole batch', async () => {
    const { settings, calls } = observe((_got, call) => (call === 1 ? ok([99]) : ok()));
    await deliverBatch(batchOf(2), settings);
    expect(calls).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('retries wait longer each time and end with the batch parked', async () => {
    const { settings, calls, parked, sleptMs } = observe(() => thrown, { bisects: false });
    await deliverBatch(batchOf(2), settings);
    expect(calls).toHaveLength(3);
    expect(sleptMs).toEqual([100, 200]);
    expect(parked.map(({ records, invokeCount }) => [sequences(records), invokeCount])).toEqual([
      [[1, 2], 3],
    ]);
  });

  test('records past the age limit are parked without being tried', async () => {
    const { settings, calls, parked } = observe(() => ok(), { maxRecordAgeMs: 60_000 });
    await deliverBatch([record(1, 'a', NOW_SEC - 61), record(2)], settings);
    expect(calls).toEqual([[2]]);
    expect(parked.map(({ reason, records }) => [reason, sequences(records)])).toEqual([
      ['MaximumRecordAgeExceeded', [1]],
    ]);
  });

  test('a stop leaves the batch unhandled, so that its shard goes on from the checkpoint', async () => {
    const { settings, calls } = observe(() => ok(), { isStopping: () => true });
    await expect(deliverBatch(batchOf(1), settings)).rejects.toThrow(StoppedError);
    expect(calls).toEqual([]);
  });

  test.each<[DeliveryFault['kind'], number]>([
    ['duplicate', 2],
    ['lost-answer', 2],
    ['drop', 1],
    ['delay', 1],
  ])('the fault "%s" still hands over every record', async (kind, times) => {
    const drawn: DeliveryFault[] = [kind === 'delay' ? { kind, delayMs: 5 } : { kind }];
    const faults = { ...noFaults, stream: () => drawn.shift() ?? { kind: 'none' as const } };
    const { settings, calls, parked } = observe(() => ok(), { faults });
    await deliverBatch(batchOf(2), settings);
    expect(calls).toEqual(Array.from({ length: times }, () => [1, 2]));
    expect(parked).toEqual([]);
  });
});

describe('the plan of batches', () => {
  const records = Array.from({ length: 60 }, (_, index) => record(index + 1, `user-${index % 7}`));

  test.each([
    ['without faults', noFaults],
    ['with faults', createFaults('seed')],
  ])('keeps the order of each key in one lane, %s', (_name, faults) => {
    const lanes = planBatches(records, { batchSize: 4, laneCount: 3, faults });
    expect(lanes.flat(2).length).toBe(records.length);
    expect(lanes.flat().every(({ length }) => length <= 4)).toBe(true);
    const laneOf = new Map<string, number>();
    for (const [lane, batches] of lanes.entries()) {
      const lastOf = new Map<string, number>();
      for (const batch of batches) {
        expect(sequences(batch)).toEqual(sequences(batch).toSorted((one, other) => one - other));
        for (const each of batch) {
          const key = JSON.stringify(each.dynamodb.Keys['pk']);
          const sequence = Number(each.dynamodb.SequenceNumber);
          expect(sequence).toBeGreaterThan(lastOf.get(key) ?? 0);
          expect(laneOf.get(key) ?? lane).toBe(lane);
          lastOf.set(key, sequence);
          laneOf.set(key, lane);
        }
      }
    }
  });

  test('the same seed makes the same faults, another seed others', () => {
    const draw = (seed: string) => {
      const faults = createFaults(seed);
      return Array.from({ length: 200 }, () => [faults.stream(), faults.bus(), faults.queue()]);
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
    const kinds = new Set(draw('a').map(([stream]) => (stream as DeliveryFault).kind));
    expect([...kinds].sort()).toEqual(['delay', 'drop', 'duplicate', 'lost-answer', 'none']);
  });
});

test('a put that changes nothing is told from one that does', () => {
  const modify = (before: string, after: string): StreamRecord => ({
    ...record(1),
    eventName: 'MODIFY',
    dynamodb: { ...record(1).dynamodb, OldImage: { v: { S: before } }, NewImage: { v: { S: after } } },
  });
  expect(changesNothing(modify('a', 'a'))).toBe(true);
  expect(changesNothing(modify('a', 'b'))).toBe(false);
  expect(changesNothing(record(1))).toBe(false);
});
