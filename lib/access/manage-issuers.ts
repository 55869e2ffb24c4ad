import * as z from 'zod';
import { IssuerId, type WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { newSortableId } from '../core/ids.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { OperatorPool } from './authenticate.ts';
import {
  type Issuer,
  type IssuerStore,
  MAX_ISSUER_COUNT,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from './issuer.ts';
import type { JwksFetcher } from './jwks.ts';
import { parseKeySet } from './jwks-cache.ts';
import { checkTenantUrl } from './outside-address.ts';

export interface ManageIssuersDependencies {
  readonly issuers: IssuerStore;
  readonly jwks: JwksFetcher;
  readonly pool: OperatorPool | undefined;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface WantedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string | undefined;
  readonly algorithms: readonly TokenAlgorithm[] | undefined;
}

/** OpenID Connect Discovery 1.0, section 3: the two members that matter here. */
const Configuration = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * Registers an issuer for the workspace (ACC8). Its key set is fetched before it is stored, so that what is
 * registered has worked once. `issuer.unusable` says what is wrong with it; `issuer.taken` when the pair
 * belongs to a workspace already, whichever. The stage's own pool is the operator's to register.
 */
export async function registerIssuer(
  deps: ManageIssuersDependencies,
  workspaceId: WorkspaceId,
  wanted: WantedIssuer,
): Promise<Issuer> {
  checkAddress('issuer', wanted.issuer);
  if (wanted.issuer === deps.pool?.issuer) throw unusable('it is the pool of this installation');
  const jwksUri = wanted.jwksUri ?? (await discover(deps.jwks, wanted.issuer));
  checkAddress('jwksUri', jwksUri);
  const keySet = await deps.jwks.fetchJson(jwksUri, 'tenant').then(parseKeySet).catch(failFetch('key set'));
  if (keySet.size === 0) throw unusable('its key set has no key for signatures with a kid');
  const nowMs = deps.clock.now();
  const issuer: Issuer = {
    issuerId: `iss_${newSortableId(nowMs, deps.randomness)}` as IssuerId,
    workspaceId,
    issuer: wanted.issuer,
    audience: wanted.audience,
    jwksUri,
    algorithms: [...new Set(wanted.algorithms ?? TOKEN_ALGORITHMS)],
    createdAtMs: nowMs,
  };
  const outcome = await deps.issuers.create(issuer);
  if (outcome === 'taken')
    throw new AppError('issuer.taken', 'A workspace has registered this issuer and audience.');
  if (outcome === 'limit_reached')
    throw new AppError('issuer.limit_reached', `A workspace has at most ${MAX_ISSUER_COUNT} issuers.`);
  return issuer;
}

async function discover(jwks: JwksFetcher, issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const configuration = await jwks
    .fetchJson(address, 'tenant')
    .then((json) => Configuration.parse(json))
    .catch(failFetch('OpenID configuration'));
  if (configuration.issuer !== issuer) throw unusable('its OpenID configuration names another issuer');
  return configuration.jwks_uri;
}

/** The cause stays inside: what an address answered is nothing for the one who named the address. */
const failFetch =
  (what: string) =>
  (cause: unknown): never => {
    throw unusable(`its ${what} cannot be fetched or read`, cause);
  };

function checkAddress(field: string, address: string): void {
  const checked = checkTenantUrl(address);
  if (!checked.ok) throw unusable(`${field}: ${checked.failure}`);
}

const unusable = (reason: string, cause?: unknown): AppError =>
  new AppError('issuer.unusable', `The issuer cannot be used: ${reason}.`, { cause });

export const listIssuers = (
  { issuers }: Pick<ManageIssuersDependencies, 'issuers'>,
  workspaceId: WorkspaceId,
): Promise<readonly Issuer[]> => issuers.list(workspaceId, { limit: MAX_ISSUER_COUNT, after: undefined });

/** Tokens of the pair are refused from then on, by containers that know it up to 60 s later. */
export async function removeIssuer(
  { issuers }: Pick<ManageIssuersDependencies, 'issuers'>,
  workspaceId: WorkspaceId,
  issuerId: string,
): Promise<void> {
  const parsed = IssuerId.safeParse(issuerId);
  const issuer = parsed.success ? await issuers.load(workspaceId, parsed.data) : undefined;
  if (issuer === undefined || (await issuers.remove(issuer)) === 'gone')
    throw new AppError('issuer.not_found', 'The workspace has no issuer by this id.');
}
