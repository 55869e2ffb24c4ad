import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IssuerId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { type EpochMs, HOUR_MS } from '../core/instants.ts';
import type { Log } from '../observability/log.ts';
import { type ApiKey, makeApiKey } from './api-key.ts';
import { createAuthenticator, type OperatorPool } from './authenticate.ts';
import { type Issuer, pairHashOf } from './issuer.ts';
import type { JwksTrust } from './jwks.ts';

const NOW_MS = 1_795_262_400_000;
const WS_A = 'ws_01kah3v5w8f0xq9d3m7t2c6e4a' as WorkspaceId;
const WS_B = 'ws_01kah3v5w8f0xq9d3m7t2c6e4b' as WorkspaceId;
const ISSUER = 'https://id.example.com/';
const POOL: OperatorPool = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc',
  jwksUri: 'http://127.0.0.1:9/eu-central-1_Abc/.well-known/jwks.json',
};

let signing: Awaited<ReturnType<typeof generateKeyPair>>;
let keySet: object;
beforeAll(async () => {
  signing = await generateKeyPair('RS256', { extractable: true });
  keySet = {
    keys: [{ ...(await exportJWK(signing.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig', x5c: ['x'] }],
  };
});

const signToken = (
  claims: { issuer?: string; audience?: string | string[]; subject?: string; keyId?: string } = {},
) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', kid: claims.keyId ?? 'k1' })
    .setIssuer(claims.issuer ?? ISSUER)
    .setAudience(claims.audience ?? 'app-a')
    .setSubject(claims.subject ?? 'runner-7')
    .setExpirationTime(NOW_MS / 1_000 + 24 * 3_600)
    .sign(signing.privateKey);

const issuerOf = (workspaceId: WorkspaceId, audience: string, issuer = ISSUER): Issuer => ({
  issuerId: 'iss_01kah3v5w8f0xq9d3m7t2c6e4r' as IssuerId,
  workspaceId,
  issuer,
  audience,
  jwksUri: `${issuer}jwks`,
  algorithms: ['RS256'],
  createdAtMs: NOW_MS as EpochMs,
});

/** The ports in memory, with counts of their calls and switches that make them fail. */
function open() {
  const time = { nowMs: NOW_MS };
  const keys = new Map<string, ApiKey>();
  const issuers = [issuerOf(WS_A, 'app-a'), issuerOf(WS_B, 'app-b'), issuerOf(WS_A, 'client', POOL.issuer)];
  const users = new Map<string, UserId>();
  const counts = { byHash: 0, byPair: 0, recorded: 0, resolved: 0 };
  const fetched: { url: string; trust: JwksTrust }[] = [];
  const broken = { jwks: false, recording: false };
  const lines: string[] = [];
  const log: Log = { write: (code) => lines.push(code) };
  const authenticator = createAuthenticator({
    keys: {
      findByHash: async (hash) => {
        counts.byHash += 1;
        return keys.get(hash);
      },
      recordUse: async () => {
        counts.recorded += 1;
        if (broken.recording) throw new Error('throttled');
      },
    },
    issuers: {
      findByPair: async (hash) => {
        counts.byPair += 1;
        return issuers.find((each) => pairHashOf(each.issuer, each.audience) === hash);
      },
    },
    workspaces: {
      load: async (workspaceId) => ({
        workspaceId,
        name: 'w',
        version: 1,
        createdAtMs: NOW_MS as EpochMs,
        requestsPerMinute: workspaceId === WS_B ? 77 : undefined,
        userRequestsPerMinute: workspaceId === WS_B ? 33 : undefined,
        oauthRedirectUris: [],
        priorities: { orders: {}, changedAt: {} },
      }),
    },
    users: {
      resolve: async (workspaceId, subject) => {
        counts.resolved += 1;
        const name = `${workspaceId}|${subject}`;
        const known = users.get(name) ?? (`usr_${String(users.size).padStart(26, '0')}` as UserId);
        users.set(name, known);
        return known;
      },
    },
    jwks: {
      fetchJson: async (url, trust) => {
        fetched.push({ url, trust });
        if (broken.jwks) throw new Error('refused');
        return keySet;
      },
    },
    pool: POOL,
    clock: { now: () => time.nowMs as EpochMs, sleep: async () => undefined },
    log,
  });
  let drawn = 0;
  const addKey = (overrides: Partial<ApiKey> = {}) => {
    drawn += 1;
    const { key, secret } = makeApiKey(
      {
        workspaceId: WS_A,
        name: 'k',
        scopes: ['samples:write'],
        mode: 'live',
        expiresAtMs: undefined,
        requestsPerMinute: undefined,
      },
      NOW_MS as EpochMs,
      { bytes: (count) => new Uint8Array(count).fill(drawn) },
    );
    keys.set(key.hash, { ...key, ...overrides });
    return { secret, hash: key.hash };
  };
  return { authenticator, time, keys, issuers, counts, fetched, broken, lines, addKey };
}

describe('API keys', () => {
  test('ACC1 a key speaks for its workspace with its scopes and rate', async () => {
    const { authenticator, addKey } = open();
    expect(await authenticator.authenticate(addKey().secret)).toMatchObject({
      ok: true,
      value: { kind: 'key', workspaceId: WS_A, scopes: ['samples:write'], requestsPerMinute: 600 },
    });
    const byWorkspace = await authenticator.authenticate(addKey({ workspaceId: WS_B }).secret);
    expect(byWorkspace).toMatchObject({ value: { requestsPerMinute: 77 } });
    const own = await authenticator.authenticate(addKey({ workspaceId: WS_B, requestsPerMinute: 5 }).secret);
    expect(own).toMatchObject({ value: { requestsPerMinute: 5 } });
  });

  test('ACC4 expiry and the end of an overlap are told as expiry, to the millisecond', async () => {
    for (const name of ['expiresAtMs', 'endsAtMs']) {
      const { authenticator, addKey, time } = open();
      const { secret } = addKey({ [name]: NOW_MS + 10 });
      time.nowMs = NOW_MS + 9;
      expect((await authenticator.authenticate(secret)).ok).toBe(true);
      time.nowMs = NOW_MS + 10;
      expect(await authenticator.authenticate(secret)).toEqual({ ok: false, failure: { kind: 'expired' } });
    }
  });

  test('ACC3 a revoked key is refused at the latest 60 s after it was last looked up', async () => {
    const { authenticator, addKey, keys, time } = open();
    const { secret, hash } = addKey();
    expect((await authenticator.authenticate(secret)).ok).toBe(true);
    const key = keys.get(hash);
    if (key !== undefined) keys.set(hash, { ...key, revokedAtMs: NOW_MS as EpochMs });
    time.nowMs = NOW_MS + 59_999;
    expect((await authenticator.authenticate(secret)).ok).toBe(true);
    time.nowMs = NOW_MS + 60_000;
    expect(await authenticator.authenticate(secret)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid' },
    });
  });

  test('ACC3 an unknown key costs one look-up a minute, however often it is tried', async () => {
    const { authenticator, counts } = open();
    const made = `hw_live_${'A'.repeat(32)}`;
    await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(made)));
    expect(await authenticator.authenticate(made)).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    expect(counts.byHash).toBe(1);
  });

  test('ACC7 a use is recorded once an hour, and a store that fails does not cost the request', async () => {
    const { authenticator, addKey, counts, broken, lines, time } = open();
    const { secret } = addKey();
    await authenticator.authenticate(secret);
    await authenticator.authenticate(secret);
    expect(counts.recorded).toBe(1);
    broken.recording = true;
    time.nowMs += HOUR_MS;
    expect((await authenticator.authenticate(secret)).ok).toBe(true);
    expect([counts.recorded, lines]).toEqual([2, ['ACCESS_KEY_USE_UNRECORDED']]);
  });
});

describe('tokens of users', () => {
  test('ACC11 a token speaks for the user of its subject, in the workspace of its pair', async () => {
    const { authenticator, counts } = open();
    const first = await authenticator.authenticate(await signToken());
    expect(first).toMatchObject({
      ok: true,
      value: { kind: 'user', workspaceId: WS_A, requestsPerMinute: 120 },
    });
    expect(await authenticator.authenticate(await signToken())).toEqual(first);
    expect(counts.resolved).toBe(1);
    const other = await authenticator.authenticate(await signToken({ subject: 'runner-8' }));
    expect(other).not.toEqual(first);
  });

  test('ACC12 a token has the rate that its workspace gives to users, not that of its keys', async () => {
    const { authenticator } = open();
    const byWorkspace = await authenticator.authenticate(await signToken({ audience: 'app-b' }));
    expect(byWorkspace).toMatchObject({ ok: true, value: { kind: 'user', requestsPerMinute: 33 } });
  });

  test('ACC8 the same subject for another audience is a user of another workspace', async () => {
    const { authenticator } = open();
    const other = await authenticator.authenticate(await signToken({ audience: 'app-b' }));
    expect(other).toMatchObject({ ok: true, value: { workspaceId: WS_B } });
  });

  test('ACC8 an audience that nobody registered is refused before any key set is fetched', async () => {
    const { authenticator, fetched } = open();
    const refused = await authenticator.authenticate(await signToken({ audience: 'app-x' }));
    expect(refused).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    const stranger = await authenticator.authenticate(
      await signToken({ issuer: 'https://evil.example.com/' }),
    );
    expect(stranger).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    expect(fetched).toEqual([]);
  });

  test('ACC8 audiences of two workspaces in one token are refused', async () => {
    const { authenticator } = open();
    const mixed = await authenticator.authenticate(await signToken({ audience: ['app-a', 'app-b'] }));
    expect(mixed).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
    const extra = await authenticator.authenticate(await signToken({ audience: ['app-x', 'app-b'] }));
    expect(extra).toMatchObject({ ok: true, value: { workspaceId: WS_B } });
  });

  test('ACC9 only the pool of the installation is fetched from where the operator says', async () => {
    const { authenticator, fetched } = open();
    await authenticator.authenticate(await signToken({ issuer: POOL.issuer, audience: 'client' }));
    await authenticator.authenticate(await signToken());
    expect(fetched).toEqual([
      { url: POOL.jwksUri, trust: 'operator' },
      { url: `${ISSUER}jwks`, trust: 'tenant' },
    ]);
  });

  test('ACC9 forged key ids cannot make us hammer an issuer', async () => {
    const { authenticator, fetched, time } = open();
    const forged = await Promise.all(
      Array.from({ length: 30 }, (_, index) => signToken({ keyId: `forged-${index}` })),
    );
    for (const token of forged)
      expect(await authenticator.authenticate(token)).toMatchObject({
        ok: false,
        failure: { kind: 'invalid' },
      });
    expect(fetched).toHaveLength(1);
    time.nowMs += 10_000;
    await Promise.all(forged.map((token) => authenticator.authenticate(token)));
    expect(fetched).toHaveLength(2);
    expect((await authenticator.authenticate(await signToken())).ok).toBe(true);
    expect(fetched).toHaveLength(2);
  });

  test('ACC9 a key set is fetched anew after 60 s, and an issuer that fails is 503 and asked once in 10 s', async () => {
    const { authenticator, fetched, broken, time } = open();
    await authenticator.authenticate(await signToken());
    time.nowMs += 59_999;
    await authenticator.authenticate(await signToken());
    expect(fetched).toHaveLength(1);
    time.nowMs += 1;
    broken.jwks = true;
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(await authenticator.authenticate(await signToken())).toEqual({
        ok: false,
        failure: { kind: 'unavailable' },
      });
    expect(fetched).toHaveLength(2);
    broken.jwks = false;
    time.nowMs += 10_000;
    expect((await authenticator.authenticate(await signToken())).ok).toBe(true);
  });

  test('ACC1 what is neither key nor token is refused without a look-up', async () => {
    const { authenticator, counts } = open();
    for (const text of ['x', `hw_live_${'A'.repeat(31)}`, `hw_prod_${'A'.repeat(32)}`, 'a.b.c'])
      expect(await authenticator.authenticate(text)).toMatchObject({
        ok: false,
        failure: { kind: 'invalid' },
      });
    expect([counts.byHash, counts.byPair]).toEqual([0, 0]);
  });
});
