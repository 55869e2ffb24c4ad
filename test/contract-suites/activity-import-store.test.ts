import { describe, expect, test } from 'vitest';
import { createActivityImportStore } from '../../lib/adapters/dynamo/activity-import-store.ts';
import type { ActivityImportRow, ImportResult } from '../../lib/workouts/imports/model.ts';
import { createStores, manualClock, onEveryStorage, START_MS, seededRandomness } from './store-fixtures.ts';

const IMPORT_ID = 'imp_01kah3v5w8f0xq9d3m7t2c6e4r';
const ROW: ActivityImportRow = {
  importId: IMPORT_ID,
  provider: 'watch_export',
  format: 'fit',
  onDamage: 'keep',
  createdAtMs: START_MS,
  status: 'waiting',
  result: undefined,
};
const FAILED: ImportResult = { status: 'failed', code: 'activity.none', detail: 'nothing' };
const DONE: ImportResult = {
  status: 'done',
  workouts: [
    { id: 'a', outcome: 'created' },
    { id: 'b', outcome: 'refused', reason: 'bad_interval' },
  ],
  samples: { accepted: 3, updated: 0, duplicate: 1, refused: 0 },
  droppedCount: 2,
  damage: { where: 'byte 7', reason: 'cut' },
};

onEveryStorage((name, open) => {
  describe(`imports of activity files on ${name}`, () => {
    const openStore = async () => {
      const storage = await open();
      const clock = manualClock();
      const stores = createStores(storage, clock);
      const { dynamo, tables } = storage;
      const randomness = seededRandomness(3);
      const store = createActivityImportStore({ dynamo, coreTable: tables.core, clock, randomness });
      return { store, stores, scope: await stores.createUser() };
    };

    test('ACT8 an import is kept as it was asked for, and what is done stays done', async () => {
      const { store, stores, scope } = await openStore();
      await store.create(scope, ROW);
      expect(await store.load(scope, IMPORT_ID)).toEqual(ROW);
      expect(await store.load(await stores.createUser(), IMPORT_ID)).toBeUndefined();
      expect(await store.markQueued(scope, IMPORT_ID)).toBe(true);
      await store.markRunning(scope, IMPORT_ID);
      expect((await store.load(scope, IMPORT_ID))?.status).toBe('running');
      await store.finish(scope, IMPORT_ID, FAILED);
      expect(await store.load(scope, IMPORT_ID)).toEqual({ ...ROW, status: 'failed', result: FAILED });
      // Tried again: what it failed with is forgotten.
      expect(await store.markQueued(scope, IMPORT_ID)).toBe(true);
      expect(await store.load(scope, IMPORT_ID)).toEqual({ ...ROW, status: 'queued' });
      await store.finish(scope, IMPORT_ID, DONE);
      await store.finish(scope, IMPORT_ID, FAILED);
      await store.markRunning(scope, IMPORT_ID);
      expect(await store.markQueued(scope, IMPORT_ID)).toBe(false);
      expect(await store.load(scope, IMPORT_ID)).toEqual({ ...ROW, status: 'done', result: DONE });
    });

    test('ACT8 an import of nobody, or of a user who is gone, is not made', async () => {
      const { store, stores, scope } = await openStore();
      expect(await store.markQueued(scope, IMPORT_ID)).toBe(false);
      expect(await store.load(scope, IMPORT_ID)).toBeUndefined();
      await stores.eraseUser(scope);
      await expect(store.create(scope, ROW)).rejects.toMatchObject({ code: 'user.not_found' });
    });
  });
});
