import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SyncId } from '../../contracts/primitives/ids.ts';
import { dueShardOf } from '../../lib/adapters/dynamo/connection-item.ts';
import { createConnectionStore } from '../../lib/adapters/dynamo/connection-store.ts';
import { userPartition } from '../../lib/adapters/dynamo/core-keys.ts';
import { type Dynamo, N, S } from '../../lib/adapters/dynamo/dynamo.ts';
import { createLeftoverStore } from '../../lib/adapters/dynamo/leftover-store.ts';
import { tokenKey } from '../../lib/adapters/dynamo/vault-keys.ts';
import type { ConnectionStore } from '../../lib/connections/connection-store.ts';
import { type Connection, NO_COUNTS } from '../../lib/connections/model.ts';
import { type EpochMs, MINUTE_MS } from '../../lib/core/instants.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { connectionOf } from '../support/connection-builders.ts';
import {
  createStores,
  losingReplies,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const announce = { correlationId: 'corr-1', nowMs: START_MS };

/** Every promise of ConnectionStore (lib/connections/connection-store.ts), on one storage. */
export function connectionStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`the connection store on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: ConnectionStore;
    let scope: UserScope;
    const storeOn = (dynamo: Dynamo) =>
      createConnectionStore({
        dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        clock: stores.clock,
        randomness: seededRandomness(11),
      });
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(async () => {
      stores = createStores(storage, manualClock());
      store = storeOn(storage.dynamo);
      scope = await stores.createUser();
    });
    afterAll(() => storage?.stop());

    const full = (): Connection =>
      connectionOf({
        status: 'needs_reauth',
        reason: 'grant_revoked',
        account: {
          providerUserId: 'runner-1',
          otherUserIds: ['LEGACY1'],
          timeZone: 'Europe/Berlin',
          grantedScopes: ['sleep', 'workouts'],
          inboundUrl: 'https://api.example.com/v1/inbound/withings',
        },
        syncedTo: { sleep: START_MS },
        lastSync: {
          syncId: 'syn_00000000000000000000000001' as SyncId,
          status: 'partial',
          finishedAtMs: START_MS,
          counts: { ...NO_COUNTS, fetched: 3 },
        },
        dueAtMs: START_MS,
        silentSinceMs: START_MS,
      });

    test('CON14 a connection comes back as it was saved, alone and in the list', async () => {
      const connection = full();
      expect(await store.save(scope, connection, announce)).toBe('saved');
      expect(await store.load(scope, connection.connectionId)).toEqual(connection);
      expect(await store.list(scope)).toEqual([connection]);
    });

    test('CON14 what becomes undefined is gone, and a list is in the order of making', async () => {
      const first = full();
      const second = connectionOf({ createdAtMs: (START_MS - 1) as EpochMs });
      await store.save(scope, first, announce);
      await store.save(scope, second, announce);
      const next = { ...connectionOf(), ...identityOf(first), version: 2 };
      expect(await store.save(scope, next, undefined)).toBe('saved');
      expect(await store.list(scope)).toEqual([second, next]);
    });

    test('CON14 an instant with a fraction of a millisecond is read as the nearest whole one', async () => {
      const fraction = (START_MS + 0.25) as EpochMs;
      const connection = { ...full(), syncedTo: { sleep: fraction }, dueAtMs: undefined };
      await store.save(scope, connection, announce);
      expect((await store.load(scope, connection.connectionId))?.syncedTo).toEqual({ sleep: START_MS });
    });

    test('CON15 of two who save the same version one wins', async () => {
      const connection = connectionOf();
      expect(await store.save(scope, connection, announce)).toBe('saved');
      expect(await store.save(scope, connection, announce)).toBe('conflict');
      const next = { ...connection, version: 2, dueAtMs: START_MS };
      const outcomes = await Promise.all([
        store.save(scope, next, undefined),
        storeOn(storage.dynamo).save(scope, next, undefined),
      ]);
      expect(outcomes.toSorted()).toEqual(['conflict', 'saved']);
    });

    test('CON15 an announced save writes one change entry and moves the head by one', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      await store.save(scope, { ...connection, version: 2 }, undefined);
      await store.save(
        scope,
        { ...connection, version: 3, status: 'disconnected', reason: 'disconnected_by_request' },
        announce,
      );
      expect((await stores.headStore.load(scope))?.seq).toBe(2);
      const { connectionId, provider } = connection;
      expect(await stores.headStore.loadAfter(scope, 0, 10)).toEqual([
        expect.objectContaining({ kind: 'connection', seq: 1, connectionId, provider, status: 'connected' }),
        expect.objectContaining({ seq: 2, status: 'disconnected', reason: 'disconnected_by_request' }),
      ]);
    });

    test('CON15 announced saves of several connections at once all get through', async () => {
      const connections = Array.from({ length: 6 }, () => connectionOf());
      const outcomes = await Promise.all(
        connections.map((connection) => store.save(scope, connection, announce)),
      );
      expect(outcomes).toEqual(connections.map(() => 'saved'));
      expect((await stores.headStore.loadAfter(scope, 0, 10)).map(({ seq }) => seq)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    });

    test('CON9 a user has one connection per account at a provider', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      const again = connectionOf({ account: connection.account });
      expect(await store.save(scope, again, announce)).toBe('conflict');
      expect(await store.load(scope, again.connectionId)).toBeUndefined();
      const elsewhere = connectionOf({ account: connection.account, provider: 'polar' });
      expect(await store.save(scope, elsewhere, announce)).toBe('saved');
      const neighbour = await stores.createUserIn(scope.workspaceId);
      expect(await store.save(neighbour, again, announce)).toBe('saved');
    });

    test('CON11 nothing is saved for a user who is erased', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      await stores.eraseUser(scope);
      expect(await store.save(scope, { ...connection, version: 2 }, undefined)).toBe('erased');
      expect(await store.save(scope, { ...connection, version: 2 }, announce)).toBe('erased');
      expect(await store.save(scope, connectionOf(), announce)).toBe('erased');
    });

    test('CON11 what a connection has beside its item is removed with it', async () => {
      const connection = connectionOf({
        account: { providerUserId: `leaver-${name}`, otherUserIds: [`old-leaver-${name}`] },
      });
      await store.save(scope, connection, announce);
      await stores.putVaultItem({ ...tokenKey(scope, connection.connectionId), version: N(1) });
      await createLeftoverStore(storage.dynamo, storage.tables).remove(scope, { kind: 'user', keepSeq: 99 });
      expect(await store.findByProviderUser('garmin', `leaver-${name}`)).toEqual([]);
      expect(await store.findByProviderUser('garmin', `old-leaver-${name}`)).toEqual([]);
      expect((await stores.rawItems(scope)).map((item) => item['sk']?.S)).not.toContain(
        `TOKEN#${connection.connectionId}`,
      );
      expect(await store.load(scope, connection.connectionId)).toBeUndefined();
    });

    test('CON11 without the user key a connection cannot be read and none is saved', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      await stores.vault.shred(scope);
      expect(await store.load(scope, connection.connectionId)).toBeUndefined();
      expect(await store.list(scope)).toEqual([]);
      expect(await store.save(scope, { ...connection, version: 2 }, announce)).toBe('erased');
    });

    test('CON5 the account at the provider does not lie in the table as it is', async () => {
      const connection = connectionOf({ account: { providerUserId: 'only-the-vault-opens-this' } });
      await store.save(scope, connection, announce);
      const items = JSON.stringify(await stores.rawItems(scope), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      expect(items).toContain(connection.connectionId);
      expect(items).not.toContain('only-the-vault-opens-this');
    });

    test('CON18 a push moves its instant forward only, and disturbs no save', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      const later = (START_MS + MINUTE_MS) as EpochMs;
      await store.notePush(scope, connection.connectionId, later);
      await store.notePush(scope, connection.connectionId, START_MS);
      await store.notePush(scope, connection.connectionId, later);
      expect(await store.save(scope, { ...connection, version: 2 }, undefined)).toBe('saved');
      expect((await store.load(scope, connection.connectionId))?.lastPushAtMs).toBe(later);
    });

    test('CON18 a push for a connection that is not there makes none', async () => {
      const { connectionId } = connectionOf();
      await store.notePush(scope, connectionId, START_MS);
      expect(await store.load(scope, connectionId)).toBeUndefined();
    });

    test('CON18 every connection of a provider user is found, by each of its ids', async () => {
      const account = { providerUserId: `shared-${name}`, otherUserIds: [`old-${name}`] };
      const stranger = await stores.createUser();
      const mine = connectionOf({ account });
      const theirs = connectionOf({ account });
      await store.save(scope, mine, announce);
      await store.save(stranger, theirs, announce);
      const expected = [
        { scope, connectionId: mine.connectionId },
        { scope: stranger, connectionId: theirs.connectionId },
      ];
      for (const id of [`shared-${name}`, `old-${name}`]) {
        const found = await store.findByProviderUser('garmin', id);
        expect(found.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1))).toEqual(expected);
      }
      expect(await store.findByProviderUser('polar', `shared-${name}`)).toEqual([]);
    });

    test('CON10 an account is in use elsewhere while another connection of it is connected', async () => {
      const account = { providerUserId: `used-${name}` };
      const stranger = await stores.createUser();
      const mine = connectionOf({ account });
      const theirs = connectionOf({ account });
      const isUsedWithout = (of: UserScope, { connectionId }: Connection) =>
        store.isUsedElsewhere('garmin', `used-${name}`, { scope: of, connectionId });
      await store.save(scope, mine, announce);
      expect(await isUsedWithout(scope, mine)).toBe(false);
      await store.save(stranger, theirs, announce);
      expect(await isUsedWithout(scope, mine)).toBe(true);
      await store.save(
        stranger,
        { ...theirs, version: 2, status: 'needs_reauth', reason: 'grant_revoked' },
        announce,
      );
      expect(await isUsedWithout(scope, mine)).toBe(false);
      expect(await isUsedWithout(stranger, theirs)).toBe(true);
      expect(
        await store.isUsedElsewhere('polar', `used-${name}`, { scope, connectionId: mine.connectionId }),
      ).toBe(false);
    });

    test('CON18 an id that a later consent brings is found too', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      const account = { ...connection.account, otherUserIds: [`later-${name}`] };
      await store.save(scope, { ...connection, version: 2, account }, announce);
      expect(await store.findByProviderUser('garmin', `later-${name}`)).toHaveLength(1);
    });

    test('CON17 connections are due when their time has come, the longest waiting first', async () => {
      const shard = 7;
      const inShard = () => {
        for (;;) {
          const candidate = connectionOf();
          if (dueShardOf(candidate.connectionId) === shard) return candidate;
        }
      };
      const due = [3, 1, 2].map((minute) => ({
        ...inShard(),
        dueAtMs: (START_MS + minute * MINUTE_MS) as EpochMs,
      }));
      for (const connection of [...due, inShard()]) await store.save(scope, connection, announce);
      const [third, first, second] = due.map(({ connectionId }) => connectionId);
      const idsAt = async (minute: number, limit = 10) => {
        const found = await store.listDue(shard, (START_MS + minute * MINUTE_MS) as EpochMs, limit);
        expect(found.every((one) => one.scope.userId === scope.userId)).toBe(true);
        return found.map(({ connectionId }) => connectionId);
      };
      expect(await idsAt(0)).toEqual([]);
      expect(await idsAt(1)).toEqual([first]);
      expect(await idsAt(3)).toEqual([first, second, third]);
      expect(await idsAt(3, 2)).toEqual([first, second]);
      const [connection] = due;
      if (connection === undefined) throw new Error('unreachable');
      await store.save(scope, { ...connection, version: 2, dueAtMs: undefined }, undefined);
      expect(await idsAt(3)).toEqual([first, second]);
    });

    test('an outage is server.unavailable, and the next attempt finds what was written', async () => {
      const connection = connectionOf();
      const lossy = storeOn(losingReplies(storage.dynamo, 0));
      expect(await lossy.save(scope, connection, announce)).toBe('saved');
      await expect(
        storeOn(losingReplies(storage.dynamo, 1)).load(scope, connection.connectionId),
      ).rejects.toMatchObject({ code: 'server.unavailable' });
    });

    test('CON15 a connection that is moved to another user does not open', async () => {
      const connection = connectionOf();
      await store.save(scope, connection, announce);
      const neighbour = await stores.createUserIn(scope.workspaceId);
      const { Items = [] } = await storage.dynamo.send(
        new QueryCommand({
          TableName: storage.tables.core,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: { ':pk': S(userPartition(scope)), ':sk': S('CONNECTION#') },
        }),
      );
      const [item] = Items;
      if (item === undefined) throw new Error('nothing was stored');
      await stores.putCoreItem({ ...item, pk: S(userPartition(neighbour)) });
      await expect(store.load(neighbour, connection.connectionId)).rejects.toThrow('does not open');
    });
  });
}

const identityOf = ({ connectionId, account, createdAtMs }: Connection) => ({
  connectionId,
  account,
  createdAtMs,
});
