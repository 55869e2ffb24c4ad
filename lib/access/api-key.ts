import { createHash } from 'node:crypto';
import type { Scope } from '../../contracts/http/scopes.ts';
import type { ApiKeyId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { newSortableId, randomBase62 } from '../core/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';

export type KeyMode = 'live' | 'test';

/** A key as it is stored: the secret itself is nowhere, only its SHA-256 (ACC2). */
export interface ApiKey {
  readonly apiKeyId: ApiKeyId;
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Hex. */
  readonly hash: string;
  /** `hw_live_` and four characters: enough to recognise a key, of 190 bits of secret it gives away 24. */
  readonly hint: string;
  readonly createdAtMs: EpochMs;
  readonly expiresAtMs: EpochMs | undefined;
  /** Set by a rotation: the key works until then beside its successor, which does not inherit it. */
  readonly endsAtMs: EpochMs | undefined;
  readonly revokedAtMs: EpochMs | undefined;
  readonly lastUsedAtMs: EpochMs | undefined;
  /** Undefined: the workspace's, else the default. */
  readonly requestsPerMinute: number | undefined;
}

const SECRET_CHARS = 32;
const API_KEY = /^hw_(?:live|test)_[0-9A-Za-z]{32}$/;
const HINT_CHARS = 12;

export const isApiKey = (credential: string): boolean => API_KEY.test(credential);

/** SHA-256 without salt or stretching: 190 random bits leave nothing to guess. */
export const hashApiKey = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export interface NewApiKey {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly mode: KeyMode;
  readonly expiresAtMs: EpochMs | undefined;
  readonly requestsPerMinute: number | undefined;
}

/** A new key and its secret, which is shown once and never again (ACC2). */
export function makeApiKey(
  wanted: NewApiKey,
  nowMs: EpochMs,
  randomness: Randomness,
): { readonly key: ApiKey; readonly secret: string } {
  const { mode, ...rest } = wanted;
  const secret = `hw_${mode}_${randomBase62(SECRET_CHARS, randomness)}`;
  const key: ApiKey = {
    ...rest,
    apiKeyId: `key_${newSortableId(nowMs, randomness)}` as ApiKeyId,
    hash: hashApiKey(secret),
    hint: secret.slice(0, HINT_CHARS),
    createdAtMs: nowMs,
    endsAtMs: undefined,
    revokedAtMs: undefined,
    lastUsedAtMs: undefined,
  };
  return { key, secret };
}

export const modeOf = (key: ApiKey): KeyMode => (key.hint.startsWith('hw_test_') ? 'test' : 'live');

/** Whether a key may be used at `nowMs` (ACC4). Revocation is told before expiry. */
export function stateOfKey(key: ApiKey, nowMs: EpochMs): 'active' | 'revoked' | 'expired' {
  if (key.revokedAtMs !== undefined) return 'revoked';
  const lastMs = lastMomentOf(key);
  return lastMs !== undefined && lastMs <= nowMs ? 'expired' : 'active';
}

/** When the key stops working by itself: at its expiry or the end of its overlap, whichever is sooner. */
export function lastMomentOf({ expiresAtMs, endsAtMs }: ApiKey): EpochMs | undefined {
  if (expiresAtMs === undefined || endsAtMs === undefined) return expiresAtMs ?? endsAtMs;
  return expiresAtMs < endsAtMs ? expiresAtMs : endsAtMs;
}
