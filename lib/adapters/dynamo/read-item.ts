import { type ConditionalCheckFailedException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Dynamo, Item } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

/** One item, strongly consistent; undefined when it is not there. */
export async function readItem(dynamo: Dynamo, table: string, key: Item): Promise<Item | undefined> {
  const reply = await dynamo
    .send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))
    .catch(rethrowStoreError);
  return reply.Item;
}

/** True when a single write was refused by its own condition. By name: engines have classes of their own. */
export const isFailedCondition = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
