import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { USER_ERASED_V1 } from '../../../contracts/events/user-erased.v1.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { Log } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { createQueueHandler, type QueueStack } from './create-queue-handler.ts';
import { parseBusEvent } from './parse-bus-event.ts';

const record = (messageId: string, body: string): SQSRecord =>
  ({ messageId, body, attributes: { ApproximateReceiveCount: '2' } }) as SQSRecord;
const eventOf = (...records: SQSRecord[]): SQSEvent => ({ Records: records });

function open(handle: QueueStack<number>['handle']) {
  const codes: string[] = [];
  const log: Log = { write: (code) => codes.push(code) };
  const clock = { now: () => 0 as EpochMs, sleep: async () => undefined };
  const parse = (body: unknown): number => {
    if (typeof body !== 'number') throw new Error('not a number');
    return body;
  };
  const handler = createQueueHandler({ parse, handle, settings: { clock, log, meter: silentMeter } });
  const run = async (...records: SQSRecord[]) => {
    const { batchItemFailures } = await handler(eventOf(...records), {});
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { run, codes };
}

describe('a queue consumer', () => {
  test('PRJ4 gets all readable messages of a batch at once, and reports those that failed', async () => {
    const seen: unknown[] = [];
    const { run } = open(async (messages) => {
      seen.push(messages);
      return ['b'];
    });
    expect(await run(record('a', '1'), record('b', '2'))).toEqual(['b']);
    expect(seen).toEqual([
      [
        { messageId: 'a', receiveCount: 2, message: 1 },
        { messageId: 'b', receiveCount: 2, message: 2 },
      ],
    ]);
  });

  test('PRJ4 an unreadable message fails alone: the others are handled and done', async () => {
    const handled: number[] = [];
    const { run, codes } = open(async (messages) => {
      handled.push(...messages.map(({ message }) => message));
      return [];
    });
    expect(await run(record('a', '{'), record('b', '2'), record('c', '"x"'))).toEqual(['a', 'c']);
    expect(handled).toEqual([2]);
    expect(codes.filter((code) => code === 'QUEUE_MESSAGE_UNREADABLE')).toHaveLength(2);
  });

  test('PRJ4 a batch of unreadable messages never reaches the handler', async () => {
    const { run } = open(() => Promise.reject(new Error('called')));
    expect(await run(record('a', '{'))).toEqual(['a']);
  });

  test('PRJ4 a handler that throws fails every message, and none is lost', async () => {
    const { run, codes } = open(() => Promise.reject(new Error('the table is away')));
    expect(await run(record('a', '1'), record('b', '['), record('c', '3'))).toEqual(['a', 'c', 'b']);
    expect(codes).toContain('QUEUE_BATCH_FAILED');
  });
});

describe('an event inside an SQS body', () => {
  const detail = {
    id: 'e',
    workspaceId: 'ws_1',
    userId: 'usr_1',
    seq: 4,
    correlationId: 'c',
    committedAtMs: 5,
    erasedAtMs: 5,
  };
  const parse = parseBusEvent([USER_ERASED_V1]);

  test('PRJ4 is read by its type', () => {
    const body = { source: 'headwater.core', 'detail-type': USER_ERASED_V1, detail };
    expect(parse(body)).toEqual({ type: USER_ERASED_V1, detail });
  });

  test('PRJ4 of another type, or without its fields, is refused', () => {
    expect(() => parse({ 'detail-type': 'samples.changed.v1', detail })).toThrow('not expected');
    expect(() => parse({ 'detail-type': USER_ERASED_V1, detail: { ...detail, seq: 0 } })).toThrow();
    expect(() => parse({})).toThrow();
  });
});
