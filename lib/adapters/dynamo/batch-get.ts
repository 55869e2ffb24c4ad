import { BatchGetItemCommand, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Dynamo, Item } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

/** DynamoDB takes 100 keys a call (its quota page). */
const MAX_KEY_COUNT = 100;
const MAX_ATTEMPT_COUNT = 6;
const BACKOFF = { baseMs: 20, capMs: 500 };

export interface BatchGetDependencies {
  readonly dynamo: Dynamo;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface TableKey {
  readonly table: string;
  readonly key: Item;
}
export interface TableItem {
  readonly table: string;
  readonly item: Item;
}

/**
 * Those of the keys that exist, strongly consistent, in no order. One call up to 100 keys, several at the
 * same time above. Unprocessed keys are asked for again with jitter; server.unavailable when they stay so.
 * A key must be there once only.
 */
export async function batchGet(
  dependencies: BatchGetDependencies,
  keys: readonly TableKey[],
): Promise<readonly TableItem[]> {
  const chunks: (readonly TableKey[])[] = [];
  for (let from = 0; from < keys.length; from += MAX_KEY_COUNT) {
    chunks.push(keys.slice(from, from + MAX_KEY_COUNT));
  }
  const found = await Promise.all(chunks.map((chunk) => getChunk(dependencies, chunk)));
  return found.flat();
}

async function getChunk(
  { dynamo, clock, randomness }: BatchGetDependencies,
  keys: readonly TableKey[],
): Promise<readonly TableItem[]> {
  const found: TableItem[] = [];
  let wanted: Record<string, KeysAndAttributes> = toRequest(keys);
  for (let attempt = 0; attempt < MAX_ATTEMPT_COUNT; attempt += 1) {
    const reply = await dynamo
      .send(new BatchGetItemCommand({ RequestItems: wanted }))
      .catch(rethrowStoreError);
    for (const [table, items] of Object.entries(reply.Responses ?? {})) {
      for (const item of items) found.push({ table, item });
    }
    wanted = reply.UnprocessedKeys ?? {};
    if (Object.keys(wanted).length === 0) return found;
    await clock.sleep(jitteredDelayMs(attempt, BACKOFF, randomness));
  }
  throw new AppError('server.unavailable', 'the database left keys unread', { retryAfterSec: 1 });
}

function toRequest(keys: readonly TableKey[]): Record<string, KeysAndAttributes> {
  const request: Record<string, { Keys: Item[]; ConsistentRead: true }> = {};
  for (const { table, key } of keys) {
    const entry = request[table] ?? { Keys: [], ConsistentRead: true };
    entry.Keys.push(key);
    request[table] = entry;
  }
  return request;
}
