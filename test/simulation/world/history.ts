import { createPrng } from '../engine/prng.ts';
import { createScheduler } from '../engine/scheduler.ts';
import { START_OF_TIME_MS } from './device.ts';
import { runDevice } from './device-run.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { type Counters, drawWeather, newCounters } from './faults.ts';
import { checkAtRest } from './final-checks.ts';
import type { Mutant } from './mutant.ts';
import { putPoison } from './poison.ts';
import { followChanges, pollRollups } from './reader.ts';
import type { SeededWorld } from './seed-world.ts';
import { createWorld, type World } from './world.ts';

export interface HistoryReport {
  readonly seed: number;
  /** First violations; empty: every invariant held. */
  readonly violations: readonly string[];
  readonly counters: Counters;
  /** Equal for equal seeds: number of events and simulated end. */
  readonly fingerprint: string;
}

/** The longest of 2,000 histories has some 3,000: what goes round in circles is found at once. */
const MAX_EVENTS = 20_000;
const FAULTS_END_MS = 15_000;
const MAX_VIOLATIONS = 5;

/**
 * One history: devices of up to three users in two workspaces write at the same time while readers look on
 * and faults come; then the weather calms, everything comes to rest, and the whole is checked. It is a
 * function of its seed.
 */
export async function runHistory(seed: number, seeded: SeededWorld, mutant?: Mutant): Promise<HistoryReport> {
  const prng = createPrng(seed);
  const violations: string[] = [];
  const environment = createEnvironment({
    scheduler: createScheduler(START_OF_TIME_MS),
    prng,
    counters: { ...newCounters(), histories: 1 },
    weather: drawWeather(prng),
    onViolation: (text) => {
      if (violations.length < MAX_VIOLATIONS) violations.push(text);
    },
  });
  const world = createWorld(environment, seeded, mutant);
  try {
    await play(environment, world);
  } catch (error) {
    environment.violation('SIM', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { counters } = environment;
  counters.halfVisibleReads = world.dynamo.counters.halfVisibleReads;
  counters.cancelledTransactions = world.dynamo.counters.cancelled;
  const { scheduler } = environment;
  const fingerprint = `${scheduler.eventCount}@${scheduler.now()}`;
  return { seed, violations, counters, fingerprint };
}

async function play(environment: Environment, world: World): Promise<void> {
  const { scheduler, prng } = environment;
  scheduler.after(FAULTS_END_MS, () => environment.calmDown());
  if (prng.chance(0.1)) scheduler.after(prng.below(2_000), () => putPoison(world.dynamo));
  let isDone = false;
  const devices = drawDevices(environment, world).map((device) => runDevice(environment, world.api, device));
  const written = Promise.all(devices).then(() => {
    isDone = true;
  });
  const followed = world.observer.users.map((user) =>
    followChanges(environment, world.api, user, () => isDone),
  );
  const polled = world.observer.users.map((user) =>
    pollRollups(environment, world.api, user, 2 + prng.below(4)),
  );
  await follow(environment, Promise.all([written, ...followed, ...polled]));
  environment.calmDown();
  await scheduler.run(() => false, MAX_EVENTS);
  for (const queue of [world.projections, world.rebuilds, world.largeIngests]) queue.redrive();
  await scheduler.run(() => false, MAX_EVENTS);
  await follow(environment, checkAtRest(environment, world));
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

function drawDevices({ prng }: Environment, { observer }: World) {
  const users = observer.users.slice(0, 1 + prng.below(observer.users.length));
  const crowd = prng.chance(0.3) ? [...users, observer.users.at(-1)].flatMap((user) => user ?? []) : users;
  return crowd.flatMap((user, index) =>
    Array.from({ length: 1 + prng.below(2) }, (_, number) => ({
      name: `device-${index}-${number}`,
      user,
      requestCount: 1 + prng.below(3),
    })),
  );
}
