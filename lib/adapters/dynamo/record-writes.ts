import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Randomness } from '../../core/randomness.ts';
import type { RecordWrite } from '../../records/record-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { recordPointerKey } from './core-keys.ts';
import { N } from './dynamo.ts';
import { bodyKeyOf, toPointerItem, toRecordItem } from './record-item.ts';

/** The pointer under its condition; behind it the body that it guards, and the one that it leaves. */
export function recordItems(
  { coreTable, randomness }: { readonly coreTable: string; readonly randomness: Randomness },
  scope: UserScope,
  { pointer, record, read, isForgotten }: RecordWrite,
  key: DataKey,
): readonly TransactWriteItem[] {
  const condition =
    read === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': N(read.version) } };
  const pointerWrite = isForgotten
    ? {
        Delete: {
          TableName: coreTable,
          Key: recordPointerKey(scope, pointer.kind, pointer.recordId),
          ...condition,
        },
      }
    : { Put: { TableName: coreTable, Item: toPointerItem(scope, pointer), ...condition } };
  const hadBody = read !== undefined && read.deletedAtMs === undefined;
  const leaves = hadBody && (record === undefined || record.startMs !== read.startMs);
  return [
    pointerWrite,
    ...(record === undefined
      ? []
      : [{ Put: { TableName: coreTable, Item: toRecordItem(scope, record, key, randomness) } }]),
    ...(leaves ? [{ Delete: { TableName: coreTable, Key: bodyKeyOf(scope, read) } }] : []),
  ];
}
