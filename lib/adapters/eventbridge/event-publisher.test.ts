import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import type { OutboundEvent } from '../../outbox/event-publisher.ts';
import { createEventPublisher } from './event-publisher.ts';

const client = new EventBridgeClient({ region: 'eu-central-1' });
const bus = mockClient(client);
const publisher = createEventPublisher(client, 'the-bus');

const event = (seq: number, correlationId = 'c'): OutboundEvent => ({
  type: 'priorities.changed.v1',
  detail: {
    id: `id-${seq}`,
    workspaceId: 'ws',
    userId: 'usr',
    seq,
    correlationId,
    committedAtMs: 1,
    metrics: ['steps'],
  },
});
const events = (count: number, correlationId?: string) =>
  Array.from({ length: count }, (_, index) => event(index + 1, correlationId));
const entriesOf = (input: PutEventsCommandInput) => input.Entries ?? [];
const seqOf = (detail: string | undefined): number => JSON.parse(detail ?? '{}').seq;
const calls = () => bus.commandCalls(PutEventsCommand).map(({ args }) => entriesOf(args[0].input));

beforeEach(() => {
  bus.reset();
  bus.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => ({
    FailedEntryCount: 0,
    Entries: entriesOf(input).map((_, index) => ({ EventId: `bus-${index}` })),
  }));
});

test('OBX2 an event goes out with our source, its type and its detail as they are', async () => {
  expect(await publisher.publish([event(1)])).toEqual([{ kind: 'published' }]);
  expect(calls()).toEqual([
    [
      {
        EventBusName: 'the-bus',
        Source: 'headwater.core',
        DetailType: 'priorities.changed.v1',
        Detail: JSON.stringify(event(1).detail),
      },
    ],
  ]);
});

test('OBX4 nothing to publish calls nobody', async () => {
  expect(await publisher.publish([])).toEqual([]);
  expect(calls()).toEqual([]);
});

test('OBX4 calls have at most ten entries, each event once and in order', async () => {
  expect(await publisher.publish(events(23))).toHaveLength(23);
  expect(calls().map((call) => call.length)).toEqual([10, 10, 3]);
  expect(
    calls()
      .flat()
      .map(({ Detail }) => seqOf(Detail)),
  ).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
});

test('OBX4 calls stay under 256 KB, counted in bytes and not in characters', async () => {
  const wide = 'ü'.repeat(30_000);
  expect(await publisher.publish(events(9, wide))).toHaveLength(9);
  expect(calls().map((call) => call.length)).toEqual([4, 4, 1]);
  for (const call of calls()) {
    const bytes = call.map(({ Detail }) => Buffer.byteLength(Detail ?? '')).reduce((a, b) => a + b, 0);
    expect(bytes).toBeLessThan(256 * 1024);
  }
});

test('OBX4 an entry that the bus refuses fails alone, with its reason', async () => {
  bus.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => ({
    FailedEntryCount: 1,
    Entries: entriesOf(input).map(({ Detail }) =>
      seqOf(Detail) === 12 ? { ErrorCode: 'InternalFailure', ErrorMessage: 'x' } : { EventId: 'e' },
    ),
  }));
  const outcomes = await publisher.publish(events(15));
  expect(outcomes[11]).toEqual({ kind: 'failed', reason: 'InternalFailure' });
  expect(outcomes.filter(({ kind }) => kind === 'published')).toHaveLength(14);
});

test('OBX4 a call that fails as a whole fails its own events and no others', async () => {
  bus.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
    if (entriesOf(input).some(({ Detail }) => seqOf(Detail) === 1)) {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    }
    return { Entries: entriesOf(input).map(() => ({ EventId: 'e' })) };
  });
  const outcomes = await publisher.publish(events(12));
  expect(outcomes.slice(0, 10)).toEqual(Array(10).fill({ kind: 'failed', reason: 'ThrottlingException' }));
  expect(outcomes.slice(10)).toEqual(Array(2).fill({ kind: 'published' }));
});

test('OBX4 an entry that the reply does not mention is not published', async () => {
  bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: 'e' }] });
  expect(await publisher.publish(events(2))).toEqual([
    { kind: 'published' },
    { kind: 'failed', reason: 'no_result' },
  ]);
});
