import { PutItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { Workspace, WorkspaceStore } from '../../access/workspace.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { WorkspaceSettings } from '../../projections/workspace-settings.ts';
import type { PrioritySettings } from '../../samples/model.ts';
import { workspaceKey } from './core-keys.ts';
import {
  type Dynamo,
  type Item,
  N,
  numberOf,
  optionalNumberOf,
  optionalStringOf,
  S,
  stringOf,
} from './dynamo.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';

/** Workspaces on the `core` table, and what projections need of their settings. */
export function createWorkspaceStore(dynamo: Dynamo, coreTable: string): WorkspaceStore & WorkspaceSettings {
  const load = async (workspaceId: WorkspaceId): Promise<Workspace | undefined> => {
    const item = await readItem(dynamo, coreTable, workspaceKey(workspaceId));
    return item === undefined ? undefined : fromItem(workspaceId, item);
  };
  return {
    load,
    loadPriorities: async (workspaceId) =>
      (await load(workspaceId))?.priorities ?? { orders: {}, changedAt: {} },
    create: async (workspace) => {
      const input = {
        TableName: coreTable,
        Item: {
          ...workspaceKey(workspace.workspaceId),
          ...toAttributes(workspace),
          keyCount: N(0),
          issuerCount: N(0),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      return settle(dynamo.send(new PutItemCommand(input)), 'created', 'exists');
    },
    save: async (workspace) =>
      settle(dynamo.send(new UpdateItemCommand(buildUpdate(coreTable, workspace))), 'saved', 'conflict'),
  };
}

/** Workspaces from before there were connections have none. */
const Addresses = z.array(z.string());

/** What a conditional write came to. */
async function settle<Done, Refused>(
  write: Promise<unknown>,
  done: Done,
  refused: Refused,
): Promise<Done | Refused> {
  try {
    await write;
    return done;
  } catch (error) {
    return isFailedCondition(error) ? refused : rethrowStoreError(error);
  }
}

/** Leaves the numbers of keys and issuers alone, which their own transactions count. */
const buildUpdate = (coreTable: string, workspace: Workspace): UpdateItemCommandInput => ({
  TableName: coreTable,
  Key: workspaceKey(workspace.workspaceId),
  UpdateExpression: ['SET #name = :name', 'priorities = :priorities', 'version = :version']
    .concat('oauthRedirectUris = :redirects')
    .concat(Object.keys(ratesOf(workspace)).map((rate) => `${rate} = :${rate}`))
    .join(', '),
  ConditionExpression: 'version = :read',
  ExpressionAttributeNames: { '#name': 'name' },
  ExpressionAttributeValues: {
    ':name': S(workspace.name),
    ':priorities': S(JSON.stringify(workspace.priorities)),
    ':version': N(workspace.version),
    ':redirects': S(JSON.stringify(workspace.oauthRedirectUris)),
    ':read': N(workspace.version - 1),
    ...Object.fromEntries(Object.entries(ratesOf(workspace)).map(([rate, value]) => [`:${rate}`, value])),
  },
});

/** A rate that was set is changed and never taken away. */
const ratesOf = ({ requestsPerMinute, userRequestsPerMinute }: Workspace): Item => ({
  ...(requestsPerMinute === undefined ? {} : { requestsPerMinute: N(requestsPerMinute) }),
  ...(userRequestsPerMinute === undefined ? {} : { userRequestsPerMinute: N(userRequestsPerMinute) }),
});

const toAttributes = (workspace: Workspace): Item => ({
  name: S(workspace.name),
  version: N(workspace.version),
  priorities: S(JSON.stringify(workspace.priorities)),
  createdAt: N(workspace.createdAtMs),
  oauthRedirectUris: S(JSON.stringify(workspace.oauthRedirectUris)),
  ...ratesOf(workspace),
});

const fromItem = (workspaceId: WorkspaceId, item: Item): Workspace => ({
  workspaceId,
  name: stringOf(item, 'name'),
  version: numberOf(item, 'version'),
  priorities: JSON.parse(stringOf(item, 'priorities')) as PrioritySettings,
  createdAtMs: numberOf(item, 'createdAt') as EpochMs,
  requestsPerMinute: optionalNumberOf(item, 'requestsPerMinute'),
  userRequestsPerMinute: optionalNumberOf(item, 'userRequestsPerMinute'),
  oauthRedirectUris: Addresses.parse(JSON.parse(optionalStringOf(item, 'oauthRedirectUris') ?? '[]')),
});
