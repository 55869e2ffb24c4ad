import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordDays } from '../../lib/adapters/dynamo/record-days.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { type EpochMs, HOUR_MS, type LocalDate } from '../../lib/core/instants.ts';
import { MAX_SLEEP_RECORDS_PER_COMMIT } from '../../lib/records/limits.ts';
import type { RecordPointer, StoredRecord } from '../../lib/records/model.ts';
import type { RecordStore, RecordWrite } from '../../lib/records/record-store.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const at = (hours: number): EpochMs => (START_MS + hours * HOUR_MS) as EpochMs;

const pointer = (recordId: string, parts: Partial<RecordPointer> = {}): RecordPointer => ({
  recordId,
  kind: 'workout',
  provider: 'strava',
  version: 1,
  revision: undefined,
  contentHash: 'a'.repeat(64),
  startMs: at(0),
  endMs: at(1),
  date: '2026-11-21',
  valueMetrics: ['strain', 'sleep_score'],
  deletedAtMs: undefined,
  ...parts,
});
const recordOf = (known: RecordPointer, seq: number): StoredRecord => ({
  recordId: known.recordId,
  kind: known.kind,
  provider: known.provider,
  version: known.version,
  date: known.date,
  startMs: known.startMs,
  endMs: known.endMs,
  offsetMinutes: -300,
  seq,
  body: {
    kind: 'workout',
    externalId: known.recordId,
    source: { app: 'test' },
    start: 's',
    end: 'e',
    type: 'running',
    providerType: 'Run',
    isManual: false,
    durationSec: 3_600,
    distanceM: 8_042.1,
  },
});
const put = (known: RecordPointer, seq: number, read?: RecordPointer): RecordWrite => ({
  pointer: known,
  record: recordOf(known, seq),
  read,
  isForgotten: false,
});
const changeOf = (seq: number) => ({
  kind: 'records' as const,
  seq,
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  origin: 'live' as const,
  changes: [
    {
      kind: 'workout' as const,
      recordId: 'r',
      change: 'created' as const,
      version: 1,
      provider: 'strava',
      fromMs: 0,
      toMs: 1,
      dates: ['2026-11-21'],
    },
  ],
});
const ALL = { fromMs: at(-48), toMs: at(48), after: undefined, limit: 10 };

/** Every promise of RecordStore (lib/records/record-store.ts), on one storage. */
export function recordStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`RecordStore on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: RecordStore;
    beforeAll(async () => {
      storage = await openStorage();
      const clock = manualClock();
      stores = createStores(storage, clock);
      store = createRecordStore({
        dynamo: storage.dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        clock,
        randomness: seededRandomness(3),
      });
    });
    afterAll(() => storage?.stop());
    const load = async (scope: UserScope, id: string) =>
      (await store.loadPointers(scope, 'workout', [id, 'unknown'])).get(id);

    test('REC1 a record, its pointer, the head and the change entry come together', async () => {
      const scope = await stores.createUser();
      const first = pointer('r1', { revision: 7 });
      expect(await store.commit(scope, changeOf(1), [put(first, 1)])).toBe('committed');
      expect(await load(scope, 'r1')).toEqual(first);
      expect(await store.list(scope, 'workout', ALL)).toEqual([recordOf(first, 1)]);
      expect(await store.list(scope, 'sleep', ALL)).toEqual([]);
      expect((await stores.headStore.load(scope))?.seq).toBe(1);
      expect(await stores.headStore.loadAfter(scope, 0, 5)).toEqual([changeOf(1)]);
    });

    test('REC1 a writer who read an older head or an older record writes nothing', async () => {
      const scope = await stores.createUser();
      const first = pointer('r1');
      await store.commit(scope, changeOf(1), [put(first, 1)]);
      expect(await store.commit(scope, changeOf(1), [put(pointer('r2'), 1)])).toBe('conflict');
      expect(await store.commit(scope, changeOf(2), [put(first, 2)])).toBe('conflict');
      const stale = pointer('r1', { version: 3 });
      const unread = pointer('r1', { version: 2 });
      expect(await store.commit(scope, changeOf(2), [put(stale, 2, unread)])).toBe('conflict');
      expect(await load(scope, 'r2')).toBeUndefined();
      expect((await stores.headStore.load(scope))?.seq).toBe(1);
    });

    test('REC3 a record that moves leaves no body behind; a deleted one leaves its pointer, a forgotten one nothing', async () => {
      const scope = await stores.createUser();
      const first = pointer('r1');
      await store.commit(scope, changeOf(1), [put(first, 1)]);
      const moved = pointer('r1', { version: 2, startMs: at(-5), endMs: at(-4) });
      expect(await store.commit(scope, changeOf(2), [put(moved, 2, first)])).toBe('committed');
      expect(await store.list(scope, 'workout', ALL)).toEqual([recordOf(moved, 2)]);
      const gone = { ...moved, version: 3, deletedAtMs: START_MS };
      const deletion = { pointer: gone, record: undefined, read: moved, isForgotten: false };
      expect(await store.commit(scope, changeOf(3), [deletion])).toBe('committed');
      expect([await store.list(scope, 'workout', ALL), await load(scope, 'r1')]).toEqual([[], gone]);
      const back = pointer('r1', { version: 4 });
      expect(await store.commit(scope, changeOf(4), [put(back, 4, gone)])).toBe('committed');
      const forgotten = {
        pointer: { ...back, version: 5 },
        record: undefined,
        read: back,
        isForgotten: true,
      };
      expect(await store.commit(scope, changeOf(5), [forgotten])).toBe('committed');
      expect([await store.list(scope, 'workout', ALL), await load(scope, 'r1')]).toEqual([[], undefined]);
    });

    test('REC5 pages come by start and id, and what is written between them is neither repeated nor hides another', async () => {
      const scope = await stores.createUser();
      const known = [pointer('b', { startMs: at(1) }), pointer('a', { startMs: at(1) }), pointer('c')];
      await store.commit(
        scope,
        changeOf(1),
        known.map((each) => put(each, 1)),
      );
      const page = await store.list(scope, 'workout', { ...ALL, limit: 2 });
      expect(page.map(({ recordId }) => recordId)).toEqual(['c', 'a']);
      await store.commit(scope, changeOf(2), [
        put(pointer('d', { startMs: at(-1) }), 2),
        put(pointer('e', { startMs: at(2) }), 2),
      ]);
      const after = { startMs: at(1), recordId: 'a' };
      const rest = await store.list(scope, 'workout', { ...ALL, after, limit: 9 });
      expect(rest.map(({ recordId }) => recordId)).toEqual(['b', 'e']);
      const narrow = await store.list(scope, 'workout', { ...ALL, fromMs: at(0), toMs: at(1) });
      expect(narrow.map(({ recordId }) => recordId)).toEqual(['c']);
    });

    test('REC1 25 records that all move fit into one transaction', async () => {
      const scope = await stores.createUser();
      const ids = Array.from({ length: 25 }, (_, index) => `r${String(index).padStart(2, '0')}`);
      const first = ids.map((id) => pointer(id));
      expect(
        await store.commit(
          scope,
          changeOf(1),
          first.map((each) => put(each, 1)),
        ),
      ).toBe('committed');
      const moved = first.map((each) => put({ ...each, version: 2, startMs: at(3), endMs: at(4) }, 2, each));
      expect(await store.commit(scope, changeOf(2), moved)).toBe('committed');
      expect(await store.list(scope, 'workout', { ...ALL, limit: 99 })).toHaveLength(25);
    });

    test('REC8 the dates of sleep records are marked, before and after, and workouts mark none', async () => {
      const scope = await stores.createUser();
      const days = createRecordDays(storage.dynamo, storage.tables.core);
      const year = { from: '2026-01-01' as LocalDate, to: '2026-12-31' as LocalDate };
      const sleep = pointer('s1', { kind: 'sleep', date: '2026-10-31' });
      await store.commit(scope, changeOf(1), [put(sleep, 1), put(pointer('w1'), 1)]);
      expect(await days.loadSleepDays(scope, year)).toEqual(new Map([['2026-10-31', 1]]));
      const moved = { ...sleep, version: 2, date: '2026-11-01' };
      await store.commit(scope, changeOf(2), [put(moved, 2, sleep)]);
      expect(Object.fromEntries(await days.loadSleepDays(scope, year))).toEqual({
        '2026-10-31': 2,
        '2026-11-01': 2,
      });
      const gone = {
        pointer: { ...moved, version: 3, deletedAtMs: START_MS },
        record: undefined,
        read: moved,
      };
      await store.commit(scope, changeOf(3), [{ ...gone, isForgotten: true }]);
      const november = { from: '2026-11-01' as LocalDate, to: '2026-11-01' as LocalDate };
      expect(await days.loadSleepDays(scope, november)).toEqual(new Map([['2026-11-01', 3]]));
    });

    test('REC8 nineteen nights that all move between months of their own fit into one transaction', async () => {
      const scope = await stores.createUser();
      const first = Array.from({ length: MAX_SLEEP_RECORDS_PER_COMMIT }, (_, index) =>
        pointer(`s${index}`, { kind: 'sleep', date: `${2000 + index}-01-15` }),
      );
      const writes = first.map((each) => put(each, 1));
      expect(await store.commit(scope, changeOf(1), writes)).toBe('committed');
      const moved = first.map((each) =>
        put(
          { ...each, version: 2, startMs: at(3), endMs: at(4), date: each.date.replace('-01-', '-02-') },
          2,
          each,
        ),
      );
      expect(await store.commit(scope, changeOf(2), moved)).toBe('committed');
    });

    test('REC1 an erased user takes no record, and nothing measured lies in the open', async () => {
      const scope = await stores.createUser();
      await store.commit(scope, changeOf(1), [put(pointer('r1'), 1)]);
      const stored = JSON.stringify(await stores.rawItems(scope));
      expect(stored).toContain('r1');
      for (const secret of ['8042.1', 'running', 'distanceM']) expect(stored).not.toContain(secret);
      await stores.eraseUser(scope);
      expect(await store.commit(scope, changeOf(3), [put(pointer('r2'), 3)])).toBe('erased');
    });
  });
}
