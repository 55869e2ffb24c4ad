import { type TransactWriteItem, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ApiKey } from '../../access/api-key.ts';
import { type ApiKeyStore, MAX_KEY_COUNT, USE_RECORDED_EVERY_MS } from '../../access/api-key-store.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import { fromApiKeyItem, toApiKeyAttributes } from './api-key-item.ts';
import { apiKeyKey, keyHashKey, workspacePartition } from './core-keys.ts';
import { type Dynamo, type Item, N } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { sendTransaction } from './transaction.ts';
import { countDown, countUp, judge } from './workspace-count.ts';

/** Revoked keys stay in lists this long, for those who look into what happened; then TTL takes them. */
const REVOKED_KEPT_MS = 30 * DAY_MS;

const KEY_COUNT = { attribute: 'keyCount', max: MAX_KEY_COUNT } as const;

/**
 * API keys on the `core` table: KEY in the workspace's partition, KEYHASH by the hash of the secret, and the
 * number of living keys on the workspace's own item, always in one transaction.
 */
export const createApiKeyStore = (dynamo: Dynamo, coreTable: string): ApiKeyStore => ({
  findByHash: async (hash) => toKey(await readItem(dynamo, coreTable, keyHashKey(hash))),
  load: async (workspaceId, apiKeyId) =>
    toKey(await readItem(dynamo, coreTable, apiKeyKey(workspaceId, apiKeyId))),
  list: async (workspaceId, { limit, after }) => {
    const partition = workspacePartition(workspaceId);
    const items = await queryPrefix(dynamo, { table: coreTable, partition, prefix: 'KEY#', after, limit });
    return items.map(fromApiKeyItem);
  },
  create: async (key) => {
    const outcome = await sendTransaction(dynamo, { TransactItems: putKey(coreTable, key) });
    if (outcome.kind === 'committed') return 'created';
    return judge(outcome.reasons, [[0, 'limit_reached' as const]]);
  },
  replace: async (old, successor, endsAtMs) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        ...putKey(coreTable, successor),
        ...bothOf(old).map((key) => endKey(coreTable, key, endsAtMs)),
      ],
    });
    if (outcome.kind === 'committed') return 'created';
    return judge(outcome.reasons, [
      [3, 'revoked' as const],
      [4, 'revoked' as const],
      [0, 'limit_reached' as const],
    ]);
  },
  revoke: async (key, nowMs, survivor) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        countDown(coreTable, key.workspaceId, KEY_COUNT),
        ...bothOf(key).map((each) => revokeKey(coreTable, each, nowMs)),
        ...(survivor === undefined ? [] : [checkLasting(coreTable, survivor)]),
      ],
    });
    if (outcome.kind === 'committed') return 'revoked';
    return judge(outcome.reasons, [
      [1, 'gone' as const],
      [2, 'gone' as const],
      [3, 'survivor_ends' as const],
    ]);
  },
  recordUse: (key, nowMs) => recordUse(dynamo, coreTable, key, nowMs),
});

const toKey = (item: Item | undefined): ApiKey | undefined =>
  item === undefined ? undefined : fromApiKeyItem(item);

const bothOf = (key: ApiKey): readonly Item[] => [
  apiKeyKey(key.workspaceId, key.apiKeyId),
  keyHashKey(key.hash),
];

const putKey = (coreTable: string, key: ApiKey): TransactWriteItem[] => [
  countUp(coreTable, key.workspaceId, KEY_COUNT),
  ...bothOf(key).map((itemKey) => ({
    Put: {
      TableName: coreTable,
      Item: { ...itemKey, ...toApiKeyAttributes(key) },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  })),
];

const endKey = (coreTable: string, key: Item, endsAtMs: EpochMs): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: key,
    UpdateExpression: 'SET endsAt = :ends',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
    ExpressionAttributeValues: { ':ends': N(endsAtMs) },
  },
});

const checkLasting = (coreTable: string, key: ApiKey): TransactWriteItem => ({
  ConditionCheck: {
    TableName: coreTable,
    Key: apiKeyKey(key.workspaceId, key.apiKeyId),
    ConditionExpression:
      'attribute_exists(pk) AND attribute_not_exists(revokedAt) AND attribute_not_exists(endsAt)',
  },
});

const revokeKey = (coreTable: string, key: Item, nowMs: EpochMs): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: key,
    UpdateExpression: 'SET revokedAt = :now, #ttl = :ttl',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: {
      ':now': N(nowMs),
      ':ttl': N(toEpochSec((nowMs + REVOKED_KEPT_MS) as EpochMs)),
    },
  },
});

async function recordUse(dynamo: Dynamo, coreTable: string, key: ApiKey, nowMs: EpochMs): Promise<void> {
  await dynamo
    .send(
      new UpdateItemCommand({
        TableName: coreTable,
        Key: apiKeyKey(key.workspaceId, key.apiKeyId),
        UpdateExpression: 'SET lastUsedAt = :now',
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before)',
        ExpressionAttributeValues: { ':now': N(nowMs), ':before': N(nowMs - USE_RECORDED_EVERY_MS) },
      }),
    )
    .catch((error: unknown) => (isFailedCondition(error) ? undefined : rethrowStoreError(error)));
}
