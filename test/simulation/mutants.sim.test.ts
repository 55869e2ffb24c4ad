import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type * as EventId from '../../lib/outbox/event-id.ts';
import type * as ReadChanges from '../../lib/outbox/read-changes.ts';
import type * as Relay from '../../lib/outbox/relay.ts';
import type * as Coalesce from '../../lib/projections/coalesce.ts';
import type * as Priorities from '../../lib/projections/priorities.ts';
import type * as ProjectDays from '../../lib/projections/project-days.ts';
import type * as RowStatus from '../../lib/projections/row-status.ts';
import type * as DecideSample from '../../lib/samples/decide-sample.ts';
import type * as SampleIdentity from '../../lib/samples/sample-identity.ts';
import { runHistory } from './world/history.ts';
import type { Mutant } from './world/mutant.ts';
import { SEAM_MUTANTS } from './world/seam-mutants.ts';
import { type SeededWorld, seedWorld } from './world/seed-world.ts';

/**
 * Every mutant does one thing wrong and has to be caught by the seeds that ingest-pipeline.sim.test.ts runs
 * and that the shipped code passes. Seam mutants sit between a function and the world; rule mutants replace
 * one exported decision.
 */
const FIRST_SEED = 1;
const LAST_SEED = 2_000;
const TIMEOUT_MS = 300_000;

const active = vi.hoisted(() => ({ mutant: '' }));
const caughtBy: { mutant: string; seed: number; violation: string }[] = [];

vi.mock('../../lib/samples/decide-sample.ts', async (original) => {
  const real = await original<typeof DecideSample>();
  return {
    ...real,
    decideSample: (...args: Parameters<typeof real.decideSample>) => {
      const outcome = real.decideSample(...args);
      return active.mutant === 'an older revision replaces a newer one' && outcome === 'superseded'
        ? 'updated'
        : outcome;
    },
    decideDeletion: (...args: Parameters<typeof real.decideDeletion>) => {
      const decision = real.decideDeletion(...args);
      return active.mutant === 'a deletion of what is not there leaves no tombstone' && args[0] === undefined
        ? { ...decision, tombstone: undefined }
        : decision;
    },
  };
});
vi.mock('../../lib/samples/sample-identity.ts', async (original) => {
  const real = await original<typeof SampleIdentity>();
  return {
    ...real,
    payloadHashOf: (...args: Parameters<typeof real.payloadHashOf>) =>
      active.mutant === 'the ledger does not look at the payload hash' ? 'same' : real.payloadHashOf(...args),
  };
});
vi.mock('../../lib/projections/project-days.ts', async (original) => {
  const real = await original<typeof ProjectDays>();
  return {
    ...real,
    projectDays: (...[deps, key, needs]: Parameters<typeof real.projectDays>) =>
      active.mutant === 'the projector takes inputs older than the event names'
        ? real.projectDays(deps, key, new Map([...needs.keys()].map((date) => [date, new Map()])))
        : real.projectDays(deps, key, needs),
  };
});
vi.mock('../../lib/projections/row-status.ts', async (original) => {
  const real = await original<typeof RowStatus>();
  return {
    ...real,
    freshnessOf: (...args: Parameters<typeof real.freshnessOf>) =>
      active.mutant === 'the reader does not compare fingerprints' && args[0] !== undefined
        ? { status: 'READY' as const }
        : real.freshnessOf(...args),
  };
});
vi.mock('../../lib/projections/coalesce.ts', async (original) => {
  const real = await original<typeof Coalesce>();
  return {
    ...real,
    coalesce: (...args: Parameters<typeof real.coalesce>) => {
      const tasks = real.coalesce(...args);
      return active.mutant === 'the coalescer drops a key of a larger batch' && tasks.length > 1
        ? tasks.slice(1)
        : tasks;
    },
  };
});
vi.mock('../../lib/projections/priorities.ts', async (original) => {
  const real = await original<typeof Priorities>();
  return {
    ...real,
    priorityVersions: (...args: Parameters<typeof real.priorityVersions>) =>
      active.mutant === 'fingerprints leave the priorities out'
        ? { user: 0, workspace: 0 }
        : real.priorityVersions(...args),
  };
});
vi.mock('../../lib/outbox/event-id.ts', async (original) => {
  const real = await original<typeof EventId>();
  let count = 0;
  return {
    ...real,
    eventIdOf: (...args: Parameters<typeof real.eventIdOf>) => {
      count += 1;
      return active.mutant === 'an event gets another id each time' ? `id-${count}` : real.eventIdOf(...args);
    },
  };
});
vi.mock('../../lib/outbox/relay.ts', async (original) => {
  const real = await original<typeof Relay>();
  return {
    ...real,
    relayRecords: async (...args: Parameters<typeof real.relayRecords>) => {
      const report = await real.relayRecords(...args);
      return active.mutant === 'the relay reports its last record where an earlier one failed' &&
        report.lowestFailed !== undefined
        ? { ...report, lowestFailed: args[0].at(-1)?.sequenceNumber }
        : report;
    },
  };
});
vi.mock('../../lib/outbox/read-changes.ts', async (original) => {
  const real = await original<typeof ReadChanges>();
  return {
    ...real,
    readChanges: async (...[deps, scope, query]: Parameters<typeof real.readChanges>) => {
      if (active.mutant !== 'the change feed does not stop at a missing number') {
        return real.readChanges(deps, scope, query);
      }
      const changes = await deps.feed.loadAfter(scope, query.since, query.limit);
      return { kind: 'page' as const, changes, nextSince: changes.at(-1)?.seq ?? query.since };
    },
  };
});

const RULE_MUTANTS = [
  'an older revision replaces a newer one',
  'a deletion of what is not there leaves no tombstone',
  'the ledger does not look at the payload hash',
  'the projector takes inputs older than the event names',
  'the reader does not compare fingerprints',
  'the coalescer drops a key of a larger batch',
  'fingerprints leave the priorities out',
  'an event gets another id each time',
  'the relay reports its last record where an earlier one failed',
  'the change feed does not stop at a missing number',
];
const MUTANTS: readonly Mutant[] = [...SEAM_MUTANTS, ...RULE_MUTANTS.map((name) => ({ name }))];

/** Where a mutant was caught before: tried first, so that the search is short. Not a promise. */
const CAUGHT_BEFORE: Readonly<Record<string, number>> = {
  'blocks are written without their version condition': 7,
  'the ledger row is written without its condition': 32,
  'head and change entry are written without their conditions': 5,
  'a rollup row is saved without its condition': 28,
  'readers query eventually consistent': 18,
  'the projector loses its partial batch response': 4,
  'the large ingest loses its partial batch response': 151,
  'the projector takes inputs older than the event names': 18,
  'the reader does not compare fingerprints': 13,
  'fingerprints leave the priorities out': 11,
  'the relay reports its last record where an earlier one failed': 13,
  'the change feed does not stop at a missing number': 45,
};

function* seedsFor(mutant: string): Iterable<number> {
  const before = CAUGHT_BEFORE[mutant];
  if (before !== undefined) yield before;
  for (let seed = FIRST_SEED; seed <= LAST_SEED; seed += 1) yield seed;
}

let seeded: SeededWorld;
beforeAll(async () => {
  seeded = await seedWorld();
});
afterEach(() => {
  active.mutant = '';
});
afterAll(() => {
  console.table(caughtBy);
});

for (const mutant of MUTANTS) {
  test(`SIM4 it is caught when ${mutant.name}`, { timeout: TIMEOUT_MS }, async () => {
    active.mutant = mutant.name;
    for (const seed of seedsFor(mutant.name)) {
      const [violation] = (await runHistory(seed, seeded, mutant)).violations;
      if (violation === undefined) continue;
      caughtBy.push({ mutant: mutant.name, seed, violation: violation.slice(0, 60) });
      return;
    }
    expect.fail('no seed catches it');
  });
}
