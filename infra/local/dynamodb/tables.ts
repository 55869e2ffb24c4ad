import * as z from 'zod';
import type { TableDeclaration } from '../assembly/declared.ts';
import { callDynamo } from './json-call.ts';

const Tables = z.object({ TableNames: z.array(z.string()) });
const Indexes = z.array(z.looseObject({ IndexName: z.string() })).default([]);
const Description = z.object({
  Table: z.object({ LatestStreamArn: z.string().optional(), GlobalSecondaryIndexes: Indexes }),
});

/** Creates what is not there yet. A table that is there keeps its keys, which never change, and gets new indexes. */
export async function createTables(endpoint: string, tables: readonly TableDeclaration[]): Promise<void> {
  const listed = Tables.parse(await callDynamo(endpoint, 'DynamoDB_20120810.ListTables', {}));
  for (const table of tables) {
    if (listed.TableNames.includes(table.name)) {
      await addIndexes(endpoint, table);
      continue;
    }
    await callDynamo(endpoint, 'DynamoDB_20120810.CreateTable', {
      TableName: table.name,
      KeySchema: table.KeySchema,
      AttributeDefinitions: table.AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
      LocalSecondaryIndexes: table.LocalSecondaryIndexes,
      StreamSpecification:
        table.StreamSpecification === undefined
          ? undefined
          : { StreamEnabled: true, StreamViewType: table.StreamSpecification.StreamViewType },
    });
  }
}

/** Indexes that the template got since the table was made; one at a time, as DynamoDB asks. */
async function addIndexes(endpoint: string, table: TableDeclaration): Promise<void> {
  const wanted = Indexes.parse(table.GlobalSecondaryIndexes ?? []);
  if (wanted.length === 0) return;
  const described = await callDynamo(endpoint, 'DynamoDB_20120810.DescribeTable', { TableName: table.name });
  const present = Description.parse(described).Table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  for (const index of wanted.filter(({ IndexName }) => !present.includes(IndexName))) {
    await callDynamo(endpoint, 'DynamoDB_20120810.UpdateTable', {
      TableName: table.name,
      AttributeDefinitions: table.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    });
  }
}

/** The engine's own ARN of a table's stream, which holds the moment at which the table was made. */
export async function streamArnOf(endpoint: string, tableName: string): Promise<string> {
  const described = await callDynamo(endpoint, 'DynamoDB_20120810.DescribeTable', { TableName: tableName });
  const arn = Description.parse(described).Table.LatestStreamArn;
  if (arn === undefined) throw new Error(`table ${tableName} has no stream`);
  return arn;
}
