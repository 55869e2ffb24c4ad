import type { WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { randomBase62 } from '../../core/ids.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConfiguredProvider, ProviderDirectory } from '../provider-directory.ts';
import type { AuthFlow } from '../tokens/auth-flow.ts';
import type { ConsentStore } from './consent-store.ts';
import { toProviderProblem } from './provider-problem.ts';

/** Where a workspace lets its people go after a consent. */
export interface ReturnAddresses {
  list(workspaceId: WorkspaceId): Promise<readonly string[]>;
}

export interface BeginConsentDependencies {
  readonly consents: ConsentStore;
  readonly providers: ProviderDirectory;
  readonly returnAddresses: ReturnAddresses;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly flowOf: (provider: ConfiguredProvider) => AuthFlow;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Of this deployment, without a trailing slash. */
  readonly publicUrl: string;
}

export interface ConsentWish {
  readonly provider: string;
  readonly returnTo: string | undefined;
}

/** Bases 62 of 43 characters: 256 bits. */
const SECRET_CHARS = 43;
export const CONSENT_LIFE_MS = 10 * MINUTE_MS;
export const TICKET_LIFE_MS = 60 * SECOND_MS;

/** The address that is registered at the provider. */
export const callbackUrlOf = (publicUrl: string, provider: string): string =>
  `${publicUrl}/v1/oauth/${provider}/callback`;

/**
 * Begins a consent (CON1, CON2): the address at which the person consents, and the state that comes back from
 * there. Nothing is connected yet. A repeat begins another. Throws AppError: provider.unknown,
 * provider.not_configured, oauth.redirect_not_allowed, user.not_found, provider.unavailable.
 */
export async function beginConsent(
  deps: BeginConsentDependencies,
  scope: UserScope,
  wish: ConsentWish,
): Promise<{ readonly url: string; readonly state: string; readonly expiresAtMs: EpochMs }> {
  await checkWish(deps, scope, wish);
  return startConsent(deps, scope, wish);
}

/**
 * A ticket with which a browser begins one consent of the user within 60 s; the address that takes it. Throws
 * AppError as `beginConsent`.
 */
export async function createTicket(
  deps: BeginConsentDependencies,
  scope: UserScope,
  wish: ConsentWish,
): Promise<{ readonly ticket: string; readonly url: string; readonly expiresAtMs: EpochMs }> {
  await checkWish(deps, scope, wish);
  const ticket = randomBase62(SECRET_CHARS, deps.randomness);
  const expiresAtMs = (deps.clock.now() + TICKET_LIFE_MS) as EpochMs;
  await deps.consents.putTicket(ticket, { scope, ...wish, expiresAtMs });
  return {
    ticket,
    url: `${deps.publicUrl}/v1/oauth/${wish.provider}/authorize?ticket=${ticket}`,
    expiresAtMs,
  };
}

/**
 * Begins the consent that a ticket is for; the ticket is used up. Throws AppError oauth.ticket_invalid when it
 * is unknown, used, expired or of another provider, in the same words, and else as `beginConsent`.
 */
export async function redeemTicket(
  deps: BeginConsentDependencies,
  provider: string,
  ticket: string,
): Promise<{ readonly url: string }> {
  const isPossible = /^[0-9A-Za-z]{20,200}$/.test(ticket);
  const granted = isPossible ? await deps.consents.takeTicket(ticket, deps.clock.now()) : undefined;
  if (granted === undefined || granted.provider !== provider)
    throw new AppError('oauth.ticket_invalid', 'Ask for a new ticket; one works once, for 60 seconds.');
  return startConsent(deps, granted.scope, { provider, returnTo: granted.returnTo });
}

async function checkWish(
  { providers, heads, returnAddresses }: BeginConsentDependencies,
  scope: UserScope,
  { provider, returnTo }: ConsentWish,
): Promise<void> {
  await providers.get(provider);
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined)
    throw new AppError('user.not_found', 'There is no user by this id.');
  if (returnTo === undefined) return;
  if (!(await returnAddresses.list(scope.workspaceId)).includes(returnTo))
    throw new AppError(
      'oauth.redirect_not_allowed',
      'Add it to oauthRedirectUris of the workspace, character by character.',
    );
}

async function startConsent(
  { consents, providers, flowOf, clock, randomness, publicUrl }: BeginConsentDependencies,
  scope: UserScope,
  { provider, returnTo }: ConsentWish,
): Promise<{ readonly url: string; readonly state: string; readonly expiresAtMs: EpochMs }> {
  const configured = await providers.get(provider);
  const { auth } = configured.definition;
  const state = randomBase62(SECRET_CHARS, randomness);
  const expiresAtMs = (clock.now() + CONSENT_LIFE_MS) as EpochMs;
  const { url, secrets } = await flowOf(configured)
    .begin(configured, {
      callbackUrl: callbackUrlOf(publicUrl, provider),
      state,
      scopes: auth.kind === 'oauth2' ? auth.scopes : [],
    })
    .catch((error: unknown) => {
      throw toProviderProblem(error);
    });
  await consents.putPending(state, { scope, provider, returnTo, expiresAtMs, secrets });
  return { url, state, expiresAtMs };
}
