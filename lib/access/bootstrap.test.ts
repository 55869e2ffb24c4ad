import { expect, test } from 'vitest';
import { SCOPES } from '../../contracts/http/scopes.ts';
import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { type ApiKey, hashApiKey } from './api-key.ts';
import { bootstrapWorkspace } from './bootstrap.ts';
import { type Issuer, pairHashOf } from './issuer.ts';
import { applyWorkspaceChanges, type Workspace } from './workspace.ts';

const POOL = { issuer: 'https://pool.example.com/', jwksUri: 'http://127.0.0.1/jwks', clientId: 'client' };

function open() {
  const wrote: string[] = [];
  const keys: ApiKey[] = [];
  const issuers: Issuer[] = [];
  let drawn = 0;
  return {
    wrote,
    keyring: keys,
    workspaceKeys: { create: async () => void wrote.push('wrapping key') },
    workspaces: {
      load: async () => undefined,
      save: async () => 'saved' as const,
      create: async () => {
        wrote.push('workspace');
        return 'created' as const;
      },
    },
    keys: {
      create: async (key: ApiKey) => {
        wrote.push('key');
        keys.push(key);
        return 'created' as const;
      },
    },
    issuers: {
      findByPair: async (hash: string) =>
        issuers.find((each) => pairHashOf(each.issuer, each.audience) === hash),
      create: async (issuer: Issuer) => {
        wrote.push('issuer');
        issuers.push(issuer);
        return 'created' as const;
      },
    },
    clock: { now: () => 1_795_262_400_000 as EpochMs, sleep: async () => undefined },
    randomness: {
      bytes: (count: number) => Uint8Array.from({ length: count }, () => (drawn = (drawn * 7 + 3) % 199)),
    },
  };
}

test('ACC14 a workspace gets its wrapping key before anything needs it, and an admin key with every scope', async () => {
  const deps = open();
  const made = await bootstrapWorkspace(deps, { name: 'Stride', mode: 'live', pool: POOL });
  expect(deps.wrote).toEqual(['wrapping key', 'workspace', 'issuer', 'key']);
  expect(deps.keyring).toMatchObject([
    { hash: hashApiKey(made.apiKey), scopes: SCOPES, workspaceId: made.workspaceId },
  ]);
});

test('ACC14 a pool that belongs to a workspace stops it before anything is written', async () => {
  const deps = open();
  await bootstrapWorkspace(deps, { name: 'first', mode: 'live', pool: POOL });
  deps.wrote.length = 0;
  await expect(bootstrapWorkspace(deps, { name: 'second', mode: 'live', pool: POOL })).rejects.toMatchObject({
    code: 'issuer.taken',
  });
  expect(deps.wrote).toEqual([]);
});

test('ACC14 a change carries its version to the orders that it moved, and what changes nothing is nothing', () => {
  const workspace: Workspace = {
    workspaceId: 'ws_1' as WorkspaceId,
    name: 'w',
    createdAtMs: 0 as EpochMs,
    version: 4,
    requestsPerMinute: undefined,
    userRequestsPerMinute: undefined,
    oauthRedirectUris: [],
    priorities: { orders: { '*': ['garmin'], steps: ['oura'] }, changedAt: { '*': 2, steps: 4 } },
  };
  expect(applyWorkspaceChanges(workspace, {})).toBeUndefined();
  expect(
    applyWorkspaceChanges(workspace, { name: 'w', priorities: workspace.priorities.orders }),
  ).toBeUndefined();
  expect(applyWorkspaceChanges(workspace, { userRequestsPerMinute: 240 })).toMatchObject({
    version: 5,
    requestsPerMinute: undefined,
    userRequestsPerMinute: 240,
    priorities: { changedAt: { '*': 2, steps: 4 } },
  });
  const oauthRedirectUris = ['https://app.example.com/connected'];
  expect(applyWorkspaceChanges(workspace, { oauthRedirectUris })).toMatchObject({
    version: 5,
    oauthRedirectUris,
    priorities: { changedAt: { '*': 2, steps: 4 } },
  });
  expect(applyWorkspaceChanges(workspace, { priorities: { '*': ['garmin'] } })).toMatchObject({
    version: 5,
    priorities: { orders: { '*': ['garmin'] }, changedAt: { '*': 2, steps: 5 } },
  });
});
