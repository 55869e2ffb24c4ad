import { PushAnswer } from '../../../contracts/http/sync.ts';
import { MAX_CHANGES_PER_CHUNK, SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import type { Platform } from '../../../functions/_platform/platform.ts';
import { createManageEntitiesHandler } from '../../../functions/http/manage-entities/handler.ts';
import { wire as wireManageEntities } from '../../../functions/http/manage-entities/wiring.ts';
import { createSyncDevicesHandler } from '../../../functions/http/sync-devices/handler.ts';
import { wire as wireSyncDevices } from '../../../functions/http/sync-devices/wiring.ts';
import { createCompactLogsHandler } from '../../../functions/schedule/compact-logs/handler.ts';
import { wire as wireCompactLogs } from '../../../functions/schedule/compact-logs/wiring.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { createSimulatedDynamo, type DynamoChaos, type SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import { SyncModel } from '../oracle/sync-model.ts';
import type { Environment } from '../world/environment.ts';
import { type CreateHandler, createFunctionHost, type FunctionHost } from '../world/function-host.ts';
import { KMS_KEY_ID, TABLES } from '../world/seed-world.ts';
import { AnswerBook, outcomesOf, type SentPush } from './answers.ts';
import type { SyncCounters } from './counters.ts';
import type { SyncFunction, SyncMutant } from './mutant.ts';
import { type ObservedCommit, SyncObserver } from './observer.ts';
import { PullChecks } from './pull-checks.ts';
import type { SeededSync } from './seed.ts';
import { SIM_SCHEMA } from './sim-schema.ts';
import { createSyncPlatform, type SyncServices } from './sync-platform.ts';

const ENV = {
  STAGE: 'dev',
  CORE_TABLE_NAME: TABLES.core,
  SAMPLES_TABLE_NAME: TABLES.samples,
  VAULT_TABLE_NAME: TABLES.vault,
  WORKSPACE_KMS_KEY_ID: KMS_KEY_ID,
  USER_POOL_ID: 'us-east-1_simulated',
  USER_POOL_CLIENT_ID: 'simulated',
};

/** The shipped functions, wired as their bundles wire them. */
const CREATE: Readonly<Record<SyncFunction, CreateHandler>> = {
  'sync-devices': (platform) => createSyncDevicesHandler(wireSyncDevices(ENV, platform, SIM_SCHEMA)),
  'manage-entities': (platform) => createManageEntitiesHandler(wireManageEntities(ENV, platform, SIM_SCHEMA)),
  'compact-logs': (platform) => createCompactLogsHandler(wireCompactLogs(ENV, atTheHorizon(platform))),
};

/** Histories last minutes: to compaction the horizon is this long, and not 90 days. */
const HORIZON_MS = 30_000;
const AHEAD_MS = SYNC_HORIZON_DAYS * 86_400_000 - HORIZON_MS;

const atTheHorizon = (platform: Platform): Platform => ({
  ...platform,
  clock: { ...platform.clock, now: () => (platform.clock.now() + AHEAD_MS) as EpochMs },
});

export interface SyncWorld {
  readonly observer: SyncObserver;
  readonly model: SyncModel;
  readonly answers: AnswerBook;
  readonly pulls: PullChecks;
  readonly dynamo: SimulatedDynamo;
  readonly hosts: Readonly<Record<string, FunctionHost>>;
  /** One run of the schedule. */
  compact(): Promise<void>;
}

/** The server of device sync: its tables, and the functions in their containers. */
export function createSyncWorld(
  environment: Environment,
  counters: SyncCounters,
  seeded: SeededSync,
  mutant?: SyncMutant,
): SyncWorld {
  const observer = new SyncObserver(environment, seeded);
  const model = new SyncModel(SIM_SCHEMA.entities, (what) => environment.violation('MERGE', what));
  const pulls = new PullChecks(environment);
  observer.onCommit = (commit) => {
    pulls.committed(commit);
    mutant?.committed?.(commit.seq);
    follow(model, commit);
  };
  observer.onForgotten = (type, id) => model.forget(type, id);
  const dynamo = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: () => environment.scheduler.now(),
    chaos: chaosOf(environment),
    onChange: (change) => observer.note(change),
  });
  seeded.copyInto(dynamo);
  const execute: SyncServices['dynamo'] = (command, run) => observer.execute(dynamo, command, run);
  const services = { dynamo: execute, kms: seeded.kms };
  const hosts = Object.fromEntries(
    (Object.entries(CREATE) as [SyncFunction, CreateHandler][]).map(([name, create]) => [
      name,
      createFunctionHost(
        environment,
        (platform) => {
          const handler = create(mutant?.platform?.(name, platform) ?? platform);
          return mutant?.handler?.(name, handler) ?? handler;
        },
        (container) => createSyncPlatform(environment, services, container),
      ),
    ]),
  );
  return {
    observer,
    model,
    pulls,
    answers: new AnswerBook(environment, counters, pulls),
    dynamo,
    hosts,
    compact: async () => {
      await hosts['compact-logs']?.invoke({});
    },
  };
}

/** The model takes what was committed at that instant, and what it did not foresee is told. */
function follow(model: SyncModel, { call, rows, answer, atMs }: ObservedCommit): void {
  model.begin(atMs);
  const isPush = call?.operation === 'pushChanges';
  if (!isPush || answer === undefined) {
    for (const row of rows) model.adopt(row);
    return;
  }
  const push = JSON.parse(call.request.body ?? '') as SentPush;
  // In several transactions: which change went with which is not said.
  if (push.changes.length > MAX_CHANGES_PER_CHUNK) {
    for (const row of rows) model.adopt(row);
    return;
  }
  const outcomes = outcomesOf(PushAnswer.parse(JSON.parse(answer)));
  for (const change of push.changes) {
    const [said] = outcomes.get(change.requestId) ?? [];
    if (said !== undefined) model.apply(change, said, { fromMs: call.arrivedAtMs, untilMs: atMs });
  }
  for (const row of rows) model.compare(row);
}

function chaosOf({ prng, weather, counters }: Environment): DynamoChaos {
  return {
    visibilityDelaysMs: (count) =>
      prng.chance(weather().halfVisible)
        ? Array.from({ length: count }, () => prng.below(prng.chance(0.4) ? 1_500 : 20))
        : new Array<number>(count).fill(0),
    conflictAt: (count) => {
      if (!prng.chance(weather().transactionConflict)) return undefined;
      counters.conflicts += 1;
      return prng.below(count);
    },
    readLagMs: () => prng.below(300),
    unprocessedCount: (count) => (prng.chance(weather().throttle) ? 1 + prng.below(count) : 0),
  };
}
