import { BatchGetItemCommand, type BatchGetItemCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';
import { batchGet } from './batch-get.ts';

const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamo = mockClient(client);
let sleptMs: number[] = [];
const clock: Clock = {
  now: () => 0 as EpochMs,
  sleep: async (durationMs) => {
    sleptMs.push(durationMs);
  },
};
const randomness = { bytes: (count: number) => new Uint8Array(count).fill(255) };
const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    table: index % 2 === 0 ? 'even' : 'odd',
    key: { pk: { S: String(index) } },
  }));
const get = (count: number) => batchGet({ dynamo: client, clock, randomness }, keys(count));
const wantedBy = ({ RequestItems = {} }: BatchGetItemCommandInput) =>
  Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys).length;
/** Answers the first `limit` keys of each table and leaves the others. */
const answerUpTo = (limit: number) => async (input: BatchGetItemCommandInput) => {
  const Responses: Record<string, object[]> = {};
  const UnprocessedKeys: Record<string, object> = {};
  for (const [table, { Keys = [], ...rest }] of Object.entries(input.RequestItems ?? {})) {
    Responses[table] = Keys.slice(0, limit);
    if (Keys.length > limit) UnprocessedKeys[table] = { ...rest, Keys: Keys.slice(limit) };
  }
  return { Responses, UnprocessedKeys };
};

beforeEach(() => {
  dynamo.reset();
  sleptMs = [];
});

test('ING1 up to a hundred keys of both tables are one consistent call', async () => {
  dynamo.on(BatchGetItemCommand).callsFake(answerUpTo(100));
  expect(await get(98)).toHaveLength(98);
  const calls = dynamo.commandCalls(BatchGetItemCommand);
  expect(calls).toHaveLength(1);
  const tables = calls[0]?.args[0].input.RequestItems ?? {};
  expect(Object.keys(tables)).toEqual(['even', 'odd']);
  expect(Object.values(tables).every(({ ConsistentRead }) => ConsistentRead === true)).toBe(true);
});

test('ING1 more keys are several calls of at most a hundred', async () => {
  dynamo.on(BatchGetItemCommand).callsFake(answerUpTo(100));
  const found = await get(250);
  expect(new Set(found.map(({ item }) => item['pk']?.S)).size).toBe(250);
  expect(dynamo.commandCalls(BatchGetItemCommand).map(({ args }) => wantedBy(args[0].input))).toEqual([
    100, 100, 50,
  ]);
});

test('ING1 keys left unprocessed are asked for again, later and later, until all are there', async () => {
  dynamo.on(BatchGetItemCommand).callsFake(answerUpTo(10));
  expect(await get(60)).toHaveLength(60);
  expect(dynamo.commandCalls(BatchGetItemCommand).map(({ args }) => wantedBy(args[0].input))).toEqual([
    60, 40, 20,
  ]);
  expect(sleptMs).toEqual([19, 39]);
});

test('ING15 keys that stay unprocessed are an outage, after six calls', async () => {
  dynamo.on(BatchGetItemCommand).callsFake(answerUpTo(0));
  await expect(get(2)).rejects.toMatchObject({ code: 'server.unavailable' });
  expect(dynamo.commandCalls(BatchGetItemCommand)).toHaveLength(6);
});
