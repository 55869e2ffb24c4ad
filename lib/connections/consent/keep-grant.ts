import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { newSortableId } from '../../core/ids.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { TokenGrant } from '../../providers/definition.ts';
import type { ProviderAccount } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { Connection } from '../model.ts';
import { tokensOf } from '../tokens/refresh-tokens.ts';
import type { TokenStore } from '../tokens/token-store.ts';

export interface KeepGrantDependencies {
  readonly connections: ConnectionStore;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** What a list of connections holds (ConnectionStore.list). */
export const MAX_CONNECTION_COUNT = 100;
/** The schedule looks at a new connection, should its first sync not have been asked for. */
const FIRST_LOOK_MS = 2 * MINUTE_MS;
const MAX_ROUND_COUNT = 6;
const ROUND_DELAY = { baseMs: 30, capMs: 500 };

export interface Granted {
  readonly provider: string;
  readonly grant: TokenGrant;
  readonly account: ProviderAccount;
  readonly correlationId: string;
}

/**
 * Tokens into the vault, then the connection (CON9): the user's connection of this account, connected again, or
 * a new one. A crash in between leaves tokens that nothing names, or a connection with newer tokens than it
 * had; consenting again mends both. Throws AppError connection.limit_reached, user.not_found when the user was
 * erased meanwhile, server.unavailable.
 */
export async function keepGrant(
  deps: KeepGrantDependencies,
  scope: UserScope,
  granted: Granted,
): Promise<Connection> {
  const { connections, tokens, clock, randomness } = deps;
  const newId = `con_${newSortableId(clock.now(), randomness)}` as ConnectionId;
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const all = await connections.list(scope);
    const known = all.find((one) => isOf(one, granted));
    if (known === undefined && all.length >= MAX_CONNECTION_COUNT)
      throw new AppError('connection.limit_reached', `A user has at most ${MAX_CONNECTION_COUNT}.`);
    const nowMs = clock.now();
    const next = known === undefined ? newConnection(newId, granted, nowMs) : renewed(known, granted, nowMs);
    await tokens.put(scope, next.connectionId, tokensOf(granted.grant, undefined));
    const outcome = await connections.save(scope, next, { correlationId: granted.correlationId, nowMs });
    if (outcome === 'saved') return next;
    if (outcome === 'erased' || known === undefined) await tokens.remove(scope, next.connectionId);
    if (outcome === 'erased') throw new AppError('user.not_found', 'There is no user by this id.');
    await clock.sleep(jitteredDelayMs(round, ROUND_DELAY, randomness));
  }
  throw new AppError('server.unavailable', 'The connection keeps changing; try again.');
}

const isOf = ({ provider, account }: Connection, granted: Granted): boolean =>
  provider === granted.provider && account.providerUserId === granted.account.providerUserId;

const newConnection = (
  connectionId: ConnectionId,
  { provider, account }: Granted,
  nowMs: EpochMs,
): Connection => ({
  connectionId,
  provider,
  status: 'connected',
  reason: undefined,
  connectedAtMs: nowMs,
  createdAtMs: nowMs,
  version: 1,
  account,
  syncedTo: {},
  lastSync: undefined,
  lastPushAtMs: undefined,
  dueAtMs: (nowMs + FIRST_LOOK_MS) as EpochMs,
  silentSinceMs: undefined,
});

/** Ids by which the person was known stay: their lookups are there, and go with the connection alone. */
function withKnownIds(account: ProviderAccount, known: ProviderAccount): ProviderAccount {
  const ids = new Set([...(account.otherUserIds ?? []), ...(known.otherUserIds ?? [])]);
  return ids.size === 0 ? account : { ...account, otherUserIds: [...ids] };
}

/** What was fetched before is not fetched again: `syncedTo` stays. */
const renewed = (known: Connection, { account }: Granted, nowMs: EpochMs): Connection => ({
  ...known,
  status: 'connected',
  reason: undefined,
  connectedAtMs: nowMs,
  version: known.version + 1,
  account: withKnownIds(account, known.account),
  dueAtMs: (nowMs + FIRST_LOOK_MS) as EpochMs,
  silentSinceMs: undefined,
});
