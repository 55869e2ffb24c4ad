import { QueryCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { SyncId } from '../../../contracts/primitives/ids.ts';
import type { Sync } from '../../connections/model.ts';
import type { SyncCommit, SyncStore } from '../../connections/syncs/sync-store.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { inboxKey, runKey, syncKey, syncPrefix, userPartition } from './core-keys.ts';
import { bytesOf, type Item, N, optionalStringOf, S } from './dynamo.ts';
import { type EntrySeal, toInboxItem } from './inbox-item.ts';
import { readItem } from './read-item.ts';
import { checkUser, type RunStoreDependencies, requireKey, sendForUser } from './run-store.ts';
import { rethrowStoreError } from './store-error.ts';
import { fromSyncItem, toSyncItem } from './sync-item.ts';
import { sendTransaction } from './transaction.ts';

/** The run moves with everybody who comes while it is held. */
const MAX_ROUND_COUNT = 10;
const ROUND_DELAY = { baseMs: 20, capMs: 400 };
/** `~` sorts behind every character of our ids. */
const LAST = '~';

/** SyncStore on the `core` table; it writes the run and the inbox of RunStore along. */
export function createSyncStore(deps: RunStoreDependencies): SyncStore {
  const { dynamo, coreTable, dataKeys } = deps;
  return {
    request: (scope, sync, entry) => request(deps, scope, sync, entry),
    load: async (scope, connectionId, syncId) => {
      const item = await readItem(dynamo, coreTable, syncKey(scope, connectionId, syncId));
      const key = item === undefined ? undefined : await dataKeys.load(scope);
      return item === undefined || key === undefined ? undefined : fromSyncItem(scope, item, key);
    },
    list: async (scope, connectionId, page) => {
      const items = await listItems(deps, scope, { prefix: syncPrefix(connectionId), ...page });
      const key = items.length === 0 ? undefined : await dataKeys.load(scope);
      return key === undefined ? [] : items.map((item) => fromSyncItem(scope, item, key));
    },
    commit: (scope, sync, step) => commit(deps, scope, sync, step),
  };
}

async function listItems(
  { dynamo, coreTable }: RunStoreDependencies,
  scope: UserScope,
  page: { readonly prefix: string; readonly before: SyncId | undefined; readonly limit: number },
): Promise<readonly Item[]> {
  const { prefix, before, limit } = page;
  const command = new QueryCommand({
    TableName: coreTable,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': S(userPartition(scope)),
      ':from': S(prefix),
      ':to': S(prefix + (before ?? LAST)),
    },
    ScanIndexForward: false,
    // One more than asked for: `before` itself is within the range.
    Limit: limit + 1,
    ConsistentRead: true,
  });
  const { Items = [] } = await dynamo.send(command).catch(rethrowStoreError);
  const isBefore = (item: Item) => before === undefined || item['sk']?.S !== prefix + before;
  return Items.filter(isBefore).slice(0, limit);
}

async function request(
  deps: RunStoreDependencies,
  scope: UserScope,
  sync: Sync,
  entry: Parameters<SyncStore['request']>[2],
): ReturnType<SyncStore['request']> {
  const { coreTable, randomness } = deps;
  const key = await requireKey(deps.dataKeys, scope);
  const { connectionId, syncId } = sync;
  const waits = entry.kind === 'sync';
  const run = {
    TableName: coreTable,
    Key: runKey(scope, connectionId),
    UpdateExpression: `SET fence = if_not_exists(fence, :zero)${waits ? ', waitingSync = :id' : ''}`,
    ...(waits ? { ConditionExpression: 'attribute_not_exists(waitingSync)' } : {}),
    ExpressionAttributeValues: { ':zero': N(0), ...(waits ? { ':id': S(syncId) } : {}) },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const row = { TableName: coreTable, Item: toSyncItem(scope, sync, { key, randomness }) };
  const item = toInboxItem(scope, connectionId, entry, { key, randomness });
  const outcome = await sendForUser(deps, [
    checkUser(coreTable, scope),
    { Update: run },
    { Put: { ...row, ConditionExpression: 'attribute_not_exists(pk)' } },
    { Put: { TableName: coreTable, Item: item } },
  ]);
  if (outcome === 'committed') return { kind: 'added' };
  const waiting =
    outcome.refused[1] === undefined ? undefined : optionalStringOf(outcome.refused[1], 'waitingSync');
  return waiting === undefined || waiting === syncId
    ? { kind: 'added' }
    : { kind: 'waiting', syncId: SyncId.parse(waiting) };
}

/**
 * Row, run and entries in one transaction. When the refused row holds these very bytes, it was our own write
 * whose reply was lost.
 */
async function commit(
  deps: RunStoreDependencies,
  scope: UserScope,
  sync: Sync,
  step: SyncCommit,
): Promise<'saved' | 'lost'> {
  const { clock, dynamo, randomness } = deps;
  const key = await deps.dataKeys.load(scope);
  if (key === undefined) return 'lost';
  const item = toSyncItem(scope, sync, { key, randomness });
  const items = [
    putRow(deps.coreTable, item, sync),
    heldRun(deps.coreTable, scope, sync, step),
    ...entryWrites(deps.coreTable, scope, sync, step, { key, randomness }),
  ];
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const outcome = await sendTransaction(dynamo, { TransactItems: items });
    if (outcome.kind === 'committed') return 'saved';
    const [row, ...others] = outcome.reasons;
    if (row?.Code === 'ConditionalCheckFailed') return isSameBody(row.Item, item) ? 'saved' : 'lost';
    if (others.some(({ Code }) => Code === 'ConditionalCheckFailed')) return 'lost';
    await clock.sleep(jitteredDelayMs(round, ROUND_DELAY, randomness));
  }
  throw new AppError('server.unavailable', 'Others keep writing for this connection.', { retryAfterSec: 1 });
}

const isSameBody = (stored: Item | undefined, item: Item): boolean =>
  stored?.['body']?.B !== undefined && Buffer.compare(bytesOf(stored, 'body'), bytesOf(item, 'body')) === 0;

const putRow = (TableName: string, item: Item, { version }: Sync): TransactWriteItem => ({
  Put: {
    TableName,
    Item: item,
    ...(version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'version = :read',
          ExpressionAttributeValues: { ':read': N(version - 1) },
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

/** The lease is ours; with `begins` the connection's next request is another sync's. */
function heldRun(
  TableName: string,
  scope: UserScope,
  { connectionId }: Sync,
  { lease, begins }: SyncCommit,
): TransactWriteItem {
  const held = {
    TableName,
    Key: runKey(scope, connectionId),
    ConditionExpression: 'holder = :me AND fence = :fence',
    ExpressionAttributeValues: { ':me': S(lease.owner), ':fence': N(lease.fence) },
  };
  return begins ? { Update: { ...held, UpdateExpression: 'REMOVE waitingSync' } } : { ConditionCheck: held };
}

const entryWrites = (
  TableName: string,
  scope: UserScope,
  { connectionId }: Sync,
  { done, added }: SyncCommit,
  sealing: EntrySeal,
): readonly TransactWriteItem[] => [
  ...done.map(({ entryId }) => ({
    Delete: { TableName, Key: inboxKey(scope, connectionId, entryId) },
  })),
  ...added.map((entry) => ({
    Put: { TableName, Item: toInboxItem(scope, connectionId, entry, sealing) },
  })),
];
