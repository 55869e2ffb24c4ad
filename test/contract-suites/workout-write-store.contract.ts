import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createWorkoutWriteStore } from '../../lib/adapters/dynamo/workout-write-store.ts';
import type { RecordPointer } from '../../lib/records/model.ts';
import type { RecordWrite } from '../../lib/records/record-store.ts';
import type { Ledger, RequestId, SourceId, UserScope } from '../../lib/samples/model.ts';
import type { SyncState } from '../../lib/workouts/writes/sync-state.ts';
import type { WorkoutCommit, WorkoutWriteStore } from '../../lib/workouts/writes/write-store.ts';
import {
  createStores,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const REQUEST = 'r1' as RequestId;
const SOURCE = 'source0000001' as SourceId;
const COUNTS = { accepted: 1, updated: 0, duplicate: 0, superseded: 0, deleted: 0, notFound: 0, refused: 0 };
const BASE = { payloadHash: 'h', expiresAtMs: (START_MS + 1_000_000) as Ledger['expiresAtMs'] };
const RUNNING: Ledger = {
  ...BASE,
  state: 'running',
  payloadKey: undefined,
  next: 1,
  progress: '{"next":25}',
};
const ANSWERED: Ledger = { ...BASE, state: 'answered', status: 200, answer: { inline: '{"seq":2}' } };

const pointerOf = (index: number, version = 1): RecordPointer => ({
  recordId: `record${String(index).padStart(2, '0')}`,
  kind: 'workout',
  provider: 'apple_health',
  version,
  revision: undefined,
  contentHash: 'a'.repeat(64),
  startMs: START_MS,
  endMs: START_MS,
  date: '2026-11-21',
  valueMetrics: [],
  deletedAtMs: undefined,
});
const writeOf = (pointer: RecordPointer, seq: number, read?: RecordPointer): RecordWrite => ({
  pointer,
  read,
  isForgotten: false,
  record: {
    ...{ recordId: pointer.recordId, kind: pointer.kind, provider: pointer.provider, seq },
    ...{ version: pointer.version, date: pointer.date, startMs: pointer.startMs, endMs: pointer.endMs },
    offsetMinutes: undefined,
    body: {
      kind: 'workout',
      externalId: pointer.recordId,
      source: {},
      start: 's',
      end: 'e',
      type: 'running',
      providerType: 'Run',
      isManual: false,
      durationSec: 3_600,
    },
  },
});
const stateOf = (version: number, anchor: string): SyncState => ({
  source: { sourceId: SOURCE, provider: 'apple_health', app: 'Watch' },
  anchor,
  lastStatus: 'success',
  lastSyncedAtMs: START_MS,
  counts: COUNTS,
  order: { seq: 4, ms: START_MS },
  version,
});
const changeOf = (seq: number): WorkoutCommit['change'] => ({
  kind: 'records',
  seq,
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  origin: 'live',
  changes: [
    {
      kind: 'workout',
      recordId: 'r',
      change: 'created',
      version: 1,
      provider: 'apple_health',
      fromMs: 0,
      toMs: 1,
      dates: ['2026-11-21'],
    },
  ],
});
const commitOf = (seq: number | undefined, parts: Partial<WorkoutCommit> = {}): WorkoutCommit => ({
  requestId: REQUEST,
  ledger: { row: RUNNING, replaces: 'nothing' },
  readHead: { seq: (seq ?? 1) - 1, settingsVersion: 0 },
  change: seq === undefined ? undefined : changeOf(seq),
  writes: [],
  syncState: undefined,
  ...parts,
});

/** Every promise of WorkoutWriteStore (lib/workouts/writes/write-store.ts), on one storage. */
export function workoutWriteStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`WorkoutWriteStore on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: WorkoutWriteStore;
    let list: (scope: UserScope) => Promise<readonly unknown[]>;
    beforeAll(async () => {
      storage = await openStorage();
      const clock = manualClock();
      stores = createStores(storage, clock);
      const deps = {
        dynamo: storage.dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        clock,
        randomness: seededRandomness(3),
      };
      store = createWorkoutWriteStore(deps);
      const all = { fromMs: START_MS, toMs: (START_MS + 1) as typeof START_MS, after: undefined, limit: 99 };
      list = (scope) => createRecordStore(deps).list(scope, 'workout', all);
    });
    afterAll(() => storage?.stop());
    const load = (scope: UserScope, recordIds: readonly string[]) =>
      store.load(scope, { requestId: REQUEST, recordIds, sourceId: SOURCE });

    test('WKT41 records, change entry, ledger and sync state come together, and 25 that move fit', async () => {
      const scope = await stores.createUser();
      const first = Array.from({ length: 25 }, (_, index) => pointerOf(index));
      const writes = first.map((pointer) => writeOf(pointer, 1));
      expect(await store.commit(scope, commitOf(1, { writes }))).toBe('committed');
      const loaded = await load(scope, ['record00', 'record24', 'unknown']);
      expect(loaded).toMatchObject({ head: { seq: 1 }, ledger: RUNNING, syncState: undefined });
      expect([...loaded.known.values()].sort((a, b) => (a.recordId < b.recordId ? -1 : 1))).toEqual([
        pointerOf(0),
        pointerOf(24),
      ]);
      const moved = first.map((read) =>
        writeOf({ ...read, version: 2, startMs: (START_MS + 5) as typeof START_MS }, 2, read),
      );
      const ended = commitOf(2, {
        writes: moved,
        ledger: { row: ANSWERED, replaces: { state: 'running', next: 1 } },
        syncState: stateOf(1, 'a1'),
      });
      expect(await store.commit(scope, ended)).toBe('committed');
      expect(await list(scope)).toEqual([]);
      expect(await load(scope, [])).toMatchObject({
        head: { seq: 2 },
        ledger: ANSWERED,
        syncState: stateOf(1, 'a1'),
      });
      expect(await stores.headStore.loadAfter(scope, 1, 5)).toEqual([changeOf(2)]);
    });

    test('WKT41 WKT47 whoever read anything else than what stands writes nothing', async () => {
      const scope = await stores.createUser();
      const writes = [writeOf(pointerOf(0), 1)];
      const syncState = stateOf(1, 'a1');
      expect(await store.commit(scope, commitOf(1, { writes, syncState }))).toBe('committed');
      const next = {
        writes: [writeOf(pointerOf(1), 2)],
        ledger: { row: ANSWERED, replaces: { state: 'running', next: 1 } },
      } as const;
      const stale: readonly WorkoutCommit[] = [
        commitOf(1, next),
        commitOf(2, { ...next, ledger: { row: ANSWERED, replaces: 'nothing' } }),
        commitOf(2, { ...next, ledger: { row: ANSWERED, replaces: { state: 'running', next: 2 } } }),
        commitOf(2, { ...next, readHead: { seq: 1, settingsVersion: 3 } }),
        commitOf(2, { ...next, writes: [writeOf(pointerOf(0), 2)] }),
        commitOf(2, { ...next, syncState: stateOf(1, 'a2') }),
        commitOf(2, { ...next, syncState: stateOf(3, 'a2') }),
        commitOf(undefined, { ...next, writes: [], readHead: { seq: 1, settingsVersion: 3 } }),
      ];
      for (const commit of stale) expect(await store.commit(scope, commit)).toBe('conflict');
      expect(await load(scope, ['record01'])).toMatchObject({
        head: { seq: 1 },
        ledger: RUNNING,
        syncState,
        known: new Map(),
      });
    });

    test('WKT40 what changes nothing writes ledger and sync state, and leaves the head', async () => {
      const scope = await stores.createUser();
      const quiet = commitOf(undefined, { ledger: { row: ANSWERED, replaces: 'nothing' } });
      expect(await store.commit(scope, { ...quiet, syncState: stateOf(1, 'a1') })).toBe('committed');
      expect(await load(scope, [])).toMatchObject({ head: { seq: 0 }, ledger: ANSWERED });
      expect(await stores.headStore.loadAfter(scope, 0, 5)).toEqual([]);
    });

    test('WKT45 sync states are listed by source, page by page', async () => {
      const scope = await stores.createUser();
      for (const [index, sourceId] of ['source0000003', 'source0000001', 'source0000002'].entries()) {
        const state = stateOf(1, sourceId);
        const syncState = { ...state, source: { ...state.source, sourceId: sourceId as SourceId } };
        const requestId = `r${index}` as RequestId;
        await store.commit(scope, commitOf(undefined, { requestId, syncState }));
      }
      const page = async (afterId: string | undefined) =>
        (await store.listSyncStates(scope, { afterId, limit: 2 })).map(({ anchor }) => anchor);
      expect(await page(undefined)).toEqual(['source0000001', 'source0000002']);
      expect(await page('source0000002')).toEqual(['source0000003']);
    });

    test('WKT47 an erased user takes nothing', async () => {
      const scope = await stores.createUser();
      await store.commit(scope, commitOf(undefined, { syncState: stateOf(1, 'a1') }));
      await stores.eraseUser(scope);
      const commit = commitOf(1, { writes: [writeOf(pointerOf(0), 1)], requestId: 'r2' as RequestId });
      expect(await store.commit(scope, commit)).toBe('erased');
    });
  });
}
