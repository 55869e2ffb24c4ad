import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionId } from '../../contracts/primitives/ids.ts';
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';
import { createTokenStore } from '../../lib/adapters/dynamo/token-store.ts';
import type { TokenStore } from '../../lib/connections/tokens/token-store.ts';
import { type EpochMs, MINUTE_MS } from '../../lib/core/instants.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { newConnectionId } from '../support/connection-builders.ts';
import {
  createStores,
  losingReplies,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const tokensOf = (name: string) => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  tokenSecret: undefined,
  expiresAtMs: (START_MS + MINUTE_MS) as EpochMs,
  userId: undefined,
  scope: 'sleep workouts',
});

/** Every promise of TokenStore (lib/connections/tokens/token-store.ts), on one storage. */
export function tokenStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`the token store on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: TokenStore;
    let scope: UserScope;
    let connectionId: ConnectionId;
    const storeOn = (dynamo: Dynamo, seed = 13) =>
      createTokenStore({
        dynamo,
        vaultTable: storage.tables.vault,
        dataKeys: stores.vault,
        randomness: seededRandomness(seed),
      });
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(async () => {
      stores = createStores(storage, manualClock());
      store = storeOn(storage.dynamo);
      scope = await stores.createUser();
      connectionId = newConnectionId();
    });
    afterAll(() => storage?.stop());

    const lease = (owner: string, readVersion: number, atMinute = 0) => ({
      readVersion,
      owner,
      nowMs: (START_MS + atMinute * MINUTE_MS) as EpochMs,
      untilMs: (START_MS + (atMinute + 1) * MINUTE_MS) as EpochMs,
    });

    test('CON5 tokens come back as they were put, each put with a version above the last', async () => {
      expect(await store.load(scope, connectionId)).toBeUndefined();
      expect(await store.put(scope, connectionId, tokensOf('a'))).toEqual({ ...tokensOf('a'), version: 1 });
      expect(await store.put(scope, connectionId, tokensOf('b'))).toEqual({ ...tokensOf('b'), version: 2 });
      expect(await store.load(scope, connectionId)).toEqual({ ...tokensOf('b'), version: 2 });
    });

    test('CON5 a lifetime with a fraction of a millisecond is read as the whole one', async () => {
      const expiresAtMs = (START_MS + 0.5) as EpochMs;
      await store.put(scope, connectionId, { ...tokensOf('a'), expiresAtMs });
      expect((await store.load(scope, connectionId))?.expiresAtMs).toBe(START_MS);
    });

    test('CON5 no token lies in the table as it is', async () => {
      await store.put(scope, connectionId, tokensOf('plain'));
      const items = JSON.stringify(await stores.rawItems(scope), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      expect(items).toContain(connectionId);
      expect(items).not.toMatch(/access-plain|refresh-plain/);
    });

    test('CON5 tokens moved to another connection or user, or put back at an older version, do not open', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      const old = (await stores.rawItems(scope)).find((item) => item['sk']?.S === `TOKEN#${connectionId}`);
      if (old === undefined) throw new Error('nothing was stored');
      const other = newConnectionId();
      await stores.putVaultItem({ ...old, sk: { S: `TOKEN#${other}` } });
      await expect(store.load(scope, other)).rejects.toThrow('does not open');
      await store.put(scope, connectionId, tokensOf('b'));
      await stores.putVaultItem({ ...old, version: { N: '2' } });
      await expect(store.load(scope, connectionId)).rejects.toThrow('does not open');
    });

    test('CON6 one at a time holds the lease, until its time is over', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      expect(await store.takeRefreshLease(scope, connectionId, lease('one', 1))).toBe('taken');
      expect(await store.takeRefreshLease(scope, connectionId, lease('one', 1))).toBe('taken');
      expect(await store.takeRefreshLease(scope, connectionId, lease('two', 1))).toBe('held');
      expect(await store.takeRefreshLease(scope, connectionId, lease('two', 1, 1))).toBe('taken_over');
    });

    test('CON6 of many at once one takes the lease', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          storeOn(storage.dynamo, index + 1).takeRefreshLease(scope, connectionId, lease(`${index}`, 1)),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(19);
    });

    test('CON6 who read an older token, or one that is gone, gets no lease', async () => {
      expect(await store.takeRefreshLease(scope, connectionId, lease('one', 1))).toBe('moved');
      await store.put(scope, connectionId, tokensOf('a'));
      await store.put(scope, connectionId, tokensOf('b'));
      expect(await store.takeRefreshLease(scope, connectionId, lease('one', 1))).toBe('moved');
    });

    test('CON6 a lease is let go by its owner alone', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await store.takeRefreshLease(scope, connectionId, lease('one', 1));
      await store.releaseRefreshLease(scope, connectionId, 'two');
      expect(await store.takeRefreshLease(scope, connectionId, lease('two', 1))).toBe('held');
      await store.releaseRefreshLease(scope, connectionId, 'one');
      await store.releaseRefreshLease(scope, connectionId, 'one');
      expect(await store.takeRefreshLease(scope, connectionId, lease('two', 1))).toBe('taken');
    });

    test('CON7 what is stored depends on the version it came from, not on the lease', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await store.takeRefreshLease(scope, connectionId, lease('slow', 1));
      await store.takeRefreshLease(scope, connectionId, lease('quick', 1, 1));
      expect(await store.save(scope, connectionId, 1, tokensOf('slow'))).toBe('saved');
      expect(await store.save(scope, connectionId, 1, tokensOf('quick'))).toBe('moved');
      expect(await store.load(scope, connectionId)).toEqual({ ...tokensOf('slow'), version: 2 });
      expect(await store.takeRefreshLease(scope, connectionId, lease('next', 2))).toBe('taken');
    });

    test('CON7 a later consent wins over a refresh that began before it', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await store.remove(scope, connectionId);
      await store.put(scope, connectionId, tokensOf('b'));
      expect(await store.save(scope, connectionId, 1, tokensOf('late'))).toBe('moved');
      expect((await store.load(scope, connectionId))?.accessToken).toBe('access-b');
    });

    test('CON10 removed tokens are gone, also for a refresh that is under way', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await store.takeRefreshLease(scope, connectionId, lease('one', 1));
      await store.remove(scope, connectionId);
      await store.remove(scope, connectionId);
      expect(await store.load(scope, connectionId)).toBeUndefined();
      expect(await store.save(scope, connectionId, 1, tokensOf('late'))).toBe('moved');
      expect(await store.load(scope, connectionId)).toBeUndefined();
      expect(await store.takeRefreshLease(scope, connectionId, lease('one', 2))).toBe('moved');
    });

    test('CON10 who removes what it read removes nothing newer', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await store.put(scope, connectionId, tokensOf('b'));
      expect(await store.remove(scope, connectionId, 1)).toBe('moved');
      expect((await store.load(scope, connectionId))?.accessToken).toBe('access-b');
      expect(await store.remove(scope, connectionId, 2)).toBe('removed');
      expect(await store.remove(scope, connectionId, 2)).toBe('removed');
      expect(await store.load(scope, connectionId)).toBeUndefined();
    });

    test('CON11 without the user key tokens are as good as gone, and none is stored', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      await stores.vault.shred(scope);
      expect(await store.load(scope, connectionId)).toBeUndefined();
      await expect(store.put(scope, connectionId, tokensOf('b'))).rejects.toMatchObject({
        code: 'user.not_found',
      });
    });

    test('CON7 a save whose reply is lost, and that is sent again, is saved', async () => {
      await store.put(scope, connectionId, tokensOf('a'));
      const lossy = losingReplies(storage.dynamo, 0);
      const repeating = {
        send: async (...parameters: Parameters<Dynamo['send']>) => {
          await lossy.send(...parameters);
          return lossy.send(...parameters);
        },
      } as unknown as Dynamo;
      expect(await storeOn(repeating).save(scope, connectionId, 1, tokensOf('b'))).toBe('saved');
      expect(await store.load(scope, connectionId)).toEqual({ ...tokensOf('b'), version: 2 });
    });
  });
}
