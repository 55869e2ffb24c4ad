import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createSimulatedDynamo, type DynamoChaos } from './simulated-dynamo.ts';
import type { ItemChange } from './tables.ts';

const TableName = 'core';
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
const put = (sk: string, value: number) => ({
  Put: { TableName, Item: { ...key(sk), n: { N: String(value) } } },
});
const chaos: DynamoChaos = {
  visibilityDelaysMs: (count) => Array.from({ length: count }, (_, index) => index * 10),
  conflictAt: () => undefined,
  readLagMs: () => 0,
  unprocessedCount: () => 0,
};

test('SIM1 items of one transaction appear one by one, and conditions see all of them at once', async () => {
  let nowMs = 1_000;
  const changes: ItemChange[] = [];
  const { client, execute } = createSimulatedDynamo({
    tableNames: [TableName],
    now: () => nowMs,
    chaos,
    onChange: (change) => changes.push(change),
  });
  const committed = execute(new TransactWriteItemsCommand({ TransactItems: [put('a', 1), put('b', 2)] }));
  expect(committed.settledAtMs).toBe(1_010);
  const read = (sk: string) =>
    client.send(new GetItemCommand({ TableName, Key: key(sk), ConsistentRead: true }));
  expect((await read('a')).Item).toBeDefined();
  expect((await read('b')).Item).toBeUndefined();
  const absent = new PutItemCommand({
    TableName,
    Item: key('b'),
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const failure = await client.send(absent).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
  expect(failure).toMatchObject({ Item: { n: { N: '2' } } });
  nowMs = 1_010;
  expect((await read('b')).Item).toMatchObject({ n: { N: '2' } });
  expect(changes.map(({ key: { sk }, visibleAtMs }) => [sk, visibleAtMs])).toEqual([
    ['a', 1_000],
    ['b', 1_010],
  ]);
});

test('SIM1 a cancelled transaction writes nothing and gives a reason for each item', async () => {
  const { client, table } = createSimulatedDynamo({ tableNames: [TableName], now: () => 0 });
  await client.send(new PutItemCommand({ TableName, Item: { ...key('a'), n: { N: '5' } } }));
  const guarded = {
    Put: {
      ...put('a', 6).Put,
      ConditionExpression: 'n < :limit AND (attribute_exists(pk) OR NOT begins_with(sk, :prefix))',
      ExpressionAttributeValues: { ':limit': { N: '5' }, ':prefix': { S: 'x' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  };
  const cancelled = client.send(new TransactWriteItemsCommand({ TransactItems: [put('b', 1), guarded] }));
  await expect(cancelled).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { n: { N: '5' } } }],
  });
  expect(table(TableName).committed({ pk: 'p', sk: 'b' })).toBeUndefined();
});

test('SIM1 a client token makes the second of two equal transactions do nothing', async () => {
  const { client } = createSimulatedDynamo({ tableNames: [TableName], now: () => 0 });
  const add = (amount: string) =>
    new TransactWriteItemsCommand({
      ClientRequestToken: 'token',
      TransactItems: [
        {
          Update: {
            TableName,
            Key: key('a'),
            UpdateExpression: 'SET n = if_not_exists(n, :zero) + :amount ADD m :amount REMOVE gone',
            ExpressionAttributeValues: { ':zero': { N: '0' }, ':amount': { N: amount } },
          },
        },
      ],
    });
  await client.send(add('2'));
  await client.send(add('2'));
  await expect(client.send(add('3'))).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key('a') }));
  expect(Item).toEqual({ ...key('a'), n: { N: '2' }, m: { N: '2' } });
});

test('SIM1 queries page in both directions by key', async () => {
  const { client } = createSimulatedDynamo({ tableNames: [TableName], now: () => 0 });
  for (const sk of ['c', 'a', 'b1', 'b2'])
    await client.send(new PutItemCommand({ TableName, Item: key(sk) }));
  const page = (isForward: boolean, start?: string) =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: '#p = :p AND sk BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': { S: 'p' }, ':from': { S: 'a' }, ':to': { S: 'b9' } },
        Limit: 2,
        ScanIndexForward: isForward,
        ...(start === undefined ? {} : { ExclusiveStartKey: key(start) }),
      }),
    );
  expect(await page(true)).toMatchObject({ Items: [key('a'), key('b1')], LastEvaluatedKey: key('b1') });
  expect(await page(true, 'b1')).toEqual({ Items: [key('b2')], Count: 1, ScannedCount: 1 });
  expect(await page(false)).toMatchObject({ Items: [key('b2'), key('b1')], LastEvaluatedKey: key('b1') });
});

test('SIM1 what the stores may not use is refused loudly', async () => {
  const { client } = createSimulatedDynamo({ tableNames: [TableName], now: () => 0 });
  await expect(client.send(new ScanCommand({ TableName }))).rejects.toThrow('does not know ScanCommand');
  const update = (UpdateExpression: string) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a'),
        UpdateExpression,
        ExpressionAttributeValues: { ':v': { N: '1' } },
      }),
    );
  await expect(update('SET n = list_append(n, :v)')).rejects.toThrow('calls "list_append"');
  await expect(update('DELETE n :v')).rejects.toThrow('has the clause DELETE');
  await expect(update('REMOVE n')).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'unused in expressions: :v',
  });
  const indexed = new QueryCommand({ TableName, IndexName: 'i', KeyConditionExpression: 'pk = :v' });
  await expect(client.send(indexed)).rejects.toThrow('does not have the specified index');
});
