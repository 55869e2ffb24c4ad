import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type * as EntityStoreModule from '../../../lib/adapters/dynamo/entity-store.ts';
import { canonicalJson } from '../../../lib/core/canonical-json.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type * as MergeFieldModule from '../../../lib/sync/merge/merge-field.ts';
import type * as OperationIdModule from '../../../lib/sync/merge/operation-id.ts';
import { uuidOf } from '../../../lib/sync/merge/row-id.ts';
import type * as LargeRowsModule from '../../../lib/sync/pull/large-rows.ts';
import type * as SyncCursorModule from '../../../lib/sync/pull/sync-cursor.ts';
import type * as BeginOperationModule from '../../../lib/sync/push/begin-operation.ts';
import { runSyncHistory } from './history.ts';
import type { SyncMutant } from './mutant.ts';
import { SEAM_MUTANTS } from './seam-mutants.ts';
import { type SeededSync, seedSync } from './seed.ts';

/**
 * Every mutant does one thing wrong and has to be caught by the seeds that device-sync.sim.test.ts runs and that
 * the shipped code passes. Seam mutants sit between the parts of the world; rule mutants replace one exported
 * decision. `trap` names the trap of the reference that it stands for.
 */
const FIRST_SEED = 1;
const LAST_SEED = 2_000;
const TIMEOUT_MS = 300_000;

const active = vi.hoisted(() => ({ mutant: '', seq: 0 }));
const caughtBy: { mutant: string; seed: number; violation: string }[] = [];

vi.mock('../../../lib/sync/merge/operation-id.ts', async (original) => {
  const real = await original<typeof OperationIdModule>();
  return {
    ...real,
    operationIdOf: (...args: Parameters<typeof real.operationIdOf>) =>
      active.mutant === 'an operation id says nothing of its payload, and the old answer comes back'
        ? uuidOf(canonicalJson(args[0].map((change) => (change as { id?: string }).id ?? '')))
        : real.operationIdOf(...args),
  };
});
vi.mock('../../../lib/sync/push/begin-operation.ts', async (original) => {
  const real = await original<typeof BeginOperationModule>();
  const FORGIVING = [
    'an operation id says nothing of its payload, and the old answer comes back',
    'the ledger does not look at the payload',
  ];
  return {
    ...real,
    beginOperation: (...[request, stored, more]: Parameters<typeof real.beginOperation>) =>
      FORGIVING.includes(active.mutant) && stored !== undefined
        ? real.beginOperation(request, { ...stored, payloadHash: request.payloadHash }, more)
        : real.beginOperation(request, stored, more),
  };
});
vi.mock('../../../lib/sync/merge/merge-field.ts', async (original) => {
  const real = await original<typeof MergeFieldModule>();
  return {
    ...real,
    mergeField: (...[policy, stored, sent, write]: Parameters<typeof real.mergeField>) => {
      if (
        active.mutant === 'the last to arrive wins, whatever the clocks say' &&
        policy.kind === 'last_write_wins'
      )
        return real.mergeField({ kind: 'local_wins' }, stored, sent, write);
      if (
        active.mutant === 'what is left is the greater number, and not what was taken from it' &&
        policy.kind === 'counter'
      )
        return (sent as { delta?: number } | null)?.delta !== undefined &&
          !write.isKnown &&
          Number((sent as { delta: number }).delta) < 0
          ? { kind: 'kept' as const }
          : real.mergeField(policy, stored, sent, write);
      return real.mergeField(policy, stored, sent, write);
    },
  };
});
vi.mock('../../../lib/sync/pull/large-rows.ts', async (original) => {
  const real = await original<typeof LargeRowsModule>();
  return {
    ...real,
    createLargeRows: (...args: Parameters<typeof real.createLargeRows>) => {
      const rows = real.createLargeRows(...args);
      return active.mutant === 'a row may be older than the log entry that names it'
        ? (wanted: Parameters<typeof rows>[0]) => rows({ ...wanted, seq: 0 })
        : rows;
    },
  };
});
vi.mock('../../../lib/sync/pull/sync-cursor.ts', async (original) => {
  const real = await original<typeof SyncCursorModule>();
  return {
    ...real,
    encodeLogCursor: (...[position, binding]: Parameters<typeof real.encodeLogCursor>) =>
      active.mutant === 'the cursor is that of the moment, and not of what was delivered'
        ? real.encodeLogCursor({ ...position, seq: Math.max(position.seq, active.seq), offset: 0 }, binding)
        : real.encodeLogCursor(position, binding),
  };
});
vi.mock('../../../lib/adapters/dynamo/entity-store.ts', async (original) => {
  const real = await original<typeof EntityStoreModule>();
  return {
    ...real,
    createEntityStore: (...args: Parameters<typeof real.createEntityStore>) => {
      const store = real.createEntityStore(...args);
      return { ...store, readEntries: readPastGaps(store.readEntries) };
    },
  };
});

type ReadEntries = ReturnType<typeof EntityStoreModule.createEntityStore>['readEntries'];

/** Takes a number that is not to be seen for a commit without changes. */
const readPastGaps =
  (readEntries: ReadEntries): ReadEntries =>
  async (scope, afterSeq, limit) => {
    const entries = [...(await readEntries(scope, afterSeq, limit))];
    if (active.mutant !== 'the log is read past a missing number') return entries;
    const untilSeq = Math.min(active.seq, afterSeq + limit);
    for (let seq = (entries.at(-1)?.seq ?? afterSeq) + 1; seq <= untilSeq; seq += 1) {
      const [entry] = await readEntries(scope, seq - 1, 1);
      entries.push(entry ?? { ...EMPTY_ENTRY, seq });
    }
    return entries;
  };

const EMPTY_ENTRY = {
  committedAtMs: 0 as EpochMs,
  originDeviceId: null,
  operationId: null,
  correlationId: '',
  changes: [],
};

const RULE_MUTANTS: readonly SyncMutant[] = [
  'an operation id says nothing of its payload, and the old answer comes back',
  'the ledger does not look at the payload',
  'the last to arrive wins, whatever the clocks say',
  'what is left is the greater number, and not what was taken from it',
  'a row may be older than the log entry that names it',
  'the cursor is that of the moment, and not of what was delivered',
  'the log is read past a missing number',
].map((name) => ({ name }));
const MUTANTS: readonly SyncMutant[] = [...SEAM_MUTANTS, ...RULE_MUTANTS].map((mutant) => ({
  ...mutant,
  committed: (seq: number) => {
    active.seq = seq;
  },
}));

/** Where a mutant was caught before: tried first, so that the search is short. Not a promise. */
const CAUGHT_BEFORE: Readonly<Record<string, number>> = {
  'rows are written without their version condition': 6,
  'the counter and the log entry are written without their conditions': 9,
  'the ledger row is written without its condition': 5,
  'rows and log are read eventually consistent': 10,
  'the horizon is not raised before entries are deleted': 9,
  'deletions are always sent with version 1': 13,
  'the cursor is saved before its page': 4,
  'the last to arrive wins, whatever the clocks say': 6,
  'what is left is the greater number, and not what was taken from it': 62,
  'a row may be older than the log entry that names it': 159,
  'the cursor is that of the moment, and not of what was delivered': 5,
  'the log is read past a missing number': 12,
  'compaction does not say how far versions had come': 700,
};

function* seedsFor(mutant: string): Iterable<number> {
  const before = CAUGHT_BEFORE[mutant];
  if (before !== undefined) yield before;
  for (let seed = FIRST_SEED; seed <= LAST_SEED; seed += 1) yield seed;
}

let seeded: SeededSync;
beforeAll(async () => {
  seeded = await seedSync();
});
afterEach(() => {
  active.mutant = '';
});
afterAll(() => {
  console.table(caughtBy);
});

for (const mutant of MUTANTS) {
  test(`SIM24 it is caught when ${mutant.name}`, { timeout: TIMEOUT_MS }, async () => {
    active.mutant = mutant.name;
    for (const seed of seedsFor(mutant.name)) {
      active.seq = 0;
      const [violation] = (await runSyncHistory(seed, seeded, mutant)).violations;
      if (violation === undefined) continue;
      caughtBy.push({ mutant: mutant.name, seed, violation: violation.slice(0, 60) });
      return;
    }
    expect.fail('no seed catches it');
  });
}
