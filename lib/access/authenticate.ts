import { USER_TOKEN_SCOPES } from '../../contracts/http/scopes.ts';
import { KEY_REQUESTS_PER_MINUTE, USER_REQUESTS_PER_MINUTE } from '../../contracts/limits.ts';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { type EpochMs, HOUR_MS } from '../core/instants.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { describeFault, type Log } from '../observability/log.ts';
import { type ApiKey, hashApiKey, isApiKey, stateOfKey } from './api-key.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { Authenticator, AuthFailure } from './authenticator.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { type Issuer, type IssuerStore, pairHashOf } from './issuer.ts';
import type { JwksFetcher } from './jwks.ts';
import { createJwksCache, type JwksCache } from './jwks-cache.ts';
import type { Principal } from './model.ts';
import { readClaim, verifyToken } from './token.ts';
import type { UserResolver } from './user-resolver.ts';
import type { Workspace, WorkspaceStore } from './workspace.ts';

/** The stage's own Cognito pool: its key set is fetched from where the operator's configuration says. */
export interface OperatorPool {
  readonly issuer: string;
  readonly jwksUri: string;
}

export interface AuthenticatorDependencies {
  readonly keys: Pick<ApiKeyStore, 'findByHash' | 'recordUse'>;
  readonly issuers: Pick<IssuerStore, 'findByPair'>;
  readonly workspaces: Pick<WorkspaceStore, 'load'>;
  readonly users: UserResolver;
  readonly jwks: JwksFetcher;
  readonly pool: OperatorPool | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

interface Lookups {
  readonly key: (hash: string) => Promise<ApiKey | undefined>;
  readonly pair: (hash: string) => Promise<Issuer | undefined>;
  readonly workspace: (workspaceId: WorkspaceId) => Promise<Workspace | undefined>;
  readonly user: (workspaceId: WorkspaceId, subject: string) => Promise<UserId | undefined>;
  readonly jwks: JwksCache;
}

/** The one authenticator behind all HTTP functions; its caches live as long as the container (ACC3). */
export function createAuthenticator(dependencies: AuthenticatorDependencies): Authenticator {
  const { keys, issuers, workspaces, users, clock } = dependencies;
  const user = createBoundedCache(clock, (name) => {
    const [workspaceId = '', ...subject] = name.split('|');
    return users.resolve(workspaceId as WorkspaceId, subject.join('|'));
  });
  const lookups: Lookups = {
    key: createBoundedCache(clock, (hash) => keys.findByHash(hash)),
    pair: createBoundedCache(clock, (hash) => issuers.findByPair(hash)),
    workspace: createBoundedCache(clock, (id) => workspaces.load(id as WorkspaceId)),
    user: (workspaceId, subject) => user(`${workspaceId}|${subject}`),
    jwks: createJwksCache(clock, dependencies.jwks),
  };
  const recordUse = createUseRecorder(dependencies);
  return {
    authenticate: (credential) =>
      isApiKey(credential)
        ? authenticateKey(credential, lookups, { recordUse, nowMs: clock.now() })
        : authenticateToken(credential, lookups, { pool: dependencies.pool, nowMs: clock.now() }),
  };
}

async function authenticateKey(
  secret: string,
  lookups: Lookups,
  { recordUse, nowMs }: { recordUse: (key: ApiKey, nowMs: EpochMs) => Promise<void>; nowMs: EpochMs },
): Promise<Result<Principal, AuthFailure>> {
  const key = await lookups.key(hashApiKey(secret));
  if (key === undefined) return fail({ kind: 'invalid', reason: 'there is no such API key' });
  const state = stateOfKey(key, nowMs);
  if (state === 'expired') return fail({ kind: 'expired' });
  if (state === 'revoked') return fail({ kind: 'invalid', reason: 'the API key is revoked' });
  const workspace = await lookups.workspace(key.workspaceId);
  if (workspace === undefined) return fail({ kind: 'invalid', reason: 'the workspace is gone' });
  await recordUse(key, nowMs);
  return ok({
    kind: 'key',
    workspaceId: key.workspaceId,
    apiKeyId: key.apiKeyId,
    scopes: key.scopes,
    requestsPerMinute: key.requestsPerMinute ?? workspace.requestsPerMinute ?? KEY_REQUESTS_PER_MINUTE,
  });
}

async function authenticateToken(
  jwt: string,
  lookups: Lookups,
  { pool, nowMs }: { pool: OperatorPool | undefined; nowMs: EpochMs },
): Promise<Result<Principal, AuthFailure>> {
  const claim = readClaim(jwt);
  if (claim === undefined)
    return fail({ kind: 'invalid', reason: 'it is neither an API key nor a usable JWT' });
  const found = await Promise.all(
    claim.audiences.map((audience) => lookups.pair(pairHashOf(claim.issuer, audience))),
  );
  const pairs = found.filter((pair) => pair !== undefined);
  const [pair] = pairs;
  if (pair === undefined)
    return fail({ kind: 'invalid', reason: 'nobody registered its issuer and audience' });
  if (pairs.some(({ workspaceId }) => workspaceId !== pair.workspaceId))
    return fail({ kind: 'invalid', reason: 'its audiences belong to several workspaces' });
  const subject = await verifiedSubject(jwt, { ...claim, pair, pool, nowMs }, lookups.jwks);
  if (!subject.ok) return subject;
  return toUserPrincipal(pair.workspaceId, subject.value, lookups);
}

async function verifiedSubject(
  jwt: string,
  claim: {
    readonly issuer: string;
    readonly keyId: string;
    readonly pair: Issuer;
    readonly pool: OperatorPool | undefined;
    readonly nowMs: EpochMs;
  },
  jwks: JwksCache,
): Promise<Result<string, AuthFailure>> {
  const { issuer, keyId, pair, pool, nowMs } = claim;
  const isOwnPool = pool !== undefined && pool.issuer === issuer;
  const jwk = await (isOwnPool
    ? jwks.find(pool.jwksUri, keyId, 'operator')
    : jwks.find(pair.jwksUri, keyId, 'tenant')
  ).catch(() => 'unavailable' as const);
  if (jwk === 'unavailable') return fail({ kind: 'unavailable' });
  if (jwk === undefined) return fail({ kind: 'invalid', reason: 'its issuer has no such key' });
  return verifyToken(jwt, jwk, { issuer, algorithms: pair.algorithms, nowMs });
}

async function toUserPrincipal(
  workspaceId: WorkspaceId,
  subject: string,
  lookups: Lookups,
): Promise<Result<Principal, AuthFailure>> {
  const [workspace, userId] = await Promise.all([
    lookups.workspace(workspaceId),
    lookups.user(workspaceId, subject),
  ]);
  if (workspace === undefined) return fail({ kind: 'invalid', reason: 'the workspace is gone' });
  if (userId === undefined) return fail({ kind: 'invalid', reason: 'its sub cannot name a user' });
  return ok({
    kind: 'user',
    workspaceId,
    userId,
    scopes: USER_TOKEN_SCOPES,
    requestsPerMinute: workspace.userRequestsPerMinute ?? USER_REQUESTS_PER_MINUTE,
  });
}

/** Keys whose use this container recorded; the store's own condition bounds what several containers write. */
const MAX_RECORDED_COUNT = 5_000;

/** Records a use at most once an hour and key; a store that fails costs a line in the log, not the request. */
function createUseRecorder({ keys, log }: Pick<AuthenticatorDependencies, 'keys' | 'log'>) {
  const recordedAtMs = new Map<string, EpochMs>();
  return async (key: ApiKey, nowMs: EpochMs): Promise<void> => {
    const lastMs = recordedAtMs.get(key.apiKeyId);
    if (lastMs !== undefined && nowMs - lastMs < HOUR_MS) return;
    if (recordedAtMs.size >= MAX_RECORDED_COUNT) recordedAtMs.clear();
    recordedAtMs.set(key.apiKeyId, nowMs);
    await keys
      .recordUse(key, nowMs)
      .catch((error: unknown) => log.write('ACCESS_KEY_USE_UNRECORDED', describeFault(error)));
  };
}
