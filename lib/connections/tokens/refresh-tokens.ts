import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { assertNever } from '../../core/assert.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { newSortableId } from '../../core/ids.ts';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Result } from '../../core/result.ts';
import { AppError } from '../../problems/app-error.ts';
import type { TokenGrant, TokenRefusal } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { StoredTokens } from '../model.ts';
import type { TokenStore } from './token-store.ts';

export interface RefreshDependencies {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface RefreshTarget {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
  /** AuthFlow.refresh, bound to the provider. */
  readonly ask: (refreshToken: string) => Promise<Result<TokenGrant, TokenRefusal>>;
}

/** Two calls of 10 s each and the store fit in: a holder whose lease ran out was stalled, or is gone. */
export const REFRESH_LEASE_MS = 30 * SECOND_MS;
/** How long the word of a stalled holder is waited for before its token counts as lost. */
export const STALLED_WAIT_MS = 10 * SECOND_MS;
/** A lease of another, its taking over, and two calls. */
const MAX_WAIT_MS = 60 * SECOND_MS;
const LOOK_AGAIN = { baseMs: 100, capMs: 1_000 };
const SAVE_AGAIN = { baseMs: 100, capMs: 2_000 };
const MAX_SAVE_COUNT = 6;

/**
 * Tokens newer than version `stale`: the ones that somebody else stored, or else refreshed here, by one at a
 * time (CON6). Throws ProviderFault: `unauthorized` with reason `grant_revoked` when the provider has no such
 * grant any more, `grant_expired` when there is nothing to refresh it with, `disconnected` when the tokens were
 * removed; `rejected` when it refuses our credentials; `rate_limited`; `unavailable`.
 */
export async function refreshTokens(
  deps: RefreshDependencies,
  target: RefreshTarget,
  stale: StoredTokens,
): Promise<StoredTokens> {
  const { clock, randomness } = deps;
  const owner = newSortableId(clock.now(), randomness);
  const giveUpAtMs = clock.now() + MAX_WAIT_MS;
  for (let round = 0; ; round += 1) {
    const stored = await loadTokens(deps, target);
    if (stored.version !== stale.version) return stored;
    const refreshToken = stored.refreshToken;
    if (refreshToken === undefined) throw new ProviderFault('unauthorized', { reason: 'grant_expired' });
    const lease = await takeLease(deps, target, { owner, readVersion: stored.version });
    if (lease === 'taken' || lease === 'taken_over')
      return refreshAsHolder(deps, target, {
        stored,
        refreshToken,
        owner,
        isTakenOver: lease === 'taken_over',
      });
    if (lease === 'moved') continue;
    if (clock.now() >= giveUpAtMs) throw new ProviderFault('unavailable', { reason: 'refresh_held' });
    await clock.sleep(20 + jitteredDelayMs(round, LOOK_AGAIN, randomness));
  }
}

async function loadTokens(
  { tokens }: RefreshDependencies,
  { scope, connectionId }: RefreshTarget,
): Promise<StoredTokens> {
  const stored = await tokens.load(scope, connectionId);
  if (stored === undefined) throw new ProviderFault('unauthorized', { reason: 'disconnected' });
  return stored;
}

function takeLease(
  { tokens, clock }: RefreshDependencies,
  { scope, connectionId }: RefreshTarget,
  wanted: { readonly owner: string; readonly readVersion: number },
) {
  const nowMs = clock.now();
  const untilMs = (nowMs + REFRESH_LEASE_MS) as EpochMs;
  return tokens.takeRefreshLease(scope, connectionId, { ...wanted, nowMs, untilMs });
}

interface Held {
  readonly stored: StoredTokens;
  readonly refreshToken: string;
  readonly owner: string;
  readonly isTakenOver: boolean;
}

/** The lease ends with the token that is stored, or is let go; a crash leaves it to run out. */
async function refreshAsHolder(
  deps: RefreshDependencies,
  target: RefreshTarget,
  held: Held,
): Promise<StoredTokens> {
  const { scope, connectionId } = target;
  try {
    const answer = await askTwice(target, held.refreshToken);
    if (answer.ok) return await store(deps, target, held.stored, answer.value);
    return await judgeRefusal(deps, target, held, answer.failure);
  } finally {
    await deps.tokens.releaseRefreshLease(scope, connectionId, held.owner).catch(ignore);
  }
}

/** The lease runs out by itself. */
const ignore = (): void => undefined;

/**
 * An answer that was lost on the way is asked for once more: providers that rotate either have not seen the
 * first request, or give out a token for the old one a second time (CON7).
 */
async function askTwice(
  { ask }: RefreshTarget,
  refreshToken: string,
): Promise<Result<TokenGrant, TokenRefusal>> {
  try {
    const answer = await ask(refreshToken);
    if (answer.ok || answer.failure !== 'unavailable') return answer;
  } catch (error) {
    if (!(error instanceof ProviderFault) || error.kind !== 'unavailable') throw error;
  }
  return ask(refreshToken);
}

/** `invalid_grant` is believed of the token that is stored still: a stalled holder may have used it up (CON8). */
async function judgeRefusal(
  deps: RefreshDependencies,
  target: RefreshTarget,
  { stored, isTakenOver }: Held,
  refusal: TokenRefusal,
): Promise<StoredTokens> {
  switch (refusal) {
    case 'unavailable':
      throw new ProviderFault('unavailable', { reason: 'token_endpoint' });
    case 'rejected':
      throw new ProviderFault('rejected', { reason: 'token_refused' });
    case 'invalid_grant': {
      const newest = await waitForNewer(deps, target, stored, isTakenOver ? STALLED_WAIT_MS : 0);
      if (newest.version !== stored.version) return newest;
      throw new ProviderFault('unauthorized', { reason: 'grant_revoked' });
    }
    default:
      return assertNever(refusal);
  }
}

async function waitForNewer(
  deps: RefreshDependencies,
  target: RefreshTarget,
  { version }: StoredTokens,
  waitMs: number,
): Promise<StoredTokens> {
  const untilMs = deps.clock.now() + waitMs;
  for (;;) {
    const newest = await loadTokens(deps, target);
    if (newest.version !== version || deps.clock.now() >= untilMs) return newest;
    await deps.clock.sleep(LOOK_AGAIN.capMs);
  }
}

/**
 * The only valid token there may be is not given up easily: an outage of the store is waited out. When another
 * token was stored meanwhile that one counts.
 */
async function store(
  deps: RefreshDependencies,
  target: RefreshTarget,
  stored: StoredTokens,
  grant: TokenGrant,
): Promise<StoredTokens> {
  const { tokens, clock, randomness } = deps;
  const { version, ...kept } = stored;
  const next = tokensOf(grant, kept);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await tokens.save(target.scope, target.connectionId, version, next);
      return outcome === 'saved' ? { ...next, version: version + 1 } : await loadTokens(deps, target);
    } catch (error) {
      const isPassing = error instanceof AppError && error.code === 'server.unavailable';
      if (!isPassing || attempt === MAX_SAVE_COUNT) throw error;
      await clock.sleep(jitteredDelayMs(attempt, SAVE_AGAIN, randomness));
    }
  }
}

/** What an answer leaves out stays as it was; its lifetime does not: that is the new token's own. */
export const tokensOf = (
  grant: TokenGrant,
  kept: Omit<StoredTokens, 'version'> | undefined,
): Omit<StoredTokens, 'version'> => ({
  accessToken: grant.accessToken,
  refreshToken: grant.refreshToken ?? kept?.refreshToken,
  tokenSecret: grant.tokenSecret ?? kept?.tokenSecret,
  expiresAtMs: grant.expiresAtMs,
  userId: grant.userId ?? kept?.userId,
  scope: grant.scope ?? kept?.scope,
});
