import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { ChangeEntry } from '../../outbox/model.ts';
import type { UserScope } from '../../samples/model.ts';
import { toChangeItem } from './change-item.ts';
import { headKey } from './core-keys.ts';
import { type Dynamo, N, numberOf } from './dynamo.ts';
import { readItem } from './read-item.ts';

/**
 * The two items that announce a change in the transaction that makes it (OBX1): the head goes on to the
 * entry's seq, on the condition that it stands one before it and the user is not erased, and the change entry
 * is put once. The head's cancellation reason has its old image: see `isErased`.
 */
export const announceOnHead = (
  coreTable: string,
  scope: UserScope,
  change: ChangeEntry,
): readonly [head: TransactWriteItem, entry: TransactWriteItem] => [
  {
    Update: {
      TableName: coreTable,
      Key: headKey(scope),
      UpdateExpression: 'SET seq = :next',
      ConditionExpression: 'seq = :read AND attribute_not_exists(erasedAt)',
      ExpressionAttributeValues: { ':next': N(change.seq), ':read': N(change.seq - 1) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  },
  {
    Put: {
      TableName: coreTable,
      Item: toChangeItem(scope, change),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  },
];

/** The head's seq as it stands, strongly consistent; `gone` for a user who is not there or erased. */
export async function readHeadSeq(
  dynamo: Dynamo,
  coreTable: string,
  scope: UserScope,
): Promise<number | 'gone'> {
  const item = await readItem(dynamo, coreTable, headKey(scope));
  if (item === undefined || item['erasedAt'] !== undefined) return 'gone';
  return numberOf(item, 'seq');
}
