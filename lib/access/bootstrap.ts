import { SCOPES } from '../../contracts/http/scopes.ts';
import type { IssuerId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { newSortableId } from '../core/ids.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { WorkspaceKeys } from '../vault/data-keys.ts';
import { type KeyMode, makeApiKey } from './api-key.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { OperatorPool } from './authenticate.ts';
import { type IssuerStore, pairHashOf } from './issuer.ts';
import type { WorkspaceStore } from './workspace.ts';

export interface BootstrapDependencies {
  readonly workspaces: WorkspaceStore;
  readonly workspaceKeys: WorkspaceKeys;
  readonly keys: Pick<ApiKeyStore, 'create'>;
  readonly issuers: Pick<IssuerStore, 'findByPair' | 'create'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface BootstrapRequest {
  readonly name: string;
  readonly mode: KeyMode;
  /** Of the admin key; the default of every key (contracts/limits.ts) when absent. */
  readonly requestsPerMinute?: number;
  /** The pool whose users are this workspace's, and the client that their tokens are for. */
  readonly pool: (OperatorPool & { readonly clientId: string }) | undefined;
}

export interface Bootstrapped {
  readonly workspaceId: WorkspaceId;
  /** Of the admin key, which has every scope: shown once. */
  readonly apiKey: string;
  readonly issuerId: IssuerId | undefined;
}

/**
 * Makes a workspace that can be used: its wrapping key, itself, an API key with every scope and, when given,
 * the pair of the Cognito pool (ACC14). `issuer.taken` before anything is written when the pool belongs to a
 * workspace. A repeat makes another workspace; one that was cut off leaves a workspace without a key, which
 * nobody can reach.
 */
export async function bootstrapWorkspace(
  deps: BootstrapDependencies,
  request: BootstrapRequest,
): Promise<Bootstrapped> {
  const { pool, name, mode } = request;
  if (pool !== undefined && (await deps.issuers.findByPair(pairHashOf(pool.issuer, pool.clientId))))
    throw poolTaken();
  const nowMs = deps.clock.now();
  const workspaceId = `ws_${newSortableId(nowMs, deps.randomness)}` as WorkspaceId;
  await deps.workspaceKeys.create(workspaceId);
  await deps.workspaces.create({
    workspaceId,
    name,
    createdAtMs: nowMs,
    version: 1,
    requestsPerMinute: undefined,
    userRequestsPerMinute: undefined,
    oauthRedirectUris: [],
    priorities: { orders: {}, changedAt: {} },
  });
  const issuerId = pool === undefined ? undefined : await registerPool(deps, workspaceId, pool);
  const { key, secret } = makeApiKey(
    {
      workspaceId,
      name: 'admin',
      scopes: SCOPES,
      mode,
      expiresAtMs: undefined,
      requestsPerMinute: request.requestsPerMinute,
    },
    nowMs,
    deps.randomness,
  );
  await deps.keys.create(key);
  return { workspaceId, apiKey: secret, issuerId };
}

async function registerPool(
  { issuers, clock, randomness }: BootstrapDependencies,
  workspaceId: WorkspaceId,
  pool: OperatorPool & { readonly clientId: string },
): Promise<IssuerId> {
  const nowMs = clock.now();
  const issuerId = `iss_${newSortableId(nowMs, randomness)}` as IssuerId;
  const outcome = await issuers.create({
    issuerId,
    workspaceId,
    issuer: pool.issuer,
    audience: pool.clientId,
    jwksUri: pool.jwksUri,
    algorithms: ['RS256'],
    createdAtMs: nowMs,
  });
  if (outcome !== 'created') throw poolTaken();
  return issuerId;
}

const poolTaken = (): AppError =>
  new AppError(
    'issuer.taken',
    'The user pool and client belong to a workspace already: leave them out for another.',
  );
