import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { createKeyShredder } from '../../lib/adapters/dynamo/key-shredder.ts';
import { createLeftoverStore } from '../../lib/adapters/dynamo/leftover-store.ts';
import { createRollupStore } from '../../lib/adapters/dynamo/rollup-store.ts';
import { createUserStore } from '../../lib/adapters/dynamo/user-store.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { newSortableId } from '../../lib/core/ids.ts';
import type { LocalDate } from '../../lib/core/instants.ts';
import type { RollupRow } from '../../lib/projections/model.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { loadUser, replacePrivacy, updateUser } from '../../lib/users/change-user.ts';
import { findOrCreateUser, resolveSubject } from '../../lib/users/create-user.ts';
import { eraseUser } from '../../lib/users/erase-user.ts';
import { EMPTY_PROFILE, type User } from '../../lib/users/model.ts';
import { removeLeftovers } from '../../lib/users/remove-leftovers.ts';
import {
  createStores,
  localKeyWrapper,
  manualClock,
  START_MS,
  type Storage,
  seededRandomness,
} from './store-fixtures.ts';

const randomness = seededRandomness(23);
const newId = (prefix: string) => `${prefix}_${newSortableId(START_MS, randomness)}`;
const ADA = { email: 'ada@example.com', displayName: 'Ada' };

const ROW: RollupRow = {
  metric: 'steps',
  date: '2026-11-21' as LocalDate,
  inputs: { digest: 'd', sum: 1, sourceSeq: 1 },
  computeVersion: 1,
  computedAtMs: START_MS,
  outcome: { kind: 'complete' },
  figures: {
    count: 0,
    min: null,
    max: null,
    mean: null,
    variance: null,
    first: null,
    last: null,
    coverage: 0,
    sources: [],
  },
};

/** Users, their profiles and their erasure (lib/users), on one storage. */
export function userStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`users on ${name}`, () => {
    let storage: Storage;
    let workspaceId: WorkspaceId;
    const clock = manualClock();
    const wrapper = localKeyWrapper(randomness);
    const openVault = () =>
      createVaultStore({
        dynamo: storage.dynamo,
        vaultTable: storage.tables.vault,
        wrapper,
        clock,
        randomness,
      });
    const open = () => {
      const vault = openVault();
      const { dynamo, tables } = storage;
      const users = createUserStore({ dynamo, coreTable: tables.core, vault, clock, randomness });
      const { headStore: heads, rawItems } = createStores(storage, clock);
      const grants = { endAll: async () => undefined };
      return { vault, users, heads, rawItems, dataKeys: vault, grants, clock, randomness };
    };
    const wanted = (externalId: string, profile: User['profile'] = EMPTY_PROFILE) => ({
      externalId,
      profile,
      timeZone: 'Europe/Berlin',
    });
    const make = async (externalId = newId('x'), profile: User['profile'] = EMPTY_PROFILE) => {
      const { user } = await findOrCreateUser(open(), workspaceId, wanted(externalId, profile));
      return { user, scope: { workspaceId, userId: user.userId } };
    };
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(async () => {
      workspaceId = newId('ws') as WorkspaceId;
      await openVault().workspaces.create(workspaceId);
    });
    afterAll(() => storage?.stop());

    test('USR1 a user is made once and then found as it was, with head and data key', async () => {
      const { user, scope } = await make('runner 7#é', ADA);
      const again = await findOrCreateUser(
        open(),
        workspaceId,
        wanted('runner 7#é', { ...ADA, email: 'new@x.org' }),
      );
      expect(again).toEqual({ user, created: false });
      expect(await open().users.load(scope)).toEqual({ ...user, timeZone: 'Europe/Berlin', profile: ADA });
      expect((await open().heads.load(scope))?.seq).toBe(0);
      expect((await open().vault.load(scope))?.secret.length).toBe(32);
    });

    test('USR1 of creators at the same time one makes the user and all get the same id', async () => {
      const stores = Array.from({ length: 8 }, open);
      const made = await Promise.all(
        stores.map((each, index) =>
          findOrCreateUser(each, workspaceId, wanted('racer', index % 2 === 0 ? ADA : EMPTY_PROFILE)),
        ),
      );
      expect(new Set(made.map(({ user }) => user.userId)).size).toBe(1);
      expect(made.filter(({ created }) => created).length).toBe(1);
      expect((await open().users.list(workspaceId, { after: undefined, limit: 10 })).users.length).toBe(1);
    });

    test('ACC11 a subject is made at first use, and cannot be what an external id cannot be', async () => {
      const first = await resolveSubject(open(), workspaceId, 'auth0|7');
      expect(await resolveSubject(open(), workspaceId, 'auth0|7')).toBe(first);
      const { user } = await findOrCreateUser(open(), workspaceId, wanted('auth0|7'));
      expect(user.userId).toBe(first);
      for (const subject of ['', 'a'.repeat(257), 'a\u0000b'])
        expect(await resolveSubject(open(), workspaceId, subject)).toBeUndefined();
    });

    test('ING13 the same external id in two workspaces is two users, and neither reaches the other', async () => {
      const { user, scope } = await make('same');
      const otherId = newId('ws') as WorkspaceId;
      await openVault().workspaces.create(otherId);
      const { user: theirs } = await findOrCreateUser(open(), otherId, wanted('same'));
      expect(theirs.userId).not.toBe(user.userId);
      expect(await open().users.load({ ...scope, workspaceId: otherId })).toBeUndefined();
    });

    test('USR2 what a person is called by lies sealed', async () => {
      const { scope } = await make(newId('x'), ADA);
      const stored = JSON.stringify(await open().rawItems(scope), (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      expect(stored).not.toContain('ada@example.com');
      expect(stored).not.toContain('Ada');
    });

    test('USR3 what is not named stays, null removes', async () => {
      const { scope } = await make(newId('x'), ADA);
      const changed = await updateUser(open(), scope, { email: null, timeZone: 'America/New_York' });
      expect(changed).toMatchObject({
        profile: { email: undefined, displayName: 'Ada' },
        timeZone: 'America/New_York',
      });
      expect((await updateUser(open(), scope, { timeZone: null })).timeZone).toBeUndefined();
      expect((await open().heads.load(scope))?.settingsVersion).toBe(2);
    });

    test('USR3 writers at the same time do not lose each other', async () => {
      const { scope } = await make();
      await Promise.all([
        updateUser(open(), scope, { email: 'a@example.com' }),
        updateUser(open(), scope, { displayName: 'Ada' }),
        updateUser(open(), scope, { timeZone: 'Asia/Tokyo' }),
        replacePrivacy(open(), scope, {
          uploadEnabled: false,
          blockedMetrics: ['weight', 'steps', 'weight'],
        }),
      ]);
      const user = await loadUser(open().users, scope);
      expect(user.profile).toEqual({ email: 'a@example.com', displayName: 'Ada' });
      expect(user.timeZone).toBe('Asia/Tokyo');
      expect((await open().heads.load(scope))?.privacy).toEqual({
        uploadEnabled: false,
        blockedMetrics: ['steps', 'weight'],
      });
    });

    test('USR4 pages of the list hold each user once, in order, and the last says that it is', async () => {
      const made: string[] = [];
      for (let count = 0; count < 5; count += 1) made.push((await make()).user.userId);
      const listed: string[] = [];
      let after: UserId | undefined;
      do {
        const page = await open().users.list(workspaceId, { after, limit: 2 });
        listed.push(...page.users.map(({ userId }) => userId));
        after = page.last;
      } while (after !== undefined);
      expect(listed).toEqual([...made].sort());
    });

    test('USR5 an erased user is gone for reads, writes and tokens; the external id is free', async () => {
      const { user, scope } = await make('leaver', ADA);
      await eraseUser(open(), scope, 'c1');
      await expect(loadUser(open().users, scope)).rejects.toMatchObject({ code: 'user.not_found' });
      await expect(updateUser(open(), scope, { email: null })).rejects.toMatchObject({
        code: 'user.not_found',
      });
      await expect(
        replacePrivacy(open(), scope, { uploadEnabled: true, blockedMetrics: [] }),
      ).rejects.toMatchObject({ code: 'user.not_found' });
      expect(await open().vault.load(scope)).toBeUndefined();
      expect((await open().users.list(workspaceId, { after: undefined, limit: 9 })).users).toEqual([]);
      const { user: next } = await make('leaver');
      expect(next.userId).not.toBe(user.userId);
    });

    test('USR5 an erasure writes one change entry, and a repeat changes nothing', async () => {
      const { scope } = await make();
      await eraseUser(open(), scope, 'c1');
      await eraseUser(open(), scope, 'c2');
      const entries = await createStores(storage, clock).headStore.loadAfter(scope, 0, 10);
      expect(entries).toMatchObject([{ kind: 'erasure', seq: 1, correlationId: 'c1' }]);
      expect(await open().users.listUserIds(workspaceId, undefined, 9)).toEqual([scope.userId]);
    });

    test('USR5 nobody is erased who never was', async () => {
      const scope = { workspaceId, userId: newId('usr') as UserId };
      await expect(eraseUser(open(), scope, 'c1')).rejects.toMatchObject({ code: 'user.not_found' });
    });

    const removal = () => ({
      heads: open().heads,
      dataKeys: createKeyShredder(storage.dynamo, storage.tables.vault),
      leftovers: createLeftoverStore(storage.dynamo, storage.tables),
      objects: { removeAll: async () => 0 },
    });

    test('USR6 leftovers go, the tombstone and the erasure entry stay, and a repeat finds nothing', async () => {
      const { scope } = await make();
      await updateUser(open(), scope, { displayName: 'Ada' });
      await eraseUser(open(), scope, 'c1');
      await removeLeftovers(removal(), scope);
      expect(await removeLeftovers(removal(), scope)).toBe(0);
      const left = (await open().rawItems(scope)).map((item) => item['sk']?.S).sort();
      expect(left).toEqual(['CHANGE#000000000001', 'HEAD', 'KEY']);
      const head = await open().heads.load(scope);
      expect(head).toMatchObject({ seq: 1, erasedAtMs: clock.now(), timeZone: undefined, series: {} });
    });

    test('USR6 a row that a projector saves behind the first sweep is gone after the second', async () => {
      const { scope } = await make();
      const { dynamo, tables } = storage;
      const dataKeys = openVault();
      const rollups = createRollupStore({ dynamo, coreTable: tables.core, dataKeys, randomness });
      expect(await rollups.save(scope, ROW)).toBe('saved');
      await eraseUser(open(), scope, 'c1');
      await removeLeftovers(removal(), scope);
      expect(await rollups.save(scope, ROW)).toBe('saved');
      expect(await removeLeftovers(removal(), scope)).toBe(1);
      expect(await removeLeftovers(removal(), scope)).toBe(0);
    });

    test('USR6 nothing is removed of a user who is not erased, whatever a message says', async () => {
      const { scope } = await make(newId('x'), ADA);
      const count = (await open().rawItems(scope)).length;
      await expect(removeLeftovers(removal(), scope)).rejects.toThrow('not erased');
      expect((await open().rawItems(scope)).length).toBe(count);
      const stranger: UserScope = { workspaceId, userId: newId('usr') as UserId };
      await expect(removeLeftovers(removal(), stranger)).rejects.toThrow('not erased');
    });
  });
}
