import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRollupStore } from '../../lib/adapters/dynamo/rollup-store.ts';
import type { EpochMs, LocalDate } from '../../lib/core/instants.ts';
import type { DailyFigures, RollupRow } from '../../lib/projections/model.ts';
import type { RollupStore } from '../../lib/projections/rollup-store.ts';
import { createStores, manualClock, type Storage, type Stores, seededRandomness } from './store-fixtures.ts';

const figures: DailyFigures = {
  count: 2,
  sum: 7,
  min: 3,
  max: 4,
  mean: 3.5,
  variance: 0.25,
  first: { at: 1_000 as EpochMs, value: 3 },
  last: { at: 2_000 as EpochMs, value: 4 },
  coverage: 0.5,
  sources: [],
};

const rowOf = (sum: number, change: Partial<RollupRow> = {}): RollupRow => ({
  metric: 'steps',
  date: '2026-11-21' as LocalDate,
  inputs: { digest: `digest-of-${sum}`, sum, sourceSeq: sum },
  computeVersion: 1,
  computedAtMs: 1_700_000_000_000 as EpochMs,
  outcome: { kind: 'complete' },
  figures,
  ...change,
});

/** Every promise of RollupStore (lib/projections/rollup-store.ts), on one storage. */
export function rollupStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`RollupStore on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: RollupStore;
    beforeAll(async () => {
      storage = await openStorage();
      stores = createStores(storage, manualClock());
      store = createRollupStore({
        dynamo: storage.dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        randomness: seededRandomness(11),
      });
    });
    afterAll(() => storage?.stop());

    const november = { metric: 'steps', from: '2026-11-01' as LocalDate, to: '2026-11-30' as LocalDate };

    test('PRJ2 a row comes back as it was saved, figures included', async () => {
      const scope = await stores.createUser();
      const row = rowOf(5, { outcome: { kind: 'partial', reason: 'too much' } });
      expect(await store.save(scope, row)).toBe('saved');
      expect(await store.load(scope, november)).toEqual([row]);
    });

    test('PRJ2 a row is replaced by newer inputs and never by older or equal ones', async () => {
      const scope = await stores.createUser();
      expect(await store.save(scope, rowOf(5))).toBe('saved');
      expect(await store.save(scope, rowOf(4))).toBe('superseded');
      expect(await store.save(scope, rowOf(5, { figures: { ...figures, count: 99 } }))).toBe('superseded');
      expect(await store.load(scope, november)).toEqual([rowOf(5)]);
      expect(await store.save(scope, rowOf(6))).toBe('saved');
      expect(await store.load(scope, november)).toEqual([rowOf(6)]);
    });

    test('PRJ2 a newer compute version wins over any inputs, an older one over none', async () => {
      const scope = await stores.createUser();
      await store.save(scope, rowOf(9));
      const next = rowOf(3, { computeVersion: 2 });
      expect(await store.save(scope, next)).toBe('saved');
      expect(await store.save(scope, rowOf(10))).toBe('superseded');
      expect(await store.load(scope, november)).toEqual([next]);
    });

    test('PRJ2 of racing writers the newest inputs stand, whoever comes last', async () => {
      const scope = await stores.createUser();
      await Promise.all([3, 8, 1, 7, 5].map((sum) => store.save(scope, rowOf(sum))));
      expect(await store.load(scope, november)).toEqual([rowOf(8)]);
    });

    test('PRJ1 a range holds its first and last date, in order, of that metric and user alone', async () => {
      const scope = await stores.createUser();
      const dates = ['2026-11-30', '2026-10-31', '2026-11-01', '2026-12-01', '2026-11-15'] as LocalDate[];
      for (const date of dates) await store.save(scope, rowOf(1, { date }));
      await store.save(scope, rowOf(1, { metric: 'heart_rate' }));
      await store.save(await stores.createUser(), rowOf(1));
      const rows = await store.load(scope, november);
      expect(rows.map(({ metric, date }) => `${metric} ${date}`)).toEqual([
        'steps 2026-11-01',
        'steps 2026-11-15',
        'steps 2026-11-30',
      ]);
    });

    test('PRJ2 a user whose key is shredded has no rows, and none is written', async () => {
      const scope = await stores.createUser();
      await store.save(scope, rowOf(1));
      await stores.vault.shred(scope);
      expect(await store.load(scope, november)).toEqual([]);
      expect(await store.save(scope, rowOf(2))).toBe('superseded');
    });
  });
}
