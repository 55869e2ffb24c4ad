import * as z from 'zod';
import { SCOPES } from '../../../contracts/http/scopes.ts';
import { ApiKeyId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { ApiKey } from '../../access/api-key.ts';
import type { EpochMs } from '../../core/instants.ts';
import { type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';

const Scopes = z.array(z.enum(SCOPES));

/**
 * What a key is, the same under both of its keys (KEY and KEYHASH): authentication takes one read, and lists
 * take one query. The secret is in neither.
 */
export const toApiKeyAttributes = (key: ApiKey): Item => ({
  workspaceId: S(key.workspaceId),
  apiKeyId: S(key.apiKeyId),
  name: S(key.name),
  scopes: S(JSON.stringify(key.scopes)),
  hash: S(key.hash),
  hint: S(key.hint),
  createdAt: N(key.createdAtMs),
  ...optional('expiresAt', key.expiresAtMs),
  ...optional('endsAt', key.endsAtMs),
  ...optional('revokedAt', key.revokedAtMs),
  ...optional('lastUsedAt', key.lastUsedAtMs),
  ...optional('requestsPerMinute', key.requestsPerMinute),
});

const optional = (name: string, value: number | undefined): Item =>
  value === undefined ? {} : { [name]: N(value) };

export const fromApiKeyItem = (item: Item): ApiKey => ({
  workspaceId: WorkspaceId.parse(stringOf(item, 'workspaceId')),
  apiKeyId: ApiKeyId.parse(stringOf(item, 'apiKeyId')),
  name: stringOf(item, 'name'),
  scopes: Scopes.parse(JSON.parse(stringOf(item, 'scopes'))),
  hash: stringOf(item, 'hash'),
  hint: stringOf(item, 'hint'),
  createdAtMs: numberOf(item, 'createdAt') as EpochMs,
  expiresAtMs: optionalNumberOf(item, 'expiresAt') as EpochMs | undefined,
  endsAtMs: optionalNumberOf(item, 'endsAt') as EpochMs | undefined,
  revokedAtMs: optionalNumberOf(item, 'revokedAt') as EpochMs | undefined,
  lastUsedAtMs: optionalNumberOf(item, 'lastUsedAt') as EpochMs | undefined,
  requestsPerMinute: optionalNumberOf(item, 'requestsPerMinute'),
});
