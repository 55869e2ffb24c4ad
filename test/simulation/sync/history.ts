import { createPrng } from '../engine/prng.ts';
import { createScheduler } from '../engine/scheduler.ts';
import { START_OF_TIME_MS } from '../world/device.ts';
import { createEnvironment, type Environment } from '../world/environment.ts';
import { drawWeather, newCounters } from '../world/faults.ts';
import { checkSyncAtRest } from './at-rest.ts';
import { bystand } from './bystanders.ts';
import { newSyncCounters, type SyncCounters } from './counters.ts';
import { type Crowd, createCrowd } from './crowd.ts';
import type { SyncMutant } from './mutant.ts';
import type { SeededSync } from './seed.ts';

export interface SyncHistoryReport {
  readonly seed: number;
  /** First violations; empty: every invariant held. */
  readonly violations: readonly string[];
  readonly counters: SyncCounters;
  /** Equal for equal seeds: number of events and simulated end. */
  readonly fingerprint: string;
}

/** What goes round in circles is found at once. */
const MAX_EVENTS = 40_000;
const MAX_VIOLATIONS = 5;

/**
 * One history: three devices of one user edit, sync, lose their network and are killed while the server
 * crashes and conflicts; then the weather calms, every device syncs until it is quiet, and the whole is
 * checked. It is a function of its seed.
 */
export async function runSyncHistory(
  seed: number,
  seeded: SeededSync,
  mutant?: SyncMutant,
): Promise<SyncHistoryReport> {
  const prng = createPrng(seed, 0x51_7e_57);
  const violations: string[] = [];
  const shared = newCounters();
  const environment = createEnvironment({
    scheduler: createScheduler(START_OF_TIME_MS),
    prng,
    counters: shared,
    weather: drawWeather(prng),
    onViolation: (text) => {
      if (violations.length < MAX_VIOLATIONS) violations.push(text);
    },
  });
  const counters = { ...newSyncCounters(), histories: 1 };
  const crowd = createCrowd(environment, counters, seeded, mutant);
  try {
    await play(environment, counters, crowd);
  } catch (error) {
    environment.violation('SIM', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  counters.containerCrashes = shared.crashes;
  counters.transportErrors = shared.transportErrors;
  counters.sdkRepeats = shared.sdkRepeats;
  counters.transactionConflicts = shared.conflicts;
  counters.cancelledTransactions = crowd.world.dynamo.counters.cancelled;
  counters.halfVisibleReads = crowd.world.dynamo.counters.halfVisibleReads;
  const { scheduler } = environment;
  return { seed, violations, counters, fingerprint: `${scheduler.eventCount}@${scheduler.now()}` };
}

async function play(environment: Environment, counters: SyncCounters, crowd: Crowd): Promise<void> {
  await follow(environment, crowd.begin());
  await follow(
    environment,
    Promise.all([
      ...crowd.devices.map((device) => crowd.live(device)),
      bystand(environment, counters, crowd),
    ]),
  );
  environment.calmDown();
  crowd.calmDown();
  await environment.scheduler.run(() => false, MAX_EVENTS);
  await follow(environment, crowd.syncUntilQuiet());
  await follow(environment, checkSyncAtRest(environment, crowd));
}

/** Lets simulated time pass until `work` is done; a fault of it is thrown. */
async function follow(environment: Environment, work: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  work.then(settle, settle);
  await environment.scheduler.run(() => isSettled, MAX_EVENTS);
  if (!isSettled) throw new Error('nothing is due, and not all is done');
  await work;
}
