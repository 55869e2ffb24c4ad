import { DescribeTableCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type Dynamo, S } from './dynamo.ts';

/** Reads a key that no item has: half a read unit, and proof that the table answers. */
export const createTableProbe =
  (dynamo: Dynamo, table: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    const Key = { pk: S('HEALTH'), sk: S('HEALTH') };
    await dynamo.send(new GetItemCommand({ TableName: table, Key }), { abortSignal });
  };

/** Asks for the table's status alone: for a caller who may not read what lies in it. */
export const createTableStatusProbe =
  (dynamo: Dynamo, table: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }), { abortSignal });
    if (Table?.TableStatus !== 'ACTIVE' && Table?.TableStatus !== 'UPDATING')
      throw new Error('the table is not active');
  };
