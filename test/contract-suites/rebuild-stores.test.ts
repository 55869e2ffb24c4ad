import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RebuildId } from '../../contracts/primitives/ids.ts';
import { createRebuildStore } from '../../lib/adapters/dynamo/rebuild-store.ts';
import { createRecomputationStore } from '../../lib/adapters/dynamo/recomputation-store.ts';
import type { LocalDate } from '../../lib/core/instants.ts';
import { FIRST_CURSOR, NO_COUNTS, type RebuildJob, type Recomputation } from '../../lib/rebuilds/model.ts';
import type { RebuildStore } from '../../lib/rebuilds/rebuild-store.ts';
import type { RecomputationStore } from '../../lib/rebuilds/recomputation-store.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { createStores, manualClock, onEveryStorage, type Storage, type Stores } from './store-fixtures.ts';

onEveryStorage((name, open) => {
  describe(`rebuilds on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let rebuilds: RebuildStore;
    let recomputations: RecomputationStore;
    let scope: UserScope;
    beforeAll(async () => {
      storage = await open();
      stores = createStores(storage, manualClock());
      rebuilds = createRebuildStore(storage.dynamo, storage.tables.core);
      recomputations = createRecomputationStore(storage.dynamo, storage.tables.core);
    });
    afterAll(() => storage?.stop());
    beforeEach(async () => {
      scope = await stores.createUser();
    });
    const jobOf = (number: number): RebuildJob => ({
      workspaceId: scope.workspaceId,
      rebuildId: `rbd_${String(number).padStart(26, '0')}` as RebuildId,
      state: 'queued',
      step: 0,
      plan: { models: ['rollups', 'sleep'], metrics: ['steps'], from: '2026-01-01' as LocalDate },
      cursor: FIRST_CURSOR,
      counts: NO_COUNTS,
      createdAtMs: stores.clock.now(),
      updatedAtMs: stores.clock.now(),
    });

    test('RBD4 a rebuild takes a place with its first write, and the same key is the same rebuild', async () => {
      const request = { key: 'import-7', payloadHash: 'abc' };
      expect(await rebuilds.create(jobOf(1), request, 2)).toBe('created');
      const known = { kind: 'exists', rebuildId: jobOf(1).rebuildId, payloadHash: 'abc' };
      expect(await rebuilds.create(jobOf(2), { ...request, payloadHash: 'def' }, 2)).toEqual(known);
      expect(await rebuilds.load(scope.workspaceId, jobOf(2).rebuildId)).toBeUndefined();
      expect(await rebuilds.create(jobOf(3), undefined, 2)).toBe('created');
      expect(await rebuilds.create(jobOf(4), undefined, 2)).toBe('full');
      expect(await rebuilds.create(jobOf(1), request, 2)).toEqual(known);
      expect(await rebuilds.create(jobOf(5), undefined, undefined)).toBe('created');
      expect(await rebuilds.load(scope.workspaceId, jobOf(1).rebuildId)).toEqual(jobOf(1));
    });

    test('RBD2 a step is saved by one, and a rebuild that ends gives its place back once', async () => {
      const job = jobOf(1);
      await rebuilds.create(job, undefined, 1);
      const { userId } = scope;
      const running: RebuildJob = {
        ...job,
        state: 'running',
        step: 1,
        cursor: {
          pass: 1,
          userId,
          modelIndex: 1,
          at: { metric: 'steps', throughDate: '2026-02-01' as LocalDate },
        },
        counts: { userCount: 3, computedCount: 4, currentCount: 5, unsettledCount: 6 },
      };
      expect(await rebuilds.save(job, running)).toBe('saved');
      expect(await rebuilds.save(job, running)).toBe('conflict');
      expect(await rebuilds.load(scope.workspaceId, job.rebuildId)).toEqual(running);
      const failed: RebuildJob = { ...running, state: 'failed', failure: 'fault' };
      const both = await Promise.all([rebuilds.save(running, failed), rebuilds.save(running, failed)]);
      expect(both.sort()).toEqual(['conflict', 'saved']);
      expect(await rebuilds.create(jobOf(2), undefined, 1)).toBe('created');
      expect(await rebuilds.save(failed, running)).toBe('saved');
      expect(await rebuilds.create(jobOf(3), undefined, 2)).toBe('full');
    });

    test('RBD4 of many that ask at once as many are made as there are places', async () => {
      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((number) => rebuilds.create(jobOf(number), undefined, 3)),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(3);
    });

    test('RBD1 rebuilds are listed newest first, page by page, and those of others never', async () => {
      for (const number of [1, 2, 3]) await rebuilds.create(jobOf(number), undefined, undefined);
      const page = async (before: number | undefined, limit: number) =>
        (
          await rebuilds.list(scope.workspaceId, {
            before: before === undefined ? undefined : jobOf(before).rebuildId,
            limit,
          })
        ).map(({ rebuildId }) => Number(rebuildId.slice(-1)));
      expect([await page(undefined, 2), await page(2, 2), await page(undefined, 5)]).toEqual([
        [3, 2],
        [1],
        [3, 2, 1],
      ]);
      const other = await stores.createUser();
      expect(await rebuilds.list(other.workspaceId, { before: undefined, limit: 5 })).toEqual([]);
      expect(await rebuilds.load(other.workspaceId, jobOf(1).rebuildId)).toBeUndefined();
    });

    test('RBD5 a recomputation is saved under what was read, and never for an erased user', async () => {
      const { state, step, plan, cursor, counts, createdAtMs, updatedAtMs } = jobOf(1);
      const first: Recomputation = {
        ...{ state, step, plan: { ...plan, userId: scope.userId }, cursor, counts, createdAtMs, updatedAtMs },
        seq: 7,
        doneSeq: 3,
      };
      expect(await recomputations.load(scope)).toBeUndefined();
      expect(await recomputations.save(scope, undefined, first)).toBe('saved');
      expect(await recomputations.save(scope, undefined, first)).toBe('conflict');
      expect(await recomputations.load(scope)).toEqual(first);
      const done: Recomputation = { ...first, state: 'done', step: 1, doneSeq: 7 };
      expect(await recomputations.save(scope, first, done)).toBe('saved');
      expect(await recomputations.save(scope, first, done)).toBe('conflict');
      await stores.eraseUser(scope);
      expect(await recomputations.save(scope, done, first)).toBe('gone');
      expect(await recomputations.load(scope)).toEqual(done);
    });
  });
});
