import { QueryCommand, type TransactWriteItem, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ConnectionId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { ConnectionStore } from '../../connections/connection-store.ts';
import type { Connection } from '../../connections/model.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { type EpochMs, toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { ChangeEntry } from '../../outbox/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import {
  accountHashes,
  accountHashOf,
  connectionIdOf,
  fromConnectionItem,
  toConnectionAttributes,
} from './connection-item.ts';
import {
  accountKey,
  CONNECTION_PREFIX,
  connectionKey,
  DUE_INDEX,
  duePartition,
  headKey,
  parseUserPartition,
  providerUserKey,
  providerUserPartition,
  userPartition,
} from './core-keys.ts';
import { type Dynamo, type Item, N, optionalStringOf, S, stringOf } from './dynamo.ts';
import { announceOnHead, readHeadSeq } from './head-announcement.ts';
import { queryPages } from './query-pages.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { isErased, sendTransaction } from './transaction.ts';
import { setAttributes } from './update-expression.ts';

export interface ConnectionStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: Pick<DataKeys, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

const MAX_LISTED_COUNT = 100;
/** The head moves with every ingest of the user: a save that lost to one of them is tried again here. */
const MAX_ROUND_COUNT = 8;
const ROUND_DELAY = { baseMs: 20, capMs: 400 };

type Announce = Parameters<ConnectionStore['save']>[2];

/** ConnectionStore on the `core` table and its index `due`. */
export function createConnectionStore(deps: ConnectionStoreDependencies): ConnectionStore {
  const { dynamo, coreTable, dataKeys } = deps;
  return {
    load: async (scope, connectionId) => {
      const item = await readItem(dynamo, coreTable, connectionKey(scope, connectionId));
      const key = item === undefined ? undefined : await dataKeys.load(scope);
      return item === undefined || key === undefined ? undefined : fromConnectionItem(scope, item, key);
    },
    list: (scope) => list(deps, scope),
    save: (scope, connection, announce) => save(deps, scope, connection, announce),
    notePush: (scope, connectionId, atMs) => notePush(deps, scope, connectionId, atMs),
    findByProviderUser: async (provider, providerUserId) => {
      const found: { readonly scope: UserScope; readonly connectionId: ConnectionId }[] = [];
      const partition = providerUserPartition(accountHashOf(provider, providerUserId));
      for await (const page of queryPages(dynamo, wholePartition(coreTable, partition)))
        found.push(...page.map((item) => parseProviderUserSortKey(stringOf(item, 'sk'))));
      return found;
    },
    isUsedElsewhere: (provider, providerUserId, except) =>
      isUsedElsewhere(deps, accountHashOf(provider, providerUserId), except),
    listDue: (shard, nowMs, limit) => listDue(deps, { shard, nowMs, limit }),
  };
}

const wholePartition = (table: string, partition: string) => ({
  TableName: table,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': S(partition) },
});

async function isUsedElsewhere(
  { dynamo, coreTable }: ConnectionStoreDependencies,
  accountHash: string,
  except: { readonly scope: UserScope; readonly connectionId: ConnectionId },
): Promise<boolean> {
  const own = stringOf(providerUserKey(accountHash, except.scope, except.connectionId), 'sk');
  const partition = wholePartition(coreTable, providerUserPartition(accountHash));
  for await (const page of queryPages(dynamo, partition))
    if (page.some((item) => stringOf(item, 'sk') !== own && optionalStringOf(item, 'status') === 'connected'))
      return true;
  return false;
}

function parseProviderUserSortKey(sk: string) {
  const [workspaceId, userId, connectionId] = sk.split('#');
  return {
    scope: { workspaceId: WorkspaceId.parse(workspaceId), userId: UserId.parse(userId) },
    connectionId: ConnectionId.parse(connectionId),
  };
}

async function list(
  { dynamo, coreTable, dataKeys }: ConnectionStoreDependencies,
  scope: UserScope,
): Promise<readonly Connection[]> {
  const items: Item[] = [];
  const query = {
    TableName: coreTable,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': S(userPartition(scope)), ':prefix': S(CONNECTION_PREFIX) },
    Limit: MAX_LISTED_COUNT,
  };
  for await (const page of queryPages(dynamo, query)) {
    items.push(...page);
    if (items.length >= MAX_LISTED_COUNT) break;
  }
  if (items.length === 0) return [];
  const key = await dataKeys.load(scope);
  if (key === undefined) return [];
  return items
    .slice(0, MAX_LISTED_COUNT)
    .map((item) => fromConnectionItem(scope, item, key))
    .sort((a, b) => a.createdAtMs - b.createdAtMs);
}

/** The head moves under us all the time; only what the connection itself says is a conflict to the caller. */
async function save(
  deps: ConnectionStoreDependencies,
  scope: UserScope,
  connection: Connection,
  announce: Announce,
): Promise<'saved' | 'conflict' | 'erased'> {
  const { dynamo, dataKeys, clock, randomness } = deps;
  const key = await dataKeys.load(scope);
  if (key === undefined) return 'erased';
  const attributes = toConnectionAttributes(scope, connection, { key, randomness });
  const own = [
    writeConnection(deps.coreTable, scope, connection, attributes),
    ...writeLookups(deps.coreTable, scope, connection, announce),
  ];
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const head = await writeHead(deps, scope, connection, announce);
    if (head === 'gone') return 'erased';
    const outcome = await sendTransaction(dynamo, { TransactItems: [...head, ...own] });
    if (outcome.kind === 'committed') return 'saved';
    if (isErased(outcome.reasons[0])) return 'erased';
    const ownCodes = outcome.reasons.slice(head.length).map(({ Code }) => Code);
    if (ownCodes.includes('ConditionalCheckFailed')) return 'conflict';
    await clock.sleep(jitteredDelayMs(round, ROUND_DELAY, randomness));
  }
  return 'conflict';
}

/** The announcement, or else a look whether the user is still there. Its first item is the head. */
async function writeHead(
  { dynamo, coreTable }: ConnectionStoreDependencies,
  scope: UserScope,
  { connectionId, provider, status, reason }: Connection,
  announce: Announce,
): Promise<readonly TransactWriteItem[] | 'gone'> {
  if (announce === undefined) {
    const check = {
      TableName: coreTable,
      Key: headKey(scope),
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    return [{ ConditionCheck: check }];
  }
  const seq = await readHeadSeq(dynamo, coreTable, scope);
  if (seq === 'gone') return 'gone';
  const change: ChangeEntry = {
    kind: 'connection',
    seq: seq + 1,
    committedAtMs: announce.nowMs,
    correlationId: announce.correlationId,
    connectionId,
    provider,
    status,
    ...(reason === undefined ? {} : { reason }),
  };
  return announceOnHead(coreTable, scope, change);
}

/** Leaves `lastPushAt` alone, which pushes write without a version. */
function writeConnection(
  coreTable: string,
  scope: UserScope,
  { connectionId, version }: Connection,
  attributes: ReturnType<typeof toConnectionAttributes>,
): TransactWriteItem {
  const update = setAttributes(attributes);
  const isNew = version === 1;
  return {
    Update: {
      TableName: coreTable,
      Key: connectionKey(scope, connectionId),
      ...update,
      ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'version = :read',
      ExpressionAttributeValues: {
        ...update.ExpressionAttributeValues,
        ...(isNew ? {} : { ':read': N(version - 1) }),
      },
    },
  };
}

/** With a new connection and each change of status: they say it too, and a consent may bring other ids of the person. */
function writeLookups(
  coreTable: string,
  scope: UserScope,
  { connectionId, provider, account, version, status }: Connection,
  announce: Announce,
): readonly TransactWriteItem[] {
  if (version > 1 && announce === undefined) return [];
  const hashes = accountHashes(provider, account);
  const lookups = hashes.map((hash) => ({
    Put: {
      TableName: coreTable,
      Item: { ...providerUserKey(hash, scope, connectionId), status: S(status) },
    },
  }));
  if (version > 1) return lookups;
  const only = {
    TableName: coreTable,
    Item: { ...accountKey(scope, hashes[0]), connectionId: S(connectionId) },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  return [{ Put: only }, ...lookups];
}

async function notePush(
  { dynamo, coreTable }: ConnectionStoreDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  atMs: EpochMs,
): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: coreTable,
    Key: connectionKey(scope, connectionId),
    UpdateExpression: 'SET lastPushAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(lastPushAt) OR lastPushAt < :at)',
    ExpressionAttributeValues: { ':at': N(atMs) },
  });
  try {
    await dynamo.send(command);
  } catch (error) {
    if (!isFailedCondition(error)) rethrowStoreError(error);
  }
}

/** `~` sorts behind the `#` that follows the instant, so the moment itself counts as due. */
async function listDue(
  { dynamo, coreTable }: ConnectionStoreDependencies,
  { shard, nowMs, limit }: { readonly shard: number; readonly nowMs: EpochMs; readonly limit: number },
) {
  const reply = await dynamo
    .send(
      new QueryCommand({
        TableName: coreTable,
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'gsi1pk = :shard AND gsi1sk <= :now',
        ExpressionAttributeValues: { ':shard': S(duePartition(shard)), ':now': S(`${toIso(nowMs)}~`) },
        Limit: limit,
      }),
    )
    .catch(rethrowStoreError);
  return (reply.Items ?? []).map((item) => ({
    scope: parseUserPartition(stringOf(item, 'pk')),
    connectionId: connectionIdOf(item),
  }));
}
