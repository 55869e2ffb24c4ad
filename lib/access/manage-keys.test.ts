import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '../../contracts/http/scopes.ts';
import type { ApiKeyId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { DAY_MS, type EpochMs, toIso } from '../core/instants.ts';
import { type ApiKey, hashApiKey, isApiKey, stateOfKey } from './api-key.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import { issueKey, listKeys, rotateKey } from './manage-keys.ts';
import type { Principal } from './model.ts';
import { revokeKey } from './revoke-key.ts';

const NOW_MS = 1_795_262_400_000 as EpochMs;
const WS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4a' as WorkspaceId;
const principalOf = (scopes: readonly Scope[], workspaceId = WS): Principal => ({
  kind: 'key',
  workspaceId,
  apiKeyId: 'key_01kah3v5w8f0xq9d3m7t2c6e4r' as ApiKeyId,
  scopes,
  requestsPerMinute: 600,
});
const ADMIN = principalOf(SCOPES);
const WANTED = {
  name: 'server',
  scopes: ['samples:write', 'samples:read', 'samples:write'] as const,
  mode: 'test' as const,
  expiresAt: undefined,
  requestsPerMinute: 9,
};

function open() {
  const stored = new Map<string, ApiKey>();
  const put = (key: ApiKey) => stored.set(key.apiKeyId, key);
  const keys: ApiKeyStore = {
    findByHash: async (hash) => [...stored.values()].find((key) => key.hash === hash),
    load: async (workspaceId, id) => {
      const key = stored.get(id);
      return key?.workspaceId === workspaceId ? key : undefined;
    },
    list: async (workspaceId, { limit, after = '' }) =>
      [...stored.values()]
        .filter((key) => key.workspaceId === workspaceId && key.apiKeyId > after)
        .sort((one, other) => (one.apiKeyId < other.apiKeyId ? -1 : 1))
        .slice(0, limit),
    create: async (key) => {
      put(key);
      return 'created';
    },
    replace: async (old, successor, endsAtMs) => {
      put({ ...old, endsAtMs });
      put(successor);
      return 'created';
    },
    revoke: async (key, nowMs, survivor) => {
      const kept = survivor === undefined ? undefined : stored.get(survivor.apiKeyId);
      if (kept?.revokedAtMs !== undefined || kept?.endsAtMs !== undefined) return 'survivor_ends';
      put({ ...key, revokedAtMs: nowMs });
      return 'revoked';
    },
    recordUse: async () => undefined,
  };
  let drawn = 0;
  const randomness = {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => (drawn = (drawn * 31 + 17) % 251)),
  };
  return { keys, stored, clock: { now: () => NOW_MS, sleep: async () => undefined }, randomness };
}

describe('API keys of a workspace', () => {
  test('ACC2 a new key has the documented form, and the store never sees it', async () => {
    const deps = open();
    const { key, secret } = await issueKey(deps, ADMIN, WANTED);
    expect(secret).toMatch(/^hw_test_[0-9A-Za-z]{32}$/);
    expect(isApiKey(secret)).toBe(true);
    expect(key).toMatchObject({
      hash: hashApiKey(secret),
      scopes: ['samples:write', 'samples:read'],
      workspaceId: WS,
    });
    expect(JSON.stringify([...deps.stored.values()])).not.toContain(secret.slice(12));
  });

  test('ACC13 nobody gives what they lack, by making a key or by rotating one', async () => {
    const deps = open();
    const keysOnly = principalOf(['keys:admin']);
    await expect(issueKey(deps, keysOnly, WANTED)).rejects.toMatchObject({ code: 'auth.forbidden' });
    const { key } = await issueKey(deps, ADMIN, WANTED);
    const rotation = { keyId: key.apiKeyId, overlapSec: 0 };
    await expect(rotateKey(deps, keysOnly, rotation)).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(deps.stored.size).toBe(1);
  });

  test('ACC4 an expiry in the past is refused, one with an offset is understood', async () => {
    const deps = open();
    for (const expiresAt of [toIso(NOW_MS), '2000-01-01T00:00:00Z'])
      await expect(issueKey(deps, ADMIN, { ...WANTED, expiresAt })).rejects.toMatchObject({
        code: 'request.invalid',
        faults: [{ path: '/expiresAt' }],
      });
    const { key } = await issueKey(deps, ADMIN, { ...WANTED, expiresAt: '2026-12-01T02:00:00+02:00' });
    expect(key.expiresAtMs).toBe(Date.parse('2026-12-01T00:00:00Z'));
  });

  test('ACC5 a rotation gives a like key, and the old one ends after the overlap', async () => {
    const deps = open();
    const { key: old } = await issueKey(deps, ADMIN, WANTED);
    const rotated = await rotateKey(deps, ADMIN, { keyId: old.apiKeyId, overlapSec: 60 });
    expect(rotated.key).toMatchObject({
      name: old.name,
      scopes: old.scopes,
      hint: `hw_test_${rotated.secret.slice(8, 12)}`,
    });
    expect(rotated.key.apiKeyId).not.toBe(old.apiKeyId);
    expect(rotated.endsAtMs).toBe(NOW_MS + 60_000);
    const again = await rotateKey(deps, ADMIN, { keyId: old.apiKeyId, overlapSec: 3_600 });
    expect(again.endsAtMs).toBe(NOW_MS + 60_000);
    expect(again.key.expiresAtMs).toBeUndefined();
  });

  test('ACC5 an overlap does not outlive the expiry of the key', async () => {
    const deps = open();
    const expiresAt = toIso((NOW_MS + 1_000) as EpochMs);
    const { key } = await issueKey(deps, ADMIN, { ...WANTED, expiresAt });
    const rotated = await rotateKey(deps, ADMIN, { keyId: key.apiKeyId, overlapSec: DAY_MS / 1_000 });
    expect(rotated.endsAtMs).toBe(NOW_MS + 1_000);
  });

  test('ACC6 a revoked key stays in the list, is not rotated, and a repeat does nothing', async () => {
    const deps = open();
    const { key } = await issueKey(deps, ADMIN, WANTED);
    await revokeKey(deps, WS, key.apiKeyId);
    await revokeKey(deps, WS, key.apiKeyId);
    expect(await listKeys(deps, WS)).toMatchObject([{ revokedAtMs: NOW_MS }]);
    const rotation = { keyId: key.apiKeyId, overlapSec: 0 };
    await expect(rotateKey(deps, ADMIN, rotation)).rejects.toMatchObject({ code: 'key.revoked' });
  });

  test('ING13 a key of another workspace is not found, whatever its id', async () => {
    const deps = open();
    const { key } = await issueKey(deps, ADMIN, WANTED);
    const other = 'ws_01kah3v5w8f0xq9d3m7t2c6e4b' as WorkspaceId;
    const stranger = principalOf(SCOPES, other);
    await expect(revokeKey(deps, other, key.apiKeyId)).rejects.toMatchObject({ code: 'key.not_found' });
    const rotation = { keyId: key.apiKeyId, overlapSec: 0 };
    await expect(rotateKey(deps, stranger, rotation)).rejects.toMatchObject({ code: 'key.not_found' });
    for (const keyId of ['', 'WORKSPACE', '../x'])
      await expect(revokeKey(deps, WS, keyId)).rejects.toMatchObject({ code: 'key.not_found' });
  });
});

describe('the last key that can manage keys', () => {
  const admin = { ...WANTED, scopes: ['keys:admin'] as const };
  const revoke = (deps: ReturnType<typeof open>, key: ApiKey) => revokeKey(deps, WS, key.apiKeyId);

  test('ACC15 it is not revoked, however many other keys there are, and stays what it was', async () => {
    const deps = open();
    const { key } = await issueKey(deps, ADMIN, admin);
    for (let count = 0; count < 150; count += 1) await issueKey(deps, ADMIN, WANTED);
    await expect(revoke(deps, key)).rejects.toMatchObject({ code: 'key.last_admin' });
    expect(deps.stored.get(key.apiKeyId)).toEqual(key);
    const { key: second } = await issueKey(deps, ADMIN, admin);
    await revoke(deps, key);
    await expect(revoke(deps, second)).rejects.toMatchObject({ code: 'key.last_admin' });
    await revoke(deps, key);
  });

  test('ACC15 a key that is rotated away, expired or revoked does not count, and is itself revoked freely', async () => {
    const deps = open();
    const { key: rotated } = await issueKey(deps, ADMIN, admin);
    const { key: last } = await rotateKey(deps, ADMIN, { keyId: rotated.apiKeyId, overlapSec: 3_600 });
    const { key: soon } = await issueKey(deps, ADMIN, {
      ...admin,
      expiresAt: toIso((NOW_MS + 1) as EpochMs),
    });
    deps.stored.set(soon.apiKeyId, { ...soon, expiresAtMs: NOW_MS });
    await expect(revoke(deps, last)).rejects.toMatchObject({ code: 'key.last_admin' });
    for (const key of [rotated, soon]) await revoke(deps, key);
    await expect(revoke(deps, last)).rejects.toMatchObject({ code: 'key.last_admin' });
  });

  test('ACC15 a leaked one is ended at once by a rotation without overlap', async () => {
    const deps = open();
    const { key } = await issueKey(deps, ADMIN, admin);
    const { key: next } = await rotateKey(deps, ADMIN, { keyId: key.apiKeyId, overlapSec: 0 });
    const ended = deps.stored.get(key.apiKeyId);
    expect(ended === undefined ? ended : stateOfKey(ended, NOW_MS)).toBe('expired');
    expect(stateOfKey(next, NOW_MS)).toBe('active');
  });

  test('ACC15 when the other is taken away meanwhile, it is looked for anew', async () => {
    const deps = open();
    const [one, other] = [await issueKey(deps, ADMIN, admin), await issueKey(deps, ADMIN, admin)];
    const { revoke: inner } = deps.keys;
    let isFirst = true;
    const keys: ApiKeyStore = {
      ...deps.keys,
      revoke: async (key, nowMs, survivor) => {
        if (isFirst) await inner(other.key, nowMs, undefined);
        isFirst = false;
        return inner(key, nowMs, survivor);
      },
    };
    await expect(revokeKey({ ...deps, keys }, WS, one.key.apiKeyId)).rejects.toMatchObject({
      code: 'key.last_admin',
    });
    expect(deps.stored.get(one.key.apiKeyId)?.revokedAtMs).toBeUndefined();
  });
});

test('ACC13 whatever a key holds, what it makes or rotates holds no more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SCOPES]),
      fc.subarray([...SCOPES], { minLength: 1 }),
      async (own, wanted) => {
        const deps = open();
        const isWithin = wanted.every((scope) => own.includes(scope));
        const { key: there } = await issueKey(deps, ADMIN, { ...WANTED, scopes: wanted });
        const tries = [
          issueKey(deps, principalOf(own), { ...WANTED, scopes: wanted }),
          rotateKey(deps, principalOf(own), { keyId: there.apiKeyId, overlapSec: 0 }),
        ];
        for (const outcome of await Promise.allSettled(tries)) {
          if (isWithin)
            expect(outcome).toMatchObject({ status: 'fulfilled', value: { key: { scopes: wanted } } });
          else expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'auth.forbidden' } });
        }
        expect(deps.stored.size).toBe(isWithin ? 3 : 1);
      },
    ),
    { seed: 20_261_121, numRuns: 300 },
  );
});
