import { createHmac } from 'node:crypto';
import type { Jwk } from 'aws-jwt-verify/jwk';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { TOKEN_ALGORITHMS } from './issuer.ts';
import { readClaim, verifyToken } from './token.ts';

const ISSUER = 'https://id.example.com/';
const NOW_MS = 1_795_262_400_000 as EpochMs;
const NOW_SEC = NOW_MS / 1_000;
const EXPECTED = { issuer: ISSUER, algorithms: TOKEN_ALGORITHMS, nowMs: NOW_MS };

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let rsa: Pair;
let jwk: Jwk;

beforeAll(async () => {
  rsa = await generateKeyPair('RS256', { extractable: true });
  jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'k1', alg: 'RS256' } as Jwk;
});

interface Claims {
  readonly issuer?: string;
  readonly subject?: string;
  readonly expiresSec?: number;
  readonly notBeforeSec?: number;
}

const sign = (claims: Claims = {}, key: Pair = rsa, alg = 'RS256') => {
  let token = new SignJWT({})
    .setProtectedHeader({ alg, kid: 'k1' })
    .setIssuer(claims.issuer ?? ISSUER)
    .setAudience('app')
    .setExpirationTime(claims.expiresSec ?? NOW_SEC + 600);
  if (claims.subject !== '') token = token.setSubject(claims.subject ?? 'runner-7');
  if (claims.notBeforeSec !== undefined) token = token.setNotBefore(claims.notBeforeSec);
  return token.sign(key.privateKey);
};
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('ACC9 a token is believed only when', () => {
  test('ACC9 everything fits: then its subject is told', async () => {
    expect(verifyToken(await sign(), jwk, EXPECTED)).toEqual({ ok: true, value: 'runner-7' });
  });

  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS512'])('ACC9 %s signatures verify', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const key = { ...(await exportJWK(pair.publicKey)), kid: 'k1' } as Jwk;
    expect(verifyToken(await sign({}, pair, alg), key, EXPECTED)).toEqual({ ok: true, value: 'runner-7' });
  });

  test('ACC9 a token signed with another key is refused', async () => {
    const other = await generateKeyPair('RS256');
    expect(verifyToken(await sign({}, other), jwk, EXPECTED)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', reason: 'its signature does not verify' },
    });
  });

  test('ACC9 a changed subject is refused', async () => {
    const [header, payload = '', signature] = (await sign()).split('.');
    const forged = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'somebody-else' };
    const token = [header, encode(forged), signature].join('.');
    expect(verifyToken(token, jwk, EXPECTED)).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
  });

  test('ACC9 alg none is refused, with and without a signature part', async () => {
    const [, payload] = (await sign()).split('.');
    for (const signature of ['', 'AA']) {
      const token = `${encode({ alg: 'none', kid: 'k1' })}.${payload}.${signature}`;
      expect(verifyToken(token, jwk, EXPECTED)).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    }
  });

  test('ACC9 a shared secret made of the public key is refused', async () => {
    const [, payload] = (await sign()).split('.');
    const signed = `${encode({ alg: 'HS256', kid: 'k1' })}.${payload}`;
    const mac = createHmac('sha256', JSON.stringify(jwk)).update(signed).digest('base64url');
    expect(verifyToken(`${signed}.${mac}`, jwk, EXPECTED)).toMatchObject({ ok: false });
  });

  test('ACC9 an algorithm that the issuer was not registered with is refused', async () => {
    const outcome = verifyToken(await sign(), jwk, { ...EXPECTED, algorithms: ['ES256'] });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
  });

  test('ACC9 another issuer is refused although the signature fits', async () => {
    const token = await sign({ issuer: 'https://other.example.com/' });
    expect(verifyToken(token, jwk, EXPECTED)).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
  });

  test('ACC9 expiry is told apart, by the clock that is given, with 30 s of grace', async () => {
    const token = await sign({ expiresSec: NOW_SEC });
    const at = (offsetMs: number) =>
      verifyToken(token, jwk, { ...EXPECTED, nowMs: (NOW_MS + offsetMs) as EpochMs });
    expect(at(29_999).ok).toBe(true);
    expect(at(30_000)).toEqual({ ok: false, failure: { kind: 'expired' } });
  });

  test('ACC9 a forged token that is expired too is invalid, not expired', async () => {
    const other = await generateKeyPair('RS256');
    const token = await sign({ expiresSec: NOW_SEC - 9_999 }, other);
    expect(verifyToken(token, jwk, EXPECTED)).toMatchObject({ failure: { kind: 'invalid' } });
  });

  test('ACC9 a token without exp, one of the future and one without subject are refused', async () => {
    const eternal = await new SignJWT({ sub: 'runner-7' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(ISSUER)
      .sign(rsa.privateKey);
    const tokens = [eternal, await sign({ notBeforeSec: NOW_SEC + 31 }), await sign({ subject: '' })];
    for (const token of tokens) {
      expect(verifyToken(token, jwk, EXPECTED)).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    }
  });
});

test('ACC9 the claim of a token names issuer, audiences and key, and nothing is thrown for garbage', async () => {
  expect(readClaim(await sign())).toEqual({ issuer: ISSUER, audiences: ['app'], keyId: 'k1' });
  const access = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode({ iss: ISSUER, client_id: 'app' })}.AA`;
  expect(readClaim(access)?.audiences).toEqual(['app']);
  const many = { iss: ISSUER, aud: ['1', '2', '3', '4', '5', '6'] };
  const critical = { alg: 'RS256', kid: 'k1', crit: ['b64'] };
  for (const text of [
    'a.b.c',
    '',
    `${encode({ alg: 'RS256' })}.${encode({ iss: ISSUER, aud: 'app' })}.AA`,
    `${encode({ alg: 'RS256', kid: 'k1' })}.${encode({ aud: 'app' })}.AA`,
    `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(many)}.AA`,
    `${encode(critical)}.${encode({ iss: ISSUER, aud: 'app' })}.AA`,
  ])
    expect(readClaim(text)).toBeUndefined();
});
