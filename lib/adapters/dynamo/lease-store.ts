import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Lease, LeaseKind, LeaseStore } from '../../sync/leases/lease-store.ts';
import { entityLeaseKey, entityLeasePrefix, headKey, userPartition } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { isErased, sendTransaction } from './transaction.ts';

/** More than there are places. */
const MAX_LISTED_COUNT = 10;

/**
 * LeaseStore on the `core` table: one item per user, kind and place. TTL takes it a day after it is over; until
 * then readers see that it is.
 */
export const createLeaseStore = (dynamo: Dynamo, coreTable: string): LeaseStore => ({
  list: async (scope, kind) => {
    const place = { table: coreTable, partition: userPartition(scope), prefix: entityLeasePrefix(kind) };
    const items = await queryPrefix(dynamo, { ...place, after: undefined, limit: MAX_LISTED_COUNT });
    return items.map((item) => fromLeaseItem(kind, item));
  },
  take: async (scope, lease, replaced) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        {
          ConditionCheck: {
            TableName: coreTable,
            Key: headKey(scope),
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        { Put: { TableName: coreTable, Item: toLeaseItem(scope, lease), ...conditionOn(replaced) } },
      ],
    });
    if (outcome.kind === 'committed') return 'taken';
    return isErased(outcome.reasons[0]) ? 'gone' : 'conflict';
  },
  use: async (scope, { kind, slot, leaseId }, nowMs) => {
    const input = {
      TableName: coreTable,
      Key: entityLeaseKey(scope, kind, slot),
      UpdateExpression: 'ADD used :one',
      ConditionExpression: 'leaseId = :lease AND expiresAt > :now AND used < maxRequests',
      ExpressionAttributeValues: { ':one': N(1), ':lease': S(leaseId), ':now': N(nowMs) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    try {
      await dynamo.send(new UpdateItemCommand(input));
      return { kind: 'counted' };
    } catch (error) {
      if (!isFailedCondition(error)) return rethrowStoreError(error);
      return {
        kind: 'refused',
        found: error.Item === undefined ? undefined : fromLeaseItem(kind, error.Item),
      };
    }
  },
});

const conditionOn = (replaced: Lease | undefined) =>
  replaced === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        // TTL may take what was read there in between.
        ConditionExpression: 'attribute_not_exists(pk) OR leaseId = :read',
        ExpressionAttributeValues: { ':read': S(replaced.leaseId) },
      };

const toLeaseItem = (scope: UserScope, lease: Lease): Item => ({
  ...entityLeaseKey(scope, lease.kind, lease.slot),
  leaseId: S(lease.leaseId),
  deviceId: S(lease.deviceId),
  issuedAt: N(lease.issuedAtMs),
  expiresAt: N(lease.expiresAtMs),
  maxRequests: N(lease.maxRequestCount),
  used: N(lease.usedCount),
  ttl: N(toEpochSec((lease.expiresAtMs + DAY_MS) as EpochMs)),
});

const fromLeaseItem = (kind: LeaseKind, item: Item): Lease => ({
  kind,
  slot: Number(stringOf(item, 'sk').slice(entityLeasePrefix(kind).length)),
  leaseId: stringOf(item, 'leaseId'),
  deviceId: stringOf(item, 'deviceId'),
  issuedAtMs: numberOf(item, 'issuedAt') as EpochMs,
  expiresAtMs: numberOf(item, 'expiresAt') as EpochMs,
  maxRequestCount: numberOf(item, 'maxRequests'),
  usedCount: numberOf(item, 'used'),
});
