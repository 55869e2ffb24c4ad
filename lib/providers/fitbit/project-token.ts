import { sign } from 'node:crypto';
import * as z from 'zod';
import { type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { AppHttp, ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';

/** The key file of a service account, as Google hands it out; of it only these are read. */
const ServiceAccount = z.object({
  client_email: z.string().min(3).max(300),
  private_key: z.string().min(100).max(10_000),
  private_key_id: z.string().max(200).optional(),
});

/** Subscribers belong to the project. Data is never read with this token (providers.md 1.2). */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** What the assertion is made out to, whatever the configured origin is. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const LIFETIME_SEC = 600;

/**
 * An access token of the project by a signed assertion (RFC 7523, RS256). `unreadable`: the setting is no key
 * file; a refusal of Google is its answer.
 */
export async function projectToken(
  http: AppHttp,
  keyFile: string,
  nowMs: EpochMs,
): Promise<{ readonly token: string } | { readonly refused: ProviderResponse } | 'unreadable'> {
  const account = ServiceAccount.safeParse(jsonOf(new TextEncoder().encode(keyFile)));
  const assertion = account.success ? assertionOf(account.data, nowMs) : undefined;
  if (assertion === undefined) return 'unreadable';
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const form = { grant_type, assertion };
  const answer = await http.send({ origin: 'oauth', path: '/token', method: 'POST', form });
  const token = fieldOf(jsonOf(answer.body), 'access_token');
  return answer.status === 200 && typeof token === 'string' ? { token } : { refused: answer };
}

/** Undefined for a key that is none: its parser's message may quote it, and is not handed on. */
function assertionOf(account: z.output<typeof ServiceAccount>, nowMs: EpochMs): string | undefined {
  const { client_email, private_key, private_key_id } = account;
  const iat = toEpochSec(nowMs);
  const header = {
    alg: 'RS256',
    typ: 'JWT',
    ...(private_key_id === undefined ? {} : { kid: private_key_id }),
  };
  const claims = { iss: client_email, scope: SCOPE, aud: AUDIENCE, iat, exp: iat + LIFETIME_SEC };
  const signed = [header, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  try {
    return `${signed}.${sign('sha256', Buffer.from(signed), private_key).toString('base64url')}`;
  } catch {
    return undefined;
  }
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
