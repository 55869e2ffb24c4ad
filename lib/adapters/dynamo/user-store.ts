import { type TransactWriteItem, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { UserId, type WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { type EpochMs, toEpochSec } from '../../core/instants.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Head, UserScope } from '../../samples/model.ts';
import type { User, UserProfile } from '../../users/model.ts';
import type { UserStore } from '../../users/user-store.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { batchGet } from './batch-get.ts';
import { CHANGE_TTL_MS, toChangeItem } from './change-item.ts';
import {
  entitiesKey,
  externalIdKey,
  headKey,
  userDirectoryKey,
  userDirectoryPartition,
  userKey,
  userPartition,
} from './core-keys.ts';
import { type Dynamo, type Item, N, S, stringOf } from './dynamo.ts';
import { eraseHead, putNewHead } from './head-item.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { sendTransaction } from './transaction.ts';
import { fromUserItems, hasProfile, sealProfile, toUserItem } from './user-item.ts';
import type { VaultStore } from './vault-store.ts';

export interface UserStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly vault: VaultStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** Data keys of a page of users are read at the same time, this many at once. */
const KEYS_AT_ONCE_COUNT = 25;

/** Users on the `core` table: USER and HEAD in the user's partition, the directory, and external ids. */
export function createUserStore(deps: UserStoreDependencies): UserStore {
  const { dynamo, coreTable } = deps;
  return {
    findByExternalId: async (workspaceId, externalId) => {
      const item = await readItem(dynamo, coreTable, externalIdKey(workspaceId, externalId));
      return item === undefined ? undefined : UserId.parse(stringOf(item, 'userId'));
    },
    create: (workspaceId, user) => create(deps, { workspaceId, userId: user.userId }, user),
    load: async (scope) => (await loadUsers(deps, [scope]))[0],
    saveProfile: (scope, readVersion, profile) => saveProfile(deps, scope, readVersion, profile),
    list: async (workspaceId, { after, limit }) => {
      const userIds = await listIds(deps, workspaceId, after, limit + 1);
      const shown = userIds.slice(0, limit);
      const users = await loadUsers(
        deps,
        shown.map((userId) => ({ workspaceId, userId })),
      );
      return { users, last: userIds.length > limit ? shown.at(-1) : undefined };
    },
    listUserIds: (workspaceId, after, limit) => listIds(deps, workspaceId, after, limit),
    erase: async (scope, { readSeq, externalId, change }) => {
      const outcome = await sendTransaction(dynamo, {
        TransactItems: [
          eraseHead(coreTable, scope, { readSeq, erasedAtMs: change.erasedAtMs }),
          putOnce(coreTable, toChangeItem(scope, change)),
          remove(coreTable, userKey(scope)),
          markInDirectory(coreTable, scope, change.erasedAtMs),
          remove(coreTable, externalIdKey(scope.workspaceId, externalId)),
          // Every commit of the user's devices has a condition on it (SYN30).
          remove(coreTable, entitiesKey(scope)),
        ],
      });
      return outcome.kind === 'committed' ? 'erased' : 'conflict';
    },
  };
}

const putOnce = (table: string, item: Item): TransactWriteItem => ({
  Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
});
const remove = (table: string, key: Item): TransactWriteItem => ({ Delete: { TableName: table, Key: key } });

/**
 * The directory keeps an erased id as long as its change entries: a replay of the outbox walks the directory,
 * and the erasure is one of the events that it has to say again (OBX8).
 */
const markInDirectory = (table: string, scope: UserScope, erasedAtMs: EpochMs): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: userDirectoryKey(scope.workspaceId, scope.userId),
    UpdateExpression: 'SET erasedAt = :at, #ttl = :ttl',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: {
      ':at': N(erasedAtMs),
      ':ttl': N(toEpochSec((erasedAtMs + CHANGE_TTL_MS) as EpochMs)),
    },
  },
});

const newHead = (user: User): Head => ({
  seq: 0,
  settingsVersion: 0,
  timeZone: user.timeZone,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
});

/**
 * A profile can only be sealed under a key that is there, so a user with one gets the key in a transaction
 * before. When the creation is then lost to another creator the key of the unused id is shredded; one that a
 * crash leaves behind opens nothing.
 */
async function create(
  deps: UserStoreDependencies,
  scope: UserScope,
  user: User,
): Promise<'created' | 'taken'> {
  const { dynamo, coreTable, vault, randomness } = deps;
  const keyItem = await vault.putNewUserKey(scope);
  const isKeyFirst = hasProfile(user.profile);
  let profile: Item[string] | undefined;
  if (isKeyFirst) {
    await sendTransaction(dynamo, { TransactItems: [keyItem] });
    const key = await loadKey(vault, scope);
    profile = sealProfile(scope, user.profile, { key, version: user.version, randomness });
  }
  const external = { ...externalIdKey(scope.workspaceId, user.externalId), userId: S(user.userId) };
  const outcome = await sendTransaction(dynamo, {
    TransactItems: [
      putOnce(coreTable, external),
      putOnce(coreTable, toUserItem(scope, user, profile)),
      putNewHead(coreTable, scope, newHead(user)),
      putOnce(coreTable, userDirectoryKey(scope.workspaceId, scope.userId)),
      ...(isKeyFirst ? [] : [keyItem]),
    ],
  });
  if (outcome.kind === 'committed') return 'created';
  if (isKeyFirst) await vault.shred(scope);
  return 'taken';
}

async function loadKey(vault: VaultStore, scope: UserScope): Promise<DataKey> {
  const key = await vault.load(scope);
  if (key === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
  return key;
}

async function saveProfile(
  { dynamo, coreTable, vault, randomness }: UserStoreDependencies,
  scope: UserScope,
  readVersion: number,
  profile: UserProfile,
): Promise<'saved' | 'conflict' | 'gone'> {
  const key = await vault.load(scope);
  if (key === undefined) return 'gone';
  const version = readVersion + 1;
  try {
    await dynamo.send(
      new UpdateItemCommand({
        TableName: coreTable,
        Key: userKey(scope),
        UpdateExpression: 'SET profile = :profile, version = :version',
        ConditionExpression: 'version = :read',
        ExpressionAttributeValues: {
          ':profile': sealProfile(scope, profile, { key, version, randomness }),
          ':version': N(version),
          ':read': N(readVersion),
        },
      }),
    );
    return 'saved';
  } catch (error) {
    return isFailedCondition(error) ? 'conflict' : rethrowStoreError(error);
  }
}

async function listIds(
  { dynamo, coreTable }: UserStoreDependencies,
  workspaceId: WorkspaceId,
  after: string | undefined,
  limit: number,
): Promise<readonly UserId[]> {
  const partition = userDirectoryPartition(workspaceId);
  const items = await queryPrefix(dynamo, { table: coreTable, partition, prefix: '', after, limit });
  return items.map((item) => UserId.parse(stringOf(item, 'sk')));
}

/** Those of the users that are there, in the order given: one read of USER and HEAD each, in batches. */
async function loadUsers(
  deps: UserStoreDependencies,
  scopes: readonly UserScope[],
): Promise<readonly User[]> {
  const { coreTable, vault } = deps;
  if (scopes.length === 0) return [];
  const found = await batchGet(
    deps,
    scopes.flatMap((scope) => [userKey(scope), headKey(scope)].map((key) => ({ table: coreTable, key }))),
  );
  const byKey = new Map(found.map(({ item }) => [`${stringOf(item, 'pk')}/${stringOf(item, 'sk')}`, item]));
  const users = await mapBounded(scopes, KEYS_AT_ONCE_COUNT, async (scope) => {
    const partition = userPartition(scope);
    const item = byKey.get(`${partition}/USER`);
    if (item === undefined) return undefined;
    const key = item['profile'] === undefined ? undefined : await vault.load(scope);
    return fromUserItems(item, byKey.get(`${partition}/HEAD`), key);
  });
  return users.filter((user) => user !== undefined);
}
