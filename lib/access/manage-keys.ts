import type { Scope } from '../../contracts/http/scopes.ts';
import { ApiKeyId, type WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../core/instants.ts';
import { parseIsoTime } from '../core/iso-time.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import {
  type ApiKey,
  type KeyMode,
  lastMomentOf,
  makeApiKey,
  modeOf,
  type NewApiKey,
  stateOfKey,
} from './api-key.ts';
import { type ApiKeyStore, MAX_KEY_COUNT } from './api-key-store.ts';
import type { Principal } from './model.ts';

export interface ManageKeysDependencies {
  readonly keys: ApiKeyStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface WantedKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly mode: KeyMode;
  /** ISO 8601 with an offset or Z. */
  readonly expiresAt: string | undefined;
  readonly requestsPerMinute: number | undefined;
}

export interface IssuedKey {
  readonly key: ApiKey;
  /** Shown once (ACC2). */
  readonly secret: string;
}

/** Living keys and those revoked within 30 days; a bound on what one answer lists. */
const MAX_LISTED_COUNT = 1_000;

/**
 * A new key of the principal's workspace, with no scope that the principal lacks (ACC13): `auth.forbidden`
 * otherwise, `request.invalid` for an expiry in the past, `key.limit_reached`. A repeat makes another key.
 */
export async function issueKey(
  { keys, clock, randomness }: ManageKeysDependencies,
  principal: Principal,
  wanted: WantedKey,
): Promise<IssuedKey> {
  const nowMs = clock.now();
  checkScopes(principal, wanted.scopes);
  const { expiresAt, ...rest } = wanted;
  const expiresAtMs = expiresAt === undefined ? undefined : parseExpiry(expiresAt, nowMs);
  const scopes = [...new Set(wanted.scopes)];
  const { workspaceId } = principal;
  const issued = makeApiKey({ ...rest, scopes, expiresAtMs, workspaceId }, nowMs, randomness);
  if ((await keys.create(issued.key)) === 'limit_reached') throw limitReached();
  return issued;
}

function parseExpiry(text: string, nowMs: EpochMs): EpochMs {
  const time = parseIsoTime(text);
  const offsetMinutes = typeof time?.offset === 'number' ? time.offset : 0;
  const expiresAtMs = time === undefined ? undefined : time.wallMs - offsetMinutes * MINUTE_MS;
  if (expiresAtMs !== undefined && expiresAtMs > nowMs) return expiresAtMs as EpochMs;
  throw new AppError('request.invalid', 'The key would have expired already.', {
    faults: [{ path: '/expiresAt', code: 'too_small', message: 'must lie in the future' }],
  });
}

export const listKeys = (
  { keys }: Pick<ManageKeysDependencies, 'keys'>,
  workspaceId: WorkspaceId,
): Promise<readonly ApiKey[]> => keys.list(workspaceId, { limit: MAX_LISTED_COUNT, after: undefined });

/**
 * A new key like the one named, which itself ends after `overlapSec`, or at its own expiry if that is sooner
 * (ACC5). The principal must hold every scope of it, since it gets a secret with them. `key.not_found`,
 * `key.revoked` (also for an expired one), `key.limit_reached`.
 */
export async function rotateKey(
  deps: ManageKeysDependencies,
  principal: Principal,
  rotation: { readonly keyId: string; readonly overlapSec: number },
): Promise<IssuedKey & { readonly endsAtMs: EpochMs }> {
  const nowMs = deps.clock.now();
  const old = await loadKey(deps.keys, principal.workspaceId, rotation.keyId);
  checkScopes(principal, old.scopes);
  if (stateOfKey(old, nowMs) !== 'active') throw keyRevoked();
  const overlapEndMs = nowMs + rotation.overlapSec * SECOND_MS;
  const endsAtMs = Math.min(overlapEndMs, lastMomentOf(old) ?? overlapEndMs) as EpochMs;
  const issued = makeApiKey(likeOf(old), nowMs, deps.randomness);
  const outcome = await deps.keys.replace(old, issued.key, endsAtMs);
  if (outcome === 'limit_reached') throw limitReached();
  if (outcome === 'revoked') throw keyRevoked();
  return { ...issued, endsAtMs };
}

const likeOf = (old: ApiKey): NewApiKey => ({
  workspaceId: old.workspaceId,
  name: old.name,
  scopes: old.scopes,
  mode: modeOf(old),
  expiresAtMs: old.expiresAtMs,
  requestsPerMinute: old.requestsPerMinute,
});

/** `key.not_found` for an id that is none, or is another workspace's. */
export async function loadKey(keys: ApiKeyStore, workspaceId: WorkspaceId, keyId: string): Promise<ApiKey> {
  const parsed = ApiKeyId.safeParse(keyId);
  const key = parsed.success ? await keys.load(workspaceId, parsed.data) : undefined;
  if (key === undefined) throw new AppError('key.not_found', 'The workspace has no API key by this id.');
  return key;
}

function checkScopes(principal: Principal, wanted: readonly Scope[]): void {
  const lacking = wanted.filter((scope) => !principal.scopes.includes(scope));
  if (lacking.length > 0)
    throw new AppError(
      'auth.forbidden',
      `The credentials cannot give what they lack: ${lacking.join(', ')}.`,
    );
}

const limitReached = (): AppError =>
  new AppError('key.limit_reached', `A workspace has at most ${MAX_KEY_COUNT} keys that are not revoked.`);
const keyRevoked = (): AppError =>
  new AppError('key.revoked', 'The key is revoked or has expired; create a new one.');
