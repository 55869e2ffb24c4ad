import * as z from 'zod';
import type { Brand } from '../../lib/core/brand.ts';

export type WorkspaceId = Brand<string, 'WorkspaceId'>;
export type UserId = Brand<string, 'UserId'>;
export type ApiKeyId = Brand<string, 'ApiKeyId'>;
export type IssuerId = Brand<string, 'IssuerId'>;
export type ConnectionId = Brand<string, 'ConnectionId'>;
export type SyncId = Brand<string, 'SyncId'>;
export type RebuildId = Brand<string, 'RebuildId'>;
/** 13 characters of base 32: 64 bits of SHA-256 over provider, device and app. */
export type SourceId = Brand<string, 'SourceId'>;
export type RequestId = Brand<string, 'RequestId'>;

const prefixed = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`));

export const WorkspaceId = prefixed('ws').transform((text) => text as WorkspaceId);
export const UserId = prefixed('usr').transform((text) => text as UserId);
export const ApiKeyId = prefixed('key').transform((text) => text as ApiKeyId);
export const IssuerId = prefixed('iss').transform((text) => text as IssuerId);
export const ConnectionId = prefixed('con').transform((text) => text as ConnectionId);
export const SyncId = prefixed('syn').transform((text) => text as SyncId);
export const RebuildId = prefixed('rbd').transform((text) => text as RebuildId);
/** Chosen by the caller: 1 to 128 printable ASCII characters without spaces, `#` or `/`. */
export const RequestId = z
  .string()
  .regex(/^[!-"$-.0-~]{1,128}$/)
  .transform((text) => text as RequestId);
