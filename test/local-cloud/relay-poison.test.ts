import type { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clients, Platform } from '../../functions/_platform/platform.ts';
import { createRelayOutboxHandler } from '../../functions/stream/relay-outbox/handler.ts';
import { wire } from '../../functions/stream/relay-outbox/wiring.ts';
import { noFaults } from '../../infra/local/faults/faults.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';
import { deliverBatch, type ParkedBatch } from '../../infra/local/streams/deliver-batch.ts';
import type { StreamRecord } from '../../infra/local/streams/stream-record.ts';
import { toChangeItem } from '../../lib/adapters/dynamo/change-item.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentLog } from '../../lib/observability/log.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';

const NOW_MS = 1_795_000_000_000 as EpochMs;
const BATCH_COUNT = 12;
const scope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};
const clock = { now: () => NOW_MS, sleep: async () => undefined };

/** The stream record of a change entry as the store writes it; a poisoned one has lost its body. */
function recordOf(seq: number, isPoisoned: boolean): StreamRecord {
  const item = toChangeItem(scope, {
    kind: 'priorities',
    seq,
    committedAtMs: NOW_MS,
    correlationId: 'c',
    metrics: ['steps'],
  });
  const { pk = { S: '' }, sk = { S: '' } } = item;
  return {
    eventID: String(seq),
    eventName: 'INSERT',
    dynamodb: {
      Keys: { pk, sk },
      NewImage: isPoisoned ? { ...item, body: { S: '{' } } : item,
      SequenceNumber: String(seq),
      ApproximateCreationDateTime: NOW_MS / 1_000,
    },
  };
}

/** The shipped relay under the mapping that `outbox-relay.ts` declares; the bus refuses as it is told. */
async function deliver(poisoned: ReadonlySet<number>, refuses: (seq: number, call: number) => boolean) {
  const published = new Set<number>();
  const parked: ParkedBatch[] = [];
  const kinds: string[] = [];
  const publishedCounts: number[] = [];
  let callCount = 0;
  const eventBridge = {
    send: async ({ input }: PutEventsCommand) => {
      callCount += 1;
      const Entries = (input.Entries ?? []).map(({ Detail = '{}' }) => {
        const { seq } = JSON.parse(Detail) as { seq: number };
        if (refuses(seq, callCount))
          return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
        published.add(seq);
        return { EventId: String(seq) };
      });
      return { Entries };
    },
  };
  const platform: Platform = {
    client: <Name extends keyof Clients>() => eventBridge as unknown as Clients[Name],
    clock,
    randomness: { bytes: (count) => new Uint8Array(count) },
    log: silentLog,
    meter: silentMeter,
  };
  const handler = createRelayOutboxHandler(wire({ STAGE: 'test', EVENT_BUS_NAME: 'bus' }, platform));
  const invoke = async (Records: readonly StreamRecord[]): Promise<InvocationResult> => {
    const settled = await handler(JSON.parse(JSON.stringify({ Records })), {}).then(
      (answer) => ({ ok: true, requestId: 'r', payload: JSON.stringify(answer) }) as const,
      (error: Error) => {
        const { name, message } = error;
        return {
          ok: false,
          requestId: 'r',
          error: { errorType: name, errorMessage: message, trace: [] },
        } as const;
      },
    );
    publishedCounts.push(published.size);
    kinds.push(settled.ok ? 'answered' : settled.error.errorType);
    return settled;
  };
  await deliverBatch(
    Array.from({ length: BATCH_COUNT }, (_, index) => recordOf(index + 1, poisoned.has(index + 1))),
    {
      invoke,
      reportsItemFailures: true,
      bisects: true,
      maxRetryCount: 10,
      maxRecordAgeMs: -1,
      park: async (batch) => void parked.push(batch),
      faults: noFaults,
      clock,
      isStopping: () => false,
    },
  );
  const parkedSeqs = parked.map(({ records }) =>
    records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber)),
  );
  return { published: [...published].sort((one, other) => one - other), parkedSeqs, kinds, publishedCounts };
}

const allBut = (...left: readonly number[]) =>
  Array.from({ length: BATCH_COUNT }, (_, index) => index + 1).filter((seq) => !left.includes(seq));
const never = () => false;

describe('the shipped relay under its mapping', () => {
  test.each([[1], [5], [BATCH_COUNT]])(
    'OBX5 record %i of twelve is poison: it alone is parked, and its neighbours are published',
    async (seq) => {
      const { published, parkedSeqs } = await deliver(new Set([seq]), never);
      expect(parkedSeqs).toEqual([[seq]]);
      expect(published).toEqual(allBut(seq));
    },
  );

  test('OBX5 neighbours are published at the first try, before the poison is found', async () => {
    const { kinds, publishedCounts } = await deliver(new Set([1]), never);
    expect([kinds[0], publishedCounts[0]]).toEqual(['PoisonLeadsError', BATCH_COUNT - 1]);
  });

  test('OBX5 two poison records are parked each alone', async () => {
    const { published, parkedSeqs } = await deliver(new Set([3, 4]), never);
    expect(parkedSeqs).toEqual([[3], [4]]);
    expect(published).toEqual(allBut(3, 4));
  });

  test('OBX4 a bus that refuses for a while is waited for: nothing is parked and nothing halved', async () => {
    const { published, parkedSeqs, kinds } = await deliver(new Set(), (seq, call) => seq > 2 && call < 8);
    expect([published, parkedSeqs]).toEqual([allBut(), []]);
    expect(new Set(kinds)).toEqual(new Set(['answered']));
  });

  test('OBX5 poison and a refusing bus at once: the poison is parked, the refused are published later', async () => {
    const { published, parkedSeqs } = await deliver(new Set([2]), (seq, call) => seq > 6 && call < 6);
    expect(parkedSeqs).toEqual([[2]]);
    expect(published).toEqual(allBut(2));
  });
});
