import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { RateStore } from '../../access/rate-store.ts';
import { type EpochMs, MINUTE_MS, toEpochSec } from '../../core/instants.ts';
import { rateKey } from './core-keys.ts';
import { type Dynamo, N, numberOf } from './dynamo.ts';
import { isFailedCondition } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';

/** The item is of no use after its minute; TTL takes it some time later. */
const KEPT_MINUTES = 10;

/** One counter per principal and minute on the `core` table. */
export const createRateStore = (dynamo: Dynamo, coreTable: string): RateStore => ({
  takeChunk: async ({ workspaceId, principal, window }, wanted, limit) => {
    const expiresMs = ((window + KEPT_MINUTES) * MINUTE_MS) as EpochMs;
    try {
      const reply = await dynamo.send(
        new UpdateItemCommand({
          TableName: coreTable,
          Key: rateKey(workspaceId, principal, window),
          UpdateExpression: 'SET #ttl = :ttl ADD taken :wanted',
          ConditionExpression: 'attribute_not_exists(taken) OR taken < :limit',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':ttl': N(toEpochSec(expiresMs)),
            ':wanted': N(wanted),
            ':limit': N(limit),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return { takenBefore: numberOf(reply.Attributes ?? {}, 'taken') - wanted };
    } catch (error) {
      return isFailedCondition(error) ? 'exhausted' : rethrowStoreError(error);
    }
  },
});
