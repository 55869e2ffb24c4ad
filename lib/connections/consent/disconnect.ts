import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserHttp } from '../../providers/http.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { Connection, StoredTokens } from '../model.ts';
import type { ConfiguredProvider, ProviderDirectory } from '../provider-directory.ts';
import type { TokenStore } from '../tokens/token-store.ts';

export interface DisconnectDependencies {
  readonly connections: ConnectionStore;
  readonly tokens: TokenStore;
  readonly providers: ProviderDirectory;
  readonly openUserHttp: (scope: UserScope, connection: Connection, provider: ConfiguredProvider) => UserHttp;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * What became of the grant at the provider: ended; `in_use` by another living connection of the account;
 * `unconfirmed` when the provider did not say so in time; `none` when there was none to end.
 */
export type GrantEnd = 'ended' | 'in_use' | 'unconfirmed' | 'none';

export interface DisconnectRequest {
  readonly correlationId: string;
  /** Fetched data is fetched anew after another consent: it is being erased. */
  readonly forgetsData: boolean;
}

/** The provider is given this long; whoever disconnects does not wait longer. */
const REVOKE_LIMIT_MS = 8 * SECOND_MS;
const MAX_ROUND_COUNT = 6;
const ROUND_DELAY = { baseMs: 30, capMs: 500 };

/**
 * Ends a connection (CON10): its status first, so that nothing is fetched any more, then the grant at the
 * provider, then the tokens. Cut off in between, a repeat goes on with what is left; a repeat of all of it
 * changes nothing. Throws AppError connection.not_found, server.unavailable.
 */
export async function disconnect(
  deps: DisconnectDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  request: DisconnectRequest,
): Promise<{ readonly connection: Connection; readonly grant: GrantEnd }> {
  const connection = await markDisconnected(deps, scope, connectionId, request);
  const grant = await endGrant(deps, scope, connection);
  return { connection, grant };
}

async function markDisconnected(
  { connections, clock, randomness }: DisconnectDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  { correlationId, forgetsData }: DisconnectRequest,
): Promise<Connection> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const stored = await connections.load(scope, connectionId);
    if (stored === undefined) throw notFound();
    const next = ended(stored, forgetsData);
    if (next === undefined) return stored;
    const isChange = stored.status !== 'disconnected';
    const announce = isChange ? { correlationId, nowMs: clock.now() } : undefined;
    const outcome = await connections.save(scope, next, announce);
    if (outcome === 'saved') return next;
    if (outcome === 'erased') return stored;
    await clock.sleep(jitteredDelayMs(round, ROUND_DELAY, randomness));
  }
  throw new AppError('server.unavailable', 'The connection keeps changing; try again.');
}

const notFound = (): AppError => new AppError('connection.not_found', 'The user has no such connection.');

/** Undefined when there is nothing to change. */
function ended(stored: Connection, forgetsData: boolean): Connection | undefined {
  const forgets = forgetsData && Object.keys(stored.syncedTo).length > 0;
  if (stored.status === 'disconnected' && !forgets) return undefined;
  return {
    ...stored,
    status: 'disconnected',
    reason: 'disconnected_by_request',
    version: stored.version + 1,
    dueAtMs: undefined,
    silentSinceMs: undefined,
    ...(forgets ? { syncedTo: {} } : {}),
  };
}

/** Ends the grant as far as the provider answers, and removes the tokens in any case. A repeat does nothing. */
export async function endGrant(
  deps: DisconnectDependencies,
  scope: UserScope,
  connection: Connection,
): Promise<GrantEnd> {
  const tokens = await deps.tokens.load(scope, connection.connectionId);
  if (tokens === undefined) return 'none';
  const { connectionId, provider, account } = connection;
  const place = { scope, connectionId };
  // At most providers an account has one grant per application: ending it would end the others' too.
  const end = (await deps.connections.isUsedElsewhere(provider, account.providerUserId, place))
    ? 'in_use'
    : await revokeInTime(deps, scope, connection, tokens);
  await removeTokens(deps, scope, connectionId, tokens.version);
  return end;
}

/** The tokens of the grant that was ended, refreshed on the way or not: never those of a consent given meanwhile. */
async function removeTokens(
  { tokens, connections }: Pick<DisconnectDependencies, 'tokens' | 'connections'>,
  scope: UserScope,
  connectionId: ConnectionId,
  version: number,
): Promise<void> {
  if ((await tokens.remove(scope, connectionId, version)) === 'removed') return;
  const stored = await connections.load(scope, connectionId);
  if (stored?.status !== 'connected') await tokens.remove(scope, connectionId);
}

async function revokeInTime(
  deps: DisconnectDependencies,
  scope: UserScope,
  connection: Connection,
  tokens: StoredTokens,
): Promise<'ended' | 'unconfirmed'> {
  const tooLate = deps.clock.sleep(REVOKE_LIMIT_MS).then(() => 'unconfirmed' as const);
  const revoked = revoke(deps, scope, connection, tokens).then(
    () => 'ended' as const,
    // Whatever went wrong at the provider: the tokens go, and the answer says that nobody confirmed it.
    () => 'unconfirmed' as const,
  );
  return Promise.race([revoked, tooLate]);
}

async function revoke(
  { providers, openUserHttp, clock }: DisconnectDependencies,
  scope: UserScope,
  connection: Connection,
  { accessToken, refreshToken, tokenSecret, expiresAtMs, userId, scope: granted }: StoredTokens,
): Promise<void> {
  const provider = await providers.get(connection.provider);
  const calls = { user: openUserHttp(scope, connection, provider), app: provider.http };
  const grant = {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(tokenSecret === undefined ? {} : { tokenSecret }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    ...(userId === undefined ? {} : { userId }),
    ...(granted === undefined ? {} : { scope: granted }),
  };
  await provider.definition.revoke(calls, provider.app, grant, clock.now());
}
