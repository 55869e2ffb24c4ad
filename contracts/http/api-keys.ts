import * as z from 'zod';
import { DEFAULT_KEY_OVERLAP_SEC, MAX_KEY_OVERLAP_SEC, MAX_REQUESTS_PER_MINUTE } from '../limits.ts';
import { idText, lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { SCOPES } from './scopes.ts';

export const KeyMode = z.enum(['live', 'test']);
export type KeyMode = z.infer<typeof KeyMode>;

export const RequestsPerMinute = z.int().min(1).max(MAX_REQUESTS_PER_MINUTE);

const Scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .meta({ description: 'What the key may do; repeats are taken once' });

export const CreateApiKeyRequest = z
  .strictObject({
    name: lineOf(100),
    scopes: Scopes,
    mode: KeyMode,
    expiresAt: InstantText.optional(),
    requestsPerMinute: RequestsPerMinute.optional(),
  })
  .meta({ id: 'CreateApiKeyRequest' });
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;

/** A key as lists show it: never the key itself, of which only the hash is kept. */
export const ApiKey = z
  .object({
    id: idText('key'),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    mode: KeyMode,
    requestsPerMinute: z.int(),
    createdAt: InstantText,
    expiresAt: InstantText.nullable(),
    revokedAt: InstantText.nullable(),
    lastUsedAt: InstantText.nullable().meta({ description: 'Written at most once an hour' }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

const KeyText = z
  .string()
  .regex(/^hw_(live|test)_[0-9A-Za-z]{32}$/)
  .meta({ description: 'The key: shown in this answer and never again' });

export const CreateApiKeyAnswer = ApiKey.extend({ key: KeyText }).meta({ id: 'CreatedApiKey' });
export type CreateApiKeyAnswer = z.infer<typeof CreateApiKeyAnswer>;

export const ListApiKeysAnswer = z.object({ apiKeys: z.array(ApiKey) }).meta({ id: 'ApiKeyList' });
export type ListApiKeysAnswer = z.infer<typeof ListApiKeysAnswer>;

export const RotateApiKeyRequest = z
  .strictObject({
    overlapSec: z
      .int()
      .min(0)
      .max(MAX_KEY_OVERLAP_SEC)
      .default(DEFAULT_KEY_OVERLAP_SEC)
      .meta({ description: 'How long the old key still works' }),
  })
  .meta({ id: 'RotateApiKeyRequest' });
export type RotateApiKeyRequest = z.infer<typeof RotateApiKeyRequest>;

/** The new key has its own id, and the name, scopes, mode and expiry of the old one. */
export const RotateApiKeyAnswer = CreateApiKeyAnswer.extend({
  replaces: z.object({ id: idText('key'), endsAt: InstantText }),
}).meta({ id: 'RotatedApiKey' });
export type RotateApiKeyAnswer = z.infer<typeof RotateApiKeyAnswer>;
