import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/clock.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey, DataKeys, KeyWrapper, WorkspaceKeys } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { userPartition } from './core-keys.ts';
import { B, bytesOf, type Dynamo, type Item } from './dynamo.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { userDataKeyKey, workspaceDataKeyKey } from './vault-keys.ts';

/** Architecture.md 4: the longest that a container works with a key that was shredded elsewhere. */
const CACHE_MS = 5 * MINUTE_MS;
const KEY_ID_BYTES = 4;
const SECRET_BYTES = 32;

export interface VaultDependencies {
  readonly dynamo: Dynamo;
  readonly vaultTable: string;
  readonly wrapper: KeyWrapper;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface VaultStore extends DataKeys {
  readonly workspaces: WorkspaceKeys;
  /**
   * A new data key for a user who is made in the same transaction, wrapped by the workspace's key; fails
   * when the user has one. Rejects with server.unavailable when the workspace has no key.
   */
  putNewUserKey(scope: UserScope): Promise<TransactWriteItem>;
}

/**
 * The `vault` table: `id` and `key` per user and workspace. A user's key is sealed under the workspace's,
 * with its own place as associated data; the workspace's is wrapped by KMS.
 */
export function createVaultStore(dependencies: VaultDependencies): VaultStore {
  const { dynamo, vaultTable, clock } = dependencies;
  const workspaceKeys = createExpiringCache(CACHE_MS, clock, (workspaceId: string) =>
    loadWorkspaceKey(dependencies, workspaceId),
  );
  const userKeys = createExpiringCache(CACHE_MS, clock, async (_name: string, scope: UserScope) => {
    const item = await readItem(dynamo, vaultTable, userDataKeyKey(scope));
    if (item === undefined) return undefined;
    const wrappingKey = await workspaceKeys.get(scope.workspaceId);
    if (wrappingKey === undefined) throw missingWorkspaceKey();
    return { id: bytesOf(item, 'id'), secret: open(bytesOf(item, 'key'), wrappingKey, aadOf(scope)) };
  });
  return {
    load: (scope) => userKeys.get(userPartition(scope), scope),
    shred: async (scope) => {
      await dynamo
        .send(new DeleteItemCommand({ TableName: vaultTable, Key: userDataKeyKey(scope) }))
        .catch(rethrowStoreError);
      userKeys.forget(userPartition(scope));
    },
    workspaces: { create: (workspaceId) => createWorkspaceKey(dependencies, workspaceId) },
    putNewUserKey: async (scope) => {
      const wrappingKey = await workspaceKeys.get(scope.workspaceId);
      if (wrappingKey === undefined) throw missingWorkspaceKey();
      return {
        Put: {
          TableName: vaultTable,
          Item: newUserKeyItem(scope, wrappingKey, dependencies.randomness),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      };
    },
  };
}

const aadOf = (scope: UserScope): string => `${userPartition(scope)}|KEY`;

const missingWorkspaceKey = () => new AppError('server.unavailable', 'the workspace has no key');

const newUserKeyItem = (scope: UserScope, wrappingKey: DataKey, randomness: Randomness): Item => ({
  ...userDataKeyKey(scope),
  id: B(randomness.bytes(KEY_ID_BYTES)),
  key: B(seal(randomness.bytes(SECRET_BYTES), wrappingKey, aadOf(scope), randomness)),
});

async function loadWorkspaceKey(
  dependencies: VaultDependencies,
  workspaceId: string,
): Promise<DataKey | undefined> {
  const item = await readItem(dependencies.dynamo, dependencies.vaultTable, workspaceDataKeyKey(workspaceId));
  if (item === undefined) return undefined;
  return {
    id: bytesOf(item, 'id'),
    secret: await dependencies.wrapper.unwrap(workspaceId, bytesOf(item, 'key')),
  };
}

async function createWorkspaceKey(
  { dynamo, vaultTable, wrapper, randomness }: VaultDependencies,
  workspaceId: string,
): Promise<void> {
  const { wrapped } = await wrapper.generate(workspaceId);
  await dynamo
    .send(
      new PutItemCommand({
        TableName: vaultTable,
        Item: {
          ...workspaceDataKeyKey(workspaceId),
          id: B(randomness.bytes(KEY_ID_BYTES)),
          key: B(wrapped),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
    .catch((error: unknown) => {
      if (!isFailedCondition(error)) rethrowStoreError(error);
    });
}
