import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TableDeclaration } from '../../infra/local/assembly/declared.ts';
import { createRooms, layoutOf } from '../../infra/local/data-directory/layout.ts';
import { type Engine, startEngine } from '../../infra/local/dynamodb/engine.ts';
import { findEngineBinary } from '../../infra/local/dynamodb/engine-binary.ts';
import { callDynamo } from '../../infra/local/dynamodb/json-call.ts';
import { createTables } from '../../infra/local/dynamodb/tables.ts';

let engine: Engine;
beforeAll(async () => {
  const layout = layoutOf(join(mkdtempSync(join(tmpdir(), 'tables-')), 'data'));
  createRooms(layout);
  engine = await startEngine(layout, findEngineBinary(), (error) => {
    throw error;
  });
});
afterAll(() => engine.stop());

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];
const strings = (...names: readonly string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
const plain: TableDeclaration = {
  name: 'core',
  arn: 'arn:core',
  KeySchema: keys('pk', 'sk'),
  AttributeDefinitions: strings('pk', 'sk'),
};
const indexed: TableDeclaration = {
  ...plain,
  AttributeDefinitions: strings('pk', 'sk', 'gsi1pk', 'gsi1sk'),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: keys('gsi1pk', 'gsi1sk'),
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

test('a table that is there gets the indexes that the template got since, over what it holds', async () => {
  await createTables(engine.endpoint, [plain]);
  const put = (pk: string, due: string) =>
    callDynamo(engine.endpoint, 'DynamoDB_20120810.PutItem', {
      TableName: 'core',
      Item: { pk: { S: pk }, sk: { S: 's' }, gsi1pk: { S: 'DUE#7' }, gsi1sk: { S: due }, other: { S: 'x' } },
    });
  await put('before', '2026-11-21T10:00:00Z#a');
  for (const _start of ['first', 'second']) await createTables(engine.endpoint, [indexed]);
  await put('after', '2026-11-21T11:00:00Z#b');
  const query = {
    TableName: 'core',
    IndexName: 'due',
    KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk < :until',
    ExpressionAttributeValues: { ':pk': { S: 'DUE#7' }, ':until': { S: '2026-11-21T11:00:00Z~' } },
  };
  const found = await callDynamo(engine.endpoint, 'DynamoDB_20120810.Query', query);
  expect(found).toMatchObject({ Items: [{ pk: { S: 'before' } }, { pk: { S: 'after' } }] });
  expect(JSON.stringify(found)).not.toContain('other');
});
