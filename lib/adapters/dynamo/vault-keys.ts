import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { UserScope } from '../../samples/model.ts';
import { userPartition } from './core-keys.ts';
import { type Item, S } from './dynamo.ts';

/** Every key of the `vault` table. */
export const workspaceDataKeyKey = (workspaceId: string): Item => ({
  pk: S(`W#${workspaceId}`),
  sk: S('KEY'),
});
export const userDataKeyKey = (scope: UserScope): Item => ({ pk: S(userPartition(scope)), sk: S('KEY') });
export const TOKEN_PREFIX = 'TOKEN#';
export const tokenKey = (scope: UserScope, connectionId: ConnectionId): Item => ({
  pk: S(userPartition(scope)),
  sk: S(TOKEN_PREFIX + connectionId),
});
