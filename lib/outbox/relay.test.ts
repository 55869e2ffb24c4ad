import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { type ClassifiedRecord, classifyRecord, type StreamImage } from './classify-record.ts';
import type { EventPublisher, OutboundEvent } from './event-publisher.ts';
import type { ChangeEntry } from './model.ts';
import { relayRecords } from './relay.ts';

const scope = { workspaceId: 'ws_a' as WorkspaceId, userId: 'usr_a' as UserId };
const entryOf = (seq: number): ChangeEntry => ({
  kind: 'priorities',
  seq,
  committedAtMs: 1 as EpochMs,
  correlationId: 'c',
  metrics: ['*'],
});
const changeAt = (sequenceNumber: string, seq = 1): ClassifiedRecord => ({
  sequenceNumber,
  kind: 'change',
  scope,
  entry: entryOf(seq),
});

const publisherThat = (isTaken: (event: OutboundEvent) => boolean) => {
  const taken: OutboundEvent[] = [];
  const publisher: EventPublisher = {
    publish: async (events) =>
      events.map((event) => {
        if (!isTaken(event)) return { kind: 'failed', reason: 'ThrottlingException' };
        taken.push(event);
        return { kind: 'published' };
      }),
  };
  return { publisher, taken };
};

const parseChange = (image: StreamImage) => {
  if (image['bad'] !== undefined) throw new Error('stored item has no number "seq"');
  return { scope, entry: entryOf(1) };
};
const insertOf = (sk: string, image: StreamImage = {}) => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: '100', Keys: { pk: { S: 'p' }, sk: { S: sk } }, NewImage: image },
});

test('OBX4 the lowest failed sequence number is reported, compared as a number', async () => {
  const { publisher } = publisherThat(({ detail }) => detail.seq === 1);
  const records = [changeAt('1000000000000000000000021', 2), changeAt('9', 1), changeAt('99', 3)];
  const report = await relayRecords(records, publisher);
  expect(report.lowestFailed).toBe('99');
  expect(report).toMatchObject({ publishedCount: 1, failedCount: 2 });
});

test('OBX4 nothing that failed is reported as done, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (isTaken) => {
      const { publisher } = publisherThat(({ detail }) => isTaken[detail.seq] === true);
      const records = isTaken.map((_, index) => changeAt(String(index + 1), index));
      const { lowestFailed } = await relayRecords(records, publisher);
      const firstFailure = isTaken.indexOf(false);
      expect(lowestFailed).toBe(firstFailure === -1 ? undefined : String(firstFailure + 1));
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});

test('OBX5 poison is a failure at its own number, and what lies behind it is published', async () => {
  const { publisher, taken } = publisherThat(() => true);
  const records: ClassifiedRecord[] = [
    changeAt('10', 1),
    { sequenceNumber: '11', kind: 'poison', reason: 'unreadable' },
    changeAt('12', 2),
  ];
  const report = await relayRecords(records, publisher);
  expect(report.lowestFailed).toBe('11');
  expect(taken.map(({ detail }) => detail.seq)).toEqual([1, 2]);
  expect(report.poison).toEqual([{ sequenceNumber: '11', reason: 'unreadable' }]);
});

test('OBX5 a batch that poison leads is told from one of poison alone, and from one led by a refused record', async () => {
  const poison: ClassifiedRecord = { sequenceNumber: '11', kind: 'poison', reason: 'unreadable' };
  const isLed = async (records: readonly ClassifiedRecord[], isTaken = true) =>
    (await relayRecords(records, publisherThat(() => isTaken).publisher)).isLedByPoison;
  expect(await isLed([poison, changeAt('12')])).toBe(true);
  expect(await isLed([poison, poison])).toBe(true);
  expect(await isLed([poison])).toBe(false);
  expect(await isLed([changeAt('10'), poison])).toBe(false);
  expect(await isLed([changeAt('10'), changeAt('12')], false)).toBe(false);
});

test('OBX5 an entry that can be read and not be told of is poison too, and its neighbours are published', async () => {
  const { publisher, taken } = publisherThat(() => true);
  const untellable = { ...entryOf(2), metrics: undefined } as unknown as ChangeEntry;
  const records: ClassifiedRecord[] = [
    changeAt('10', 1),
    { sequenceNumber: '11', kind: 'change', scope, entry: untellable },
    changeAt('12', 3),
  ];
  const report = await relayRecords(records, publisher);
  expect(report).toMatchObject({ lowestFailed: '11', poison: [{ reason: 'TypeError' }] });
  expect(taken.map(({ detail }) => detail.seq)).toEqual([1, 3]);
});

test('OBX4 a publisher that answers fewer outcomes than events is a fault, not a success', async () => {
  const publisher: EventPublisher = { publish: async () => [] };
  await expect(relayRecords([changeAt('1')], publisher)).rejects.toThrow('one outcome for each event');
});

test('OBX4 a batch without change entries calls nothing and is done', async () => {
  const publisher: EventPublisher = { publish: () => Promise.reject(new Error('called')) };
  const report = await relayRecords([{ sequenceNumber: '1', kind: 'other' }], publisher);
  expect(report).toMatchObject({ lowestFailed: undefined, skippedCount: 1 });
});

test('OBX5 an unreadable change entry is poison; other items are not looked into', () => {
  const bad = { bad: { S: 'x' } };
  expect(classifyRecord(insertOf('CHANGE#000000000001', bad), parseChange)).toMatchObject({
    kind: 'poison',
    sequenceNumber: '100',
    reason: 'Error',
  });
  expect(classifyRecord(insertOf('ENTITYLOG#000000000001', bad), parseChange).kind).toBe('poison');
  for (const other of ['HEAD', 'ENTITIES', 'ENTITY#goals#1', 'ENTITYOP#o']) {
    expect(classifyRecord(insertOf(other, bad), parseChange).kind).toBe('other');
  }
  expect(classifyRecord(insertOf('CHANGE#000000000001'), parseChange).kind).toBe('change');
  const { NewImage: _, ...withoutImage } = insertOf('CHANGE#1').dynamodb;
  const headless = { eventName: 'INSERT', dynamodb: withoutImage };
  expect(classifyRecord(headless, parseChange).kind).toBe('poison');
});

test('OBX6 a removal by TTL is told from a real deletion', () => {
  const removal = { eventName: 'REMOVE', dynamodb: { SequenceNumber: '5' } };
  const byTtl = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  expect(classifyRecord({ ...removal, userIdentity: byTtl }, parseChange).kind).toBe('expiry');
  expect(classifyRecord(removal, parseChange).kind).toBe('removal');
  const someone = { type: 'AssumedRole', principalId: 'dynamodb.amazonaws.com' };
  expect(classifyRecord({ ...removal, userIdentity: someone }, parseChange).kind).toBe('removal');
});

test('OBX1 a rewritten change entry is not announced a second time', () => {
  const modified = { ...insertOf('CHANGE#000000000001'), eventName: 'MODIFY' };
  expect(classifyRecord(modified, parseChange).kind).toBe('other');
});
