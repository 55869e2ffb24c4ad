import * as z from 'zod';
import type { TableDeclaration } from '../assembly/declared.ts';
import { callDynamo } from './json-call.ts';

const Tables = z.object({ TableNames: z.array(z.string()) });
const Description = z.object({ Table: z.object({ LatestStreamArn: z.string().optional() }) });

/** Creates what is not there yet. A table that is there stays as it is: its keys never change. */
export async function createTables(endpoint: string, tables: readonly TableDeclaration[]): Promise<void> {
  const listed = Tables.parse(await callDynamo(endpoint, 'DynamoDB_20120810.ListTables', {}));
  for (const table of tables) {
    if (listed.TableNames.includes(table.name)) continue;
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

/** The engine's own ARN of a table's stream, which holds the moment at which the table was made. */
export async function streamArnOf(endpoint: string, tableName: string): Promise<string> {
  const described = await callDynamo(endpoint, 'DynamoDB_20120810.DescribeTable', { TableName: tableName });
  const arn = Description.parse(described).Table.LatestStreamArn;
  if (arn === undefined) throw new Error(`table ${tableName} has no stream`);
  return arn;
}
