import { GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { userDataKeyKey } from '../../lib/adapters/dynamo/vault-keys.ts';
import { MINUTE_MS } from '../../lib/core/instants.ts';
import {
  countingSends,
  createStores,
  losingReplies,
  manualClock,
  type Storage,
  type Stores,
} from './store-fixtures.ts';

/** Every promise of DataKeys and WorkspaceKeys (lib/vault/data-keys.ts), on one storage. */
export function vaultStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`the vault on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let sends: { count: number };
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(() => {
      const counting = countingSends(storage.dynamo);
      sends = counting.sends;
      stores = createStores({ dynamo: counting.dynamo, tables: storage.tables }, manualClock());
    });
    afterAll(() => storage?.stop());

    test('P5 each user has a key of 32 bytes of its own, which stays the same', async () => {
      const [mine, theirs] = [await stores.createUser(), await stores.createUser()];
      const key = await stores.vault.load(mine);
      expect([key?.secret.length, key?.id.length]).toEqual([32, 4]);
      expect(await stores.vault.load(mine)).toEqual(key);
      expect(await stores.vault.load(theirs)).not.toEqual(key);
    });

    test('P5 users of one workspace share its key, which is unwrapped once', async () => {
      const first = await stores.createUser();
      const second = await stores.createUserIn(first.workspaceId);
      await stores.vault.load(first);
      await stores.vault.load(second);
      expect(stores.wrapper.calls).toEqual(['generate', 'unwrap']);
    });

    test('P5 a user who was never made has no key, and one made later has', async () => {
      const scope = await stores.createUser();
      const later = { ...scope, userId: `${scope.userId.slice(0, -1)}y` as typeof scope.userId };
      expect(await stores.vault.load(later)).toBeUndefined();
      const put = await stores.vault.putNewUserKey(later);
      await storage.dynamo.send(new TransactWriteItemsCommand({ TransactItems: [put] }));
      expect(await stores.vault.load(later)).toBeDefined();
    });

    test('P5 a second key for a user is refused: what the first sealed stays readable', async () => {
      const scope = await stores.createUser();
      const again = await stores.vault.putNewUserKey(scope);
      await expect(
        storage.dynamo.send(new TransactWriteItemsCommand({ TransactItems: [again] })),
      ).rejects.toThrow();
    });

    test('P5 making a workspace key again keeps the one that is there', async () => {
      const scope = await stores.createUser();
      const key = await stores.vault.load(scope);
      await stores.vault.workspaces.create(scope.workspaceId);
      stores.clock.advance(6 * MINUTE_MS);
      expect(await stores.vault.load(scope)).toEqual(key);
    });

    test('P5 no key lies in the table as it is', async () => {
      const scope = await stores.createUser();
      const key = await stores.vault.load(scope);
      const secret = Buffer.from(key?.secret ?? []).toString('hex');
      expect(secret).toHaveLength(64);
      for (const item of await stores.rawItems(scope)) {
        expect(Buffer.from(item['key']?.B ?? []).toString('hex')).not.toContain(secret);
      }
    });

    test('P5 a key moved to another user, or to another workspace, does not open', async () => {
      const [mine, theirs] = [await stores.createUser(), await stores.createUser()];
      const neighbour = await stores.createUserIn(mine.workspaceId);
      for (const victim of [theirs, neighbour]) {
        const item = await itemAt(storage, userDataKeyKey(mine));
        await storage.dynamo.send(
          new PutItemCommand({
            TableName: storage.tables.vault,
            Item: { ...item, ...userDataKeyKey(victim) },
          }),
        );
        await expect(stores.vault.load(victim)).rejects.toThrow('does not open');
      }
    });

    test('P5 a key is kept for five minutes and then read again', async () => {
      const scope = await stores.createUser();
      await stores.vault.load(scope);
      const before = sends.count;
      stores.clock.advance(5 * MINUTE_MS - 1);
      await stores.vault.load(scope);
      expect(sends.count).toBe(before);
      stores.clock.advance(1);
      await stores.vault.load(scope);
      expect(sends.count).toBeGreaterThan(before);
    });

    test('P5 callers at the same time share one read', async () => {
      const scope = await stores.createUser();
      const before = sends.count;
      await Promise.all(Array.from({ length: 10 }, () => stores.vault.load(scope)));
      expect(sends.count - before).toBe(1);
    });

    test('P5 a shredded key is gone here at once and elsewhere within five minutes', async () => {
      const scope = await stores.createUser();
      const elsewhere = createStores({ dynamo: storage.dynamo, tables: storage.tables }, stores.clock).vault;
      await stores.vault.load(scope);
      expect(await elsewhere.load(scope)).toBeDefined();
      await stores.vault.shred(scope);
      await stores.vault.shred(scope);
      expect(await stores.vault.load(scope)).toBeUndefined();
      stores.clock.advance(5 * MINUTE_MS);
      expect(await elsewhere.load(scope)).toBeUndefined();
    });

    test('a vault that does not answer is an outage, and the next caller asks again', async () => {
      const scope = await stores.createUser();
      const lossy = createStores(
        { dynamo: losingReplies(storage.dynamo, 1), tables: storage.tables },
        stores.clock,
      ).vault;
      await expect(lossy.load(scope)).rejects.toMatchObject({ code: 'server.unavailable' });
      expect(await lossy.load(scope)).toBeDefined();
    });

    test('P5 a workspace without a key makes no user', async () => {
      const scope = await stores.createUser();
      const keyless = {
        ...scope,
        workspaceId: `${scope.workspaceId.slice(0, -1)}z` as typeof scope.workspaceId,
      };
      await expect(stores.vault.putNewUserKey(keyless)).rejects.toMatchObject({ code: 'server.unavailable' });
    });
  });
}

async function itemAt(storage: Storage, key: ReturnType<typeof userDataKeyKey>) {
  const reply = await storage.dynamo.send(new GetItemCommand({ TableName: storage.tables.vault, Key: key }));
  return reply.Item;
}
