import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IssuerId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { type ApiKey, makeApiKey } from '../../lib/access/api-key.ts';
import { MAX_KEY_COUNT } from '../../lib/access/api-key-store.ts';
import { type Issuer, MAX_ISSUER_COUNT, pairHashOf } from '../../lib/access/issuer.ts';
import { applyWorkspaceChanges, type Workspace } from '../../lib/access/workspace.ts';
import { createApiKeyStore } from '../../lib/adapters/dynamo/api-key-store.ts';
import { createIssuerStore } from '../../lib/adapters/dynamo/issuer-store.ts';
import { createRateStore } from '../../lib/adapters/dynamo/rate-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { newSortableId } from '../../lib/core/ids.ts';
import { type EpochMs, HOUR_MS } from '../../lib/core/instants.ts';
import { START_MS, type Storage, seededRandomness } from './store-fixtures.ts';

const randomness = seededRandomness(11);
const newId = (prefix: string) => `${prefix}_${newSortableId(START_MS, randomness)}`;
const at = (offsetMs: number) => (START_MS + offsetMs) as EpochMs;

/** Keys, issuers, workspaces and rate buckets (lib/access), on one storage. */
export function accessStoresContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`access on ${name}`, () => {
    let storage: Storage;
    let workspace: Workspace;
    const stores = () => ({
      keys: createApiKeyStore(storage.dynamo, storage.tables.core),
      issuers: createIssuerStore(storage.dynamo, storage.tables.core),
      workspaces: createWorkspaceStore(storage.dynamo, storage.tables.core),
      rates: createRateStore(storage.dynamo, storage.tables.core),
    });
    const newKey = (workspaceId = workspace.workspaceId): ApiKey =>
      makeApiKey(
        {
          workspaceId,
          name: 'server',
          scopes: ['samples:write'],
          mode: 'live',
          expiresAtMs: at(HOUR_MS),
          requestsPerMinute: 7,
        },
        START_MS,
        randomness,
      ).key;
    const newIssuer = (audience: string, workspaceId = workspace.workspaceId): Issuer => ({
      issuerId: newId('iss') as IssuerId,
      workspaceId,
      issuer: 'https://id.example.com/',
      audience,
      jwksUri: 'https://id.example.com/jwks',
      algorithms: ['RS256', 'ES256'],
      createdAtMs: START_MS,
    });
    const makeWorkspace = async (): Promise<Workspace> => {
      const made: Workspace = {
        workspaceId: newId('ws') as WorkspaceId,
        name: 'Stride',
        createdAtMs: START_MS,
        version: 1,
        requestsPerMinute: undefined,
        userRequestsPerMinute: undefined,
        oauthRedirectUris: [],
        priorities: { orders: {}, changedAt: {} },
      };
      expect(await stores().workspaces.create(made)).toBe('created');
      return made;
    };
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(async () => {
      workspace = await makeWorkspace();
    });
    afterAll(() => storage?.stop());

    test('ACC3 a key is found by its hash with all that authentication needs, and by its id', async () => {
      const key = newKey();
      expect(await stores().keys.create(key)).toBe('created');
      expect(await stores().keys.findByHash(key.hash)).toEqual(key);
      expect(await stores().keys.load(workspace.workspaceId, key.apiKeyId)).toEqual(key);
      expect(await stores().keys.findByHash('0'.repeat(64))).toBeUndefined();
    });

    test('ING13 a key of one workspace is not there for another', async () => {
      const [key, other] = [newKey(), await makeWorkspace()];
      await stores().keys.create(key);
      expect(await stores().keys.load(other.workspaceId, key.apiKeyId)).toBeUndefined();
      expect(await stores().keys.list(other.workspaceId, { limit: 10, after: undefined })).toEqual([]);
    });

    test('ACC2 keys are listed in order and in pages, each once', async () => {
      const keys = [newKey(), newKey(), newKey()].sort((a, b) => (a.apiKeyId < b.apiKeyId ? -1 : 1));
      for (const key of keys) await stores().keys.create(key);
      await stores().issuers.create(newIssuer(newId('aud')));
      const [first, second] = await stores().keys.list(workspace.workspaceId, { limit: 2, after: undefined });
      const rest = await stores().keys.list(workspace.workspaceId, { limit: 9, after: second?.apiKeyId });
      expect([first, second, ...rest]).toEqual(keys);
    });

    test('ACC2 the largest number of keys holds, and revoking makes room', async () => {
      const keys = Array.from({ length: MAX_KEY_COUNT }, () => newKey());
      for (const key of keys) expect(await stores().keys.create(key)).toBe('created');
      expect(await stores().keys.create(newKey())).toBe('limit_reached');
      const [first] = keys;
      if (first === undefined) throw new Error('no keys');
      expect(await stores().keys.revoke(first, START_MS, undefined)).toBe('revoked');
      expect(await stores().keys.create(newKey())).toBe('created');
    });

    test('ACC2 no key is made in a workspace that is not there', async () => {
      const key = newKey(newId('ws') as WorkspaceId);
      expect(await stores().keys.create(key)).toBe('limit_reached');
      expect(await stores().keys.findByHash(key.hash)).toBeUndefined();
    });

    test('ACC6 revoking marks both items, once', async () => {
      const key = newKey();
      await stores().keys.create(key);
      expect(await stores().keys.revoke(key, at(5), undefined)).toBe('revoked');
      expect((await stores().keys.findByHash(key.hash))?.revokedAtMs).toBe(at(5));
      expect((await stores().keys.load(workspace.workspaceId, key.apiKeyId))?.revokedAtMs).toBe(at(5));
      expect(await stores().keys.revoke(key, at(9), undefined)).toBe('gone');
      expect((await stores().keys.findByHash(key.hash))?.revokedAtMs).toBe(at(5));
    });

    test('ACC15 a key is revoked only while the one that survives it is neither revoked nor ending', async () => {
      const [first, second, third] = [newKey(), newKey(), newKey()];
      for (const key of [first, second]) await stores().keys.create(key);
      const outcomes = await Promise.allSettled([
        stores().keys.revoke(first, at(1), second),
        stores().keys.revoke(second, at(1), first),
      ]);
      const revoked = outcomes.filter((each) => each.status === 'fulfilled' && each.value === 'revoked');
      expect(revoked.length).toBe(1);
      const [left, gone] = (await stores().keys.findByHash(first.hash))?.revokedAtMs
        ? [second, first]
        : [first, second];
      expect(await stores().keys.revoke(left, at(2), gone)).toBe('survivor_ends');
      expect(await stores().keys.replace(left, third, at(60))).toBe('created');
      expect(await stores().keys.revoke(third, at(3), left)).toBe('survivor_ends');
      expect((await stores().keys.findByHash(third.hash))?.revokedAtMs).toBeUndefined();
      expect(await stores().keys.revoke(left, at(3), third)).toBe('revoked');
    });

    test('ACC5 a rotation makes the successor and ends the old key, both or neither', async () => {
      const [old, successor] = [newKey(), newKey()];
      await stores().keys.create(old);
      expect(await stores().keys.replace(old, successor, at(60))).toBe('created');
      expect((await stores().keys.findByHash(old.hash))?.endsAtMs).toBe(at(60));
      expect(await stores().keys.findByHash(successor.hash)).toEqual(successor);
      await stores().keys.revoke(old, at(1), undefined);
      const late = newKey();
      expect(await stores().keys.replace(old, late, at(90))).toBe('revoked');
      expect(await stores().keys.findByHash(late.hash)).toBeUndefined();
    });

    test('ACC7 the last use is written at most once an hour', async () => {
      const key = newKey();
      await stores().keys.create(key);
      const usedAt = async () =>
        (await stores().keys.load(workspace.workspaceId, key.apiKeyId))?.lastUsedAtMs;
      await stores().keys.recordUse(key, at(0));
      await stores().keys.recordUse(key, at(HOUR_MS - 1));
      expect(await usedAt()).toBe(at(0));
      await stores().keys.recordUse(key, at(HOUR_MS));
      expect(await usedAt()).toBe(at(HOUR_MS));
    });

    test('ACC7 a use of a key that is not there writes nothing', async () => {
      const key = newKey();
      await stores().keys.recordUse(key, at(0));
      expect(await stores().keys.load(workspace.workspaceId, key.apiKeyId)).toBeUndefined();
    });

    test('ACC8 a pair of issuer and audience belongs to one workspace', async () => {
      const audience = newId('aud');
      const [mine, other] = [newIssuer(audience), await makeWorkspace()];
      expect(await stores().issuers.create(mine)).toBe('created');
      expect(await stores().issuers.create(newIssuer(audience, other.workspaceId))).toBe('taken');
      const hash = pairHashOf(mine.issuer, audience);
      expect(await stores().issuers.findByPair(hash)).toEqual(mine);
      expect(await stores().issuers.list(other.workspaceId, { limit: 9, after: undefined })).toEqual([]);
      expect(await stores().issuers.remove(mine)).toBe('removed');
      expect(await stores().issuers.remove(mine)).toBe('gone');
      expect(await stores().issuers.findByPair(hash)).toBeUndefined();
      expect(await stores().issuers.create(newIssuer(audience, other.workspaceId))).toBe('created');
    });

    test('ACC8 removing by an old copy leaves the pair that another workspace took meanwhile', async () => {
      const audience = newId('aud');
      const [mine, other] = [newIssuer(audience), await makeWorkspace()];
      const theirs = newIssuer(audience, other.workspaceId);
      await stores().issuers.create(mine);
      await stores().issuers.remove(mine);
      await stores().issuers.create(theirs);
      expect(await stores().issuers.remove(mine)).toBe('gone');
      expect(await stores().issuers.findByPair(pairHashOf(mine.issuer, audience))).toEqual(theirs);
    });

    test('ACC8 a workspace has a largest number of issuers', async () => {
      for (let count = 0; count < MAX_ISSUER_COUNT; count += 1)
        expect(await stores().issuers.create(newIssuer(newId('aud')))).toBe('created');
      expect(await stores().issuers.create(newIssuer(newId('aud')))).toBe('limit_reached');
    });

    test('ACC14 a workspace is changed on the version that was read, and its counts stay', async () => {
      await stores().keys.create(newKey());
      const next = applyWorkspaceChanges(workspace, {
        name: 'Stride 2',
        requestsPerMinute: 1_200,
        userRequestsPerMinute: 240,
        oauthRedirectUris: ['https://app.example.com/connected', 'com.example.app:/connected'],
        priorities: { '*': ['garmin'] },
      });
      if (next === undefined) throw new Error('nothing changed');
      expect(await stores().workspaces.save(next)).toBe('saved');
      expect(await stores().workspaces.save(next)).toBe('conflict');
      expect(await stores().workspaces.load(workspace.workspaceId)).toEqual(next);
      expect(await stores().workspaces.loadPriorities(workspace.workspaceId)).toEqual({
        orders: { '*': ['garmin'] },
        changedAt: { '*': 2 },
      });
      expect(await stores().keys.create(newKey())).toBe('created');
      expect(await stores().workspaces.create(workspace)).toBe('exists');
    });

    test('ACC12 chunks of a minute add up to the limit and no further', async () => {
      const bucket = {
        workspaceId: workspace.workspaceId,
        principal: `U#${newId('usr') as UserId}`,
        window: 9,
      };
      expect(await stores().rates.takeChunk(bucket, 6, 10)).toEqual({ takenBefore: 0 });
      expect(await stores().rates.takeChunk(bucket, 6, 10)).toEqual({ takenBefore: 6 });
      expect(await stores().rates.takeChunk(bucket, 6, 10)).toBe('exhausted');
      expect(await stores().rates.takeChunk({ ...bucket, window: 10 }, 6, 10)).toEqual({ takenBefore: 0 });
    });
  });
}
