import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableNames } from '../../../lib/adapters/dynamo/dynamo.ts';

/** The three tables with the keys, index, stream and TTL that infra/stacks declares; names end in `suffix`. */
export async function createTables(client: DynamoDBClient, suffix: string): Promise<TableNames> {
  const tables: TableNames = {
    samples: `samples-${suffix}`,
    core: `core-${suffix}`,
    vault: `vault-${suffix}`,
  };
  await client.send(new CreateTableCommand(definitionOf(tables.samples)));
  await client.send(new CreateTableCommand(definitionOf(tables.vault)));
  await client.send(
    new CreateTableCommand({
      ...withDueIndex(definitionOf(tables.core)),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await Promise.all(Object.values(tables).map((name) => waitUntilActive(client, name)));
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tables.core,
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    }),
  );
  return tables;
}

const definitionOf = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
});

/** Connections by the time at which the schedule looks at them next. */
const withDueIndex = (table: CreateTableCommandInput): CreateTableCommandInput => ({
  ...table,
  AttributeDefinitions: [
    ...(table.AttributeDefinitions ?? []),
    { AttributeName: 'gsi1pk', AttributeType: 'S' },
    { AttributeName: 'gsi1sk', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'gsi1pk', KeyType: 'HASH' },
        { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
});

async function waitUntilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`table ${name} did not become active`);
}
