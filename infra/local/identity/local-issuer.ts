import { readFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import * as z from 'zod';
import { writePrivateFile } from '../data-directory/layout.ts';
import type { PlainRoute } from '../services/server.ts';

/** Stands in for the user pool: real RS256 signatures, and the key set where Cognito has it. */
export interface LocalIssuer {
  readonly issuer: string;
  /** An ID token of the pool's client for `subject`. */
  issueToken(subject: string, lifetimeSec?: number): Promise<string>;
  /**
   * `GET /<pool>/.well-known/jwks.json`, `GET /<pool>/.well-known/openid-configuration`, and for tests
   * `POST /<pool>/token` `{sub, expiresInSec?}` -> `{id_token, token_type, expires_in}`.
   */
  readonly serve: PlainRoute;
}

const DEFAULT_LIFETIME_SEC = 3_600;
const TokenRequest = z.object({ sub: z.string().min(1).max(256), expiresInSec: z.int().optional() });

export async function createLocalIssuer(
  keyPath: string,
  pool: { readonly poolId: string; readonly clientId: string },
): Promise<LocalIssuer> {
  const secret = await loadKey(keyPath);
  const privateKey = await importJWK(secret, 'RS256');
  const keyId = await calculateJwkThumbprint(secret);
  const region = pool.poolId.split('_')[0] ?? '';
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${pool.poolId}`;
  const publicKey = { kty: secret.kty, n: secret.n, e: secret.e, kid: keyId, alg: 'RS256', use: 'sig' };

  const issueToken = (subject: string, lifetimeSec = DEFAULT_LIFETIME_SEC): Promise<string> => {
    const nowSec = Math.floor(Date.now() / 1_000);
    return new SignJWT({ token_use: 'id', 'cognito:username': subject, auth_time: nowSec })
      .setProtectedHeader({ alg: 'RS256', kid: keyId })
      .setIssuer(issuer)
      .setAudience(pool.clientId)
      .setSubject(subject)
      .setIssuedAt(nowSec)
      .setExpirationTime(nowSec + lifetimeSec)
      .sign(privateKey);
  };
  const documents: Readonly<Record<string, object>> = {
    [`GET /${pool.poolId}/.well-known/jwks.json`]: { keys: [publicKey] },
    [`GET /${pool.poolId}/.well-known/openid-configuration`]: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
    },
  };
  const serve: PlainRoute = async (method, url, body) => {
    const asked = `${method} ${url.pathname}`;
    const document = documents[asked];
    if (document !== undefined) return { status: 200, body: document };
    if (asked !== `POST /${pool.poolId}/token`) return undefined;
    const parsed = TokenRequest.safeParse(parseJson(body));
    if (!parsed.success) return { status: 400, body: { error: 'invalid_request' } };
    const { sub, expiresInSec = DEFAULT_LIFETIME_SEC } = parsed.data;
    const token = await issueToken(sub, expiresInSec);
    return { status: 200, body: { id_token: token, token_type: 'Bearer', expires_in: expiresInSec } };
  };
  return { issuer, issueToken, serve };
}

/** Made at the first start and kept: tokens outlive a restart. */
async function loadKey(path: string): Promise<JWK> {
  try {
    return z.looseObject({ kty: z.string() }).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key = await exportJWK(privateKey);
    writePrivateFile(path, JSON.stringify(key));
    return key;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
