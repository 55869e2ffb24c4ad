import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { createLeftoverStore } from '../../lib/adapters/dynamo/leftover-store.ts';
import { createUserStore } from '../../lib/adapters/dynamo/user-store.ts';
import { newSortableId } from '../../lib/core/ids.ts';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import type { ChangeLog, Commit, EntityStore } from '../../lib/sync/entity-store.ts';
import type { ConflictRecord, LogEntry, Operation, StoredRow, SyncHead } from '../../lib/sync/model.ts';
import { findOrCreateUser } from '../../lib/users/create-user.ts';
import { eraseUser } from '../../lib/users/erase-user.ts';
import { EMPTY_PROFILE } from '../../lib/users/model.ts';
import { removeLeftovers } from '../../lib/users/remove-leftovers.ts';
import {
  createStores,
  type ManualClock,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const HLC = '1795262400000-0000-phone';

const rowOf = (id: string, parts: Partial<StoredRow> & { readonly version?: number } = {}): StoredRow => {
  const { version = 1, ...rest } = parts;
  return {
    type: 'sessions',
    id,
    state: {
      version,
      deleted: false,
      data: { notes: `notes of ${id}`, tags: ['a'] },
      stamps: { notes: { hlc: HLC, version } },
      elements: { tags: { a: { hlc: HLC, present: true } } },
    },
    seq: 1,
    createdAtMs: START_MS,
    updatedAtMs: START_MS,
    originDeviceId: 'phone',
    references: { deviceId: 'd1' },
    ...rest,
  };
};
const headOf = (seq: number, parts: Partial<SyncHead> = {}): SyncHead => ({
  seq,
  epoch: 'epoch-1',
  horizonSeq: 0,
  forgottenVersion: 0,
  digests: { sessions: { count: seq, hash: 0xfedcba9876543210n } },
  openConflictCount: 0,
  ...parts,
});
const entryOf = (seq: number, rows: readonly StoredRow[]): LogEntry => ({
  seq,
  committedAtMs: START_MS,
  originDeviceId: 'phone',
  operationId: 'op-1',
  correlationId: 'corr-1',
  changes: rows.map((row) => ({
    type: row.type,
    id: row.id,
    op: row.state.deleted ? 'delete' : 'upsert',
    version: row.state.version,
    row: { ...row, state: { ...row.state, stamps: {}, elements: {} } },
  })),
});
const operationOf = (parts: Partial<Operation> = {}): Operation => ({
  operationId: 'op-1',
  payloadHash: 'a'.repeat(64),
  state: 'running',
  token: 'token-1',
  leaseUntilMs: (START_MS + 60_000) as EpochMs,
  decidedCount: 1,
  result: '[1]',
  ...parts,
});
const conflictOf = (conflictId: string, parts: Partial<ConflictRecord> = {}): ConflictRecord => ({
  conflictId,
  type: 'sessions',
  id: 's1',
  status: 'open',
  facts: { outcome: 'manual', fields: ['notes'], policy: 'manual' },
  requestId: 'r1',
  deviceId: 'phone',
  change: { op: 'update', baseVersion: undefined, data: { notes: 'mine' }, hlc: HLC },
  before: { ...rowOf('s1').state, elements: {} },
  after: undefined,
  createdAtMs: START_MS,
  resolvedAtMs: undefined,
  ...parts,
});
/** The commit of `rows` as seq `seq` on top of `read`. */
const commitOf = (
  read: SyncHead | undefined,
  rows: readonly (StoredRow | readonly [StoredRow, number])[],
  parts: Partial<Commit> = {},
): Commit => {
  const seq = (read?.seq ?? 0) + 1;
  const writes = rows.map((row) =>
    'state' in row ? { row, readVersion: undefined } : { row: row[0], readVersion: row[1] },
  );
  return {
    read,
    head: headOf(seq),
    entry: entryOf(
      seq,
      writes.map(({ row }) => row),
    ),
    rows: writes,
    aliases: [],
    conflicts: [],
    operation: undefined,
    ...parts,
  };
};

/** Every promise of EntityStore and ChangeLog (lib/sync/entity-store.ts), on one storage. */
export function entityStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`EntityStore on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: EntityStore & ChangeLog;
    let clock: ManualClock;
    beforeAll(async () => {
      storage = await openStorage();
      clock = manualClock();
      stores = createStores(storage, clock);
      store = createEntityStore({
        dynamo: storage.dynamo,
        coreTable: storage.tables.core,
        rowsTable: storage.tables.samples,
        dataKeys: stores.vault,
        clock,
        randomness: seededRandomness(3),
      });
    });
    afterAll(() => storage?.stop());
    const begin = async (rows: readonly StoredRow[], parts: Partial<Commit> = {}) => {
      const scope = await stores.createUser();
      expect(await store.commit(scope, commitOf(undefined, rows, parts))).toBe('committed');
      return scope;
    };
    const loadHead = async (scope: UserScope) => {
      const head = await store.loadHead(scope);
      return head === 'gone' ? undefined : head;
    };

    test('SYN1 a first commit makes the counter, and all of it comes together', async () => {
      const rows = [rowOf('s1'), rowOf('s2')];
      const scope = await begin(rows, {
        aliases: [{ type: 'devices', clientId: 'theirs', id: 'ours' }],
        conflicts: [{ record: conflictOf('c1'), isNew: true }],
        operation: { next: operationOf(), readToken: undefined },
        head: headOf(1, { openConflictCount: 1 }),
      });
      expect(await store.loadHead(scope)).toEqual(headOf(1, { openConflictCount: 1 }));
      const keys = ['s1', 's2', 's3', 's1'].map((id) => ({ type: 'sessions', id }));
      const loaded = [...(await store.loadRows(scope, keys))].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(loaded).toEqual(rows);
      const named = ['theirs', 'unknown'].map((id) => ({ type: 'devices', id }));
      expect(await store.loadAliases(scope, named)).toEqual(new Map([['devices#theirs', 'ours']]));
      expect(await store.loadConflicts(scope, ['c1', 'c2'])).toEqual([conflictOf('c1')]);
      expect(await store.loadOperation(scope, 'op-1')).toEqual(operationOf());
      expect(await store.readEntries(scope, 0, 10)).toEqual([entryOf(1, rows)]);
    });

    test('SYN1 who read an older counter, or another epoch, writes nothing', async () => {
      const scope = await begin([rowOf('s1')]);
      const read = await loadHead(scope);
      expect(await store.commit(scope, commitOf(undefined, [rowOf('s2')]))).toBe('conflict');
      expect(await store.commit(scope, commitOf(read, [rowOf('s2', { seq: 2 })]))).toBe('committed');
      expect(await store.commit(scope, commitOf(read, [rowOf('s3')]))).toBe('conflict');
      const other = headOf(2, { epoch: 'another' });
      expect(await store.commit(scope, commitOf(other, [rowOf('s3')]))).toBe('conflict');
      expect(await store.loadRows(scope, [{ type: 'sessions', id: 's3' }])).toEqual([]);
      expect((await loadHead(scope))?.seq).toBe(2);
    });

    test('SYN1 a row that is not at the version read is not written over', async () => {
      const scope = await begin([rowOf('s1')]);
      const read = headOf(1);
      expect(await store.commit(scope, commitOf(read, [rowOf('s1', { version: 2 })]))).toBe('conflict');
      expect(await store.commit(scope, commitOf(read, [[rowOf('s1', { version: 3 }), 2]]))).toBe('conflict');
      const next = rowOf('s1', { version: 2, seq: 2 });
      expect(await store.commit(scope, commitOf(read, [[next, 1]]))).toBe('committed');
      expect(await store.loadRows(scope, [next])).toEqual([next]);
    });

    test('SYN5 the ledger is written by the owner of its token alone, and an expired row is none', async () => {
      const scope = await begin([rowOf('s1')], { operation: { next: operationOf(), readToken: undefined } });
      const ledgerOnly = (next: Operation, readToken: string | undefined) =>
        store.commit(
          scope,
          commitOf(headOf(1), [], {
            head: headOf(1),
            entry: undefined,
            operation: { next, readToken },
          }),
        );
      expect(await ledgerOnly(operationOf(), undefined)).toBe('operation_lost');
      expect(await ledgerOnly(operationOf({ token: 'token-2' }), 'token-0')).toBe('operation_lost');
      expect(await ledgerOnly(operationOf({ token: 'token-2' }), 'token-1')).toBe('committed');
      const done = operationOf({ token: 'token-2', state: 'done', result: '{"seq":1}' });
      expect(await ledgerOnly(done, 'token-2')).toBe('committed');
      expect(await ledgerOnly(operationOf({ token: 'token-3' }), 'token-2')).toBe('operation_lost');
      expect(await store.loadOperation(scope, 'op-1')).toEqual(done);
      expect((await loadHead(scope))?.seq).toBe(1);
      clock.advance(121 * DAY_MS);
      expect(await store.loadOperation(scope, 'op-1')).toBeUndefined();
      expect(await ledgerOnly(operationOf({ token: 'token-4' }), undefined)).toBe('committed');
      expect(await store.loadOperation(scope, 'op-2')).toBeUndefined();
    });

    test('SYN5 an answer of any length comes back byte for byte', async () => {
      const result = JSON.stringify({
        text: `${'x'.repeat(99_990)}${'😀é'.repeat(150_000)}${Buffer.from(seededRandomness(1).bytes(600_000)).toString('base64')}`,
      });
      const scope = await begin([rowOf('s1')], {
        operation: { next: operationOf({ state: 'done', result }), readToken: undefined },
      });
      expect((await store.loadOperation(scope, 'op-1'))?.result === result).toBe(true);
    });

    test('SYN6 children are found by the id that they name, deleted ones are not', async () => {
      const gone = rowOf('s3');
      const scope = await begin([
        rowOf('s1'),
        rowOf('s2', { references: { deviceId: 'd2' } }),
        rowOf('s4', { references: { deviceId: 'd3', purchaseId: 'd1' } }),
        { ...gone, state: { ...gone.state, deleted: true, data: {} } },
      ]);
      const list = async (ids: readonly string[]) =>
        (await store.listReferring(scope, 'sessions', 'deviceId', ids)).map(({ id }) => id);
      expect(await list(['d1'])).toEqual(['s1']);
      expect(await list(['d1', 'd2'])).toEqual(['s1', 's2']);
      expect(await list(['d9'])).toEqual([]);
    });

    test('SYN8 rows of a type come in the order of their ids, page by page', async () => {
      const scope = await begin([rowOf('b'), rowOf('a'), rowOf('c', { type: 'sessions_more' }), rowOf('c')]);
      const first = await store.listRows(scope, 'sessions', { afterId: undefined, limit: 2 });
      expect(first.map(({ id }) => id)).toEqual(['a', 'b']);
      const rest = await store.listRows(scope, 'sessions', { afterId: 'b', limit: 2 });
      expect(rest).toEqual([rowOf('c')]);
    });

    test('SYN7 entries stop before a missing number', async () => {
      const scope = await begin([rowOf('s1')]);
      await store.commit(scope, commitOf(headOf(1), [rowOf('s2', { seq: 2 })]));
      await store.commit(scope, commitOf(headOf(2), [rowOf('s3', { seq: 3 })]));
      const seqs = async (afterSeq: number, limit: number) =>
        (await store.readEntries(scope, afterSeq, limit)).map(({ seq }) => seq);
      expect(await seqs(0, 10)).toEqual([1, 2, 3]);
      expect(await seqs(1, 1)).toEqual([2]);
      expect(await seqs(3, 10)).toEqual([]);
      await stores.removeCoreItem(scope, 'ENTITYLOG#000000000002');
      expect(await seqs(0, 10)).toEqual([1]);
      expect(await seqs(1, 10)).toEqual([]);
    });

    test('SYN4 conflicts are listed newest first by status, and resolved once', async () => {
      const scope = await begin([rowOf('s1')], {
        conflicts: ['c1', 'c2', 'c3'].map((id) => ({ record: conflictOf(id), isNew: true })),
        head: headOf(1, { openConflictCount: 3 }),
      });
      const ids = async (status: 'open' | 'resolved' | 'all', limit: number, before?: string) =>
        (await store.listConflicts(scope, { status, limit, before })).map(({ conflictId }) => conflictId);
      expect(await ids('open', 2)).toEqual(['c3', 'c2']);
      expect(await ids('open', 2, 'c2')).toEqual(['c1']);
      const resolved = conflictOf('c2', {
        status: 'resolved',
        resolvedAtMs: START_MS,
        after: { ...rowOf('s1').state, elements: {} },
      });
      const resolve = (read: SyncHead) =>
        store.commit(
          scope,
          commitOf(read, [], {
            head: { ...read, openConflictCount: read.openConflictCount - 1 },
            entry: undefined,
            conflicts: [{ record: resolved, isNew: false }],
          }),
        );
      const read = headOf(1, { openConflictCount: 3 });
      expect(await resolve(read)).toBe('committed');
      expect(await resolve(read)).toBe('conflict');
      expect((await loadHead(scope))?.openConflictCount).toBe(2);
      expect(await ids('open', 5)).toEqual(['c3', 'c1']);
      expect(await ids('resolved', 5)).toEqual(['c2']);
      expect(await ids('all', 5)).toEqual(['c3', 'c2', 'c1']);
      expect(await store.loadConflicts(scope, ['c2'])).toEqual([resolved]);
    });

    test('SYN30 an erased user commits nothing more, with a counter or without', async () => {
      const scope = await begin([rowOf('s1')]);
      await stores.removeCoreItem(scope, 'ENTITIES');
      expect(await store.commit(scope, commitOf(headOf(1), [rowOf('s2')]))).toBe('gone');
      await stores.eraseUser(scope);
      expect(await store.loadHead(scope)).toBe('gone');
      expect(await store.commit(scope, commitOf(undefined, [rowOf('s2')]))).toBe('gone');
      const stranger = await stores.createUser();
      expect(await store.loadHead(stranger)).toBeUndefined();
      await stores.removeHead(stranger);
      expect(await store.loadHead(stranger)).toBe('gone');
      expect(await store.commit(stranger, commitOf(undefined, [rowOf('s2')]))).toBe('gone');
    });

    test('SYN30 the erasure takes the counter with it: no push in between, and the sweeps leave nothing', async () => {
      const { dynamo, tables } = storage;
      const randomness = seededRandomness(31);
      const users = createUserStore({
        dynamo,
        coreTable: tables.core,
        vault: stores.vault,
        clock,
        randomness,
      });
      const workspaceId = `ws_${newSortableId(START_MS, randomness)}` as WorkspaceId;
      await stores.vault.workspaces.create(workspaceId);
      const wanted = { externalId: 'ada', profile: EMPTY_PROFILE, timeZone: undefined };
      const { user } = await findOrCreateUser({ users, clock, randomness }, workspaceId, wanted);
      const scope = { workspaceId, userId: user.userId };
      const rows = Array.from({ length: 60 }, (_, at) => rowOf(`s${at}`));
      expect(await store.commit(scope, commitOf(undefined, rows))).toBe('committed');
      const grants = { endAll: async () => undefined };
      // The container that pushes keeps the key for a while longer.
      const dataKeys = { shred: async () => undefined };
      await eraseUser({ users, heads: stores.headStore, dataKeys, grants, clock }, scope, 'corr-1');
      expect(await store.commit(scope, commitOf(headOf(1), [rowOf('t1', { seq: 2 })]))).toBe('gone');
      expect(await store.commit(scope, commitOf(undefined, [rowOf('t1')]))).toBe('gone');
      expect(await store.loadHead(scope)).toBe('gone');
      const leftovers = createLeftoverStore(dynamo, tables);
      const objects = { removeAll: async () => 0 };
      const removal = { heads: stores.headStore, dataKeys, leftovers, objects };
      const left = async () => (await stores.rawItems(scope)).filter(({ sk }) => sk?.S?.startsWith('ENTIT'));
      const [behind] = (await left()).filter(({ sk }) => sk?.S === 'ENTITY#sessions#s0');
      await removeLeftovers(removal, scope);
      expect(await left()).toEqual([]);
      await stores.putRawSamplesItem(behind ?? {});
      expect(await removeLeftovers(removal, scope)).toBe(1);
      expect(await left()).toEqual([]);
    });

    test('SYN1 rows lie in the table without a stream, beside no block, and everything else in the other', async () => {
      const scope = await begin([rowOf('s1')], {
        aliases: [{ type: 'devices', clientId: 'theirs', id: 'ours' }],
        operation: { next: operationOf(), readToken: undefined },
      });
      const items = (await stores.rawItems(scope)).map(({ pk, sk }) => [pk?.S, sk?.S?.split('#')[0]]);
      const user = `W#${scope.workspaceId}#U#${scope.userId}`;
      const kindsIn = (partition: string) => items.flatMap(([pk, kind]) => (pk === partition ? [kind] : []));
      expect(kindsIn(`${user}#ENTITIES`)).toEqual(['ENTITY']);
      expect(kindsIn(user)).not.toContain('ENTITY');
      expect(kindsIn(user)).toEqual(
        expect.arrayContaining(['ENTITIES', 'ENTITYALIAS', 'ENTITYLOG', 'ENTITYOP']),
      );
      expect((await stores.rawBlocks(scope)).length).toBe(0);
    });

    test('SYN31 no value lies in the open, and an item that was moved does not open', async () => {
      const scope = await begin([rowOf('s1', { version: 1 })], {
        conflicts: [{ record: conflictOf('c1'), isNew: true }],
        operation: { next: operationOf({ result: 'notes of s1' }), readToken: undefined },
      });
      const items = await stores.rawItems(scope);
      const asText = JSON.stringify(items, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
      expect(asText).not.toContain('notes of');
      expect(asText).not.toContain('fedcba');
      expect(asText).not.toContain('mine');
      const item = items.find(({ sk }) => sk?.S === 'ENTITY#sessions#s1') ?? {};
      await stores.putRawSamplesItem({ ...item, sk: { S: 'ENTITY#sessions#s2' } });
      await expect(store.loadRows(scope, [{ type: 'sessions', id: 's2' }])).rejects.toThrow('does not open');
    });
  });
}
