import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLeaseStore } from '../../lib/adapters/dynamo/lease-store.ts';
import { createLogCompaction } from '../../lib/adapters/dynamo/log-compaction.ts';
import { DAY_MS, type EpochMs, HOUR_MS } from '../../lib/core/instants.ts';
import { compactDueLogs } from '../../lib/sync/compaction/compact-due-logs.ts';
import type { Lease, LeaseStore } from '../../lib/sync/leases/lease-store.ts';
import { pullChanges } from '../../lib/sync/pull/pull-changes.ts';
import { readSnapshot } from '../../lib/sync/pull/read-snapshot.ts';
import { createEntityLogWorld, type EntityLogWorld } from '../support/entity-log-world.ts';
import { logTablesOf, onEveryStorage, type Storage } from './store-fixtures.ts';

onEveryStorage((name, open) => {
  describe(`log and leases on ${name}`, () => {
    let storage: Storage;
    let world: EntityLogWorld;
    let leases: LeaseStore;
    beforeAll(async () => {
      storage = await open();
      world = await createEntityLogWorld({ storage });
      leases = createLeaseStore(storage.dynamo, storage.tables.core);
    });
    afterAll(() => storage?.stop());
    const leaseOf = (slot: number, random: string): Lease => ({
      leaseId: `data_sync.${slot}.${random}`,
      kind: 'data_sync',
      slot,
      deviceId: 'phone',
      issuedAtMs: world.clock.now(),
      expiresAtMs: (world.clock.now() + HOUR_MS) as EpochMs,
      maxRequestCount: 2,
      usedCount: 0,
    });

    test('SYN55 a place is taken under what was read there, and uses are counted up to the last', async () => {
      const { scope } = world;
      const first = leaseOf(0, 'first');
      expect(await leases.take(scope, first, undefined)).toBe('taken');
      expect(await leases.take(scope, leaseOf(0, 'twin'), undefined)).toBe('conflict');
      expect(await leases.take(scope, leaseOf(3, 'other'), undefined)).toBe('taken');
      expect((await leases.list(scope, 'data_sync')).map(({ slot }) => slot)).toEqual([0, 3]);
      expect(await leases.list(scope, 'catalog_sync')).toEqual([]);
      const use = (nowMs = world.clock.now()) => leases.use(scope, first, nowMs);
      expect([await use(), await use()]).toEqual([{ kind: 'counted' }, { kind: 'counted' }]);
      expect(await use()).toEqual({ kind: 'refused', found: { ...first, usedCount: 2 } });
      expect((await leases.use(scope, leaseOf(5, 'never'), world.clock.now())).kind).toBe('refused');
      const second = leaseOf(0, 'second');
      expect(await leases.take(scope, second, first)).toBe('taken');
      expect(await leases.take(scope, leaseOf(0, 'late'), first)).toBe('conflict');
      const over = await leases.use(scope, second, second.expiresAtMs);
      expect(over).toEqual({ kind: 'refused', found: second });
      const nobody = await world.stores.createUser();
      await world.stores.eraseUser(nobody);
      expect(await leases.take(nobody, first, undefined)).toBe('gone');
    });

    test('SYN12 a log is pulled, compacted when it is due, and its tombstones go with it', async () => {
      const song = (id: string, text: string | undefined) => ({
        type: 'songs',
        id,
        data: text === undefined ? undefined : { text },
      });
      await world.commit([song('s1', 'a'), song('s2', 'x'.repeat(2_000)), song('s3', 'c')]);
      await world.commit([song('s1', undefined)]);
      const deps = world.deps();
      const page = JSON.parse((await pullChanges(deps, world.scope, { limit: 10 })).body);
      expect(page.changes.map(({ id, op }: { id: string; op: string }) => `${id} ${op}`)).toEqual([
        's2 upsert',
        's3 upsert',
        's1 delete',
      ]);
      world.clock.advance(90 * DAY_MS);
      await world.commit([song('s3', 'd')]);
      const logs = createLogCompaction(logTablesOf(storage));
      const run = await compactDueLogs({ logs, clock: world.clock });
      expect(run).toEqual({ dueCount: 1, removedCount: 2, failure: undefined });
      expect(await compactDueLogs({ logs, clock: world.clock })).toMatchObject({ dueCount: 0 });
      expect(await world.store.loadHead(world.scope)).toMatchObject({ seq: 3, horizonSeq: 2 });
      const keys = ['s1', 's2', 's3'].map((id) => ({ type: 'songs', id }));
      const left = (await world.store.loadRows(world.scope, keys)).map(({ id }) => id);
      expect(left.sort()).toEqual(['s2', 's3']);
      const snapshot = JSON.parse(await readSnapshot(deps, world.scope, { limit: 10 }));
      expect(snapshot.rows.map(({ id }: { id: string }) => id)).toEqual(['s2', 's3']);
    });
  });
});
