import { createIngestSamplesHandler } from '../../../functions/http/ingest-samples/handler.ts';
import { wire as wireIngestSamples } from '../../../functions/http/ingest-samples/wiring.ts';
import { createReadHealthHandler } from '../../../functions/http/read-health/handler.ts';
import { wire as wireReadHealth } from '../../../functions/http/read-health/wiring.ts';
import { createIngestLargeHandler } from '../../../functions/queue/ingest-large/handler.ts';
import { wire as wireIngestLarge } from '../../../functions/queue/ingest-large/wiring.ts';
import { createProjectRollupsHandler } from '../../../functions/queue/project-rollups/handler.ts';
import { wire as wireProjectRollups } from '../../../functions/queue/project-rollups/wiring.ts';
import { createRebuildReadModelsHandler } from '../../../functions/queue/rebuild-read-models/handler.ts';
import { wire as wireRebuildReadModels } from '../../../functions/queue/rebuild-read-models/wiring.ts';
import { createRelayOutboxHandler } from '../../../functions/stream/relay-outbox/handler.ts';
import { wire as wireRelayOutbox } from '../../../functions/stream/relay-outbox/wiring.ts';
import { createSimulatedDynamo, type SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import { type Api, createApi } from './api-client.ts';
import { SimulatedBus } from './bus.ts';
import type { Environment } from './environment.ts';
import { type CreateHandler, createFunctionHost, type FunctionHost } from './function-host.ts';
import type { Mutant, SimulatedFunction } from './mutant.ts';
import { Observer } from './observer.ts';
import { createPlatform, type Services } from './platforms.ts';
import { batchItemFailures, SimulatedQueue } from './queue.ts';
import { KMS_KEY_ID, REQUESTS_PER_MINUTE, type SeededWorld, TABLES } from './seed-world.ts';
import { createSimulatedS3 } from './services.ts';
import { SimulatedStream } from './stream.ts';

const REBUILD_QUEUE_URL = 'https://sqs.simulated/rebuilds';
const ENV = {
  STAGE: 'dev',
  CORE_TABLE_NAME: TABLES.core,
  SAMPLES_TABLE_NAME: TABLES.samples,
  VAULT_TABLE_NAME: TABLES.vault,
  WORKSPACE_KMS_KEY_ID: KMS_KEY_ID,
  PAYLOAD_BUCKET_NAME: 'payloads',
  EVENT_BUS_NAME: 'headwater',
  LARGE_INGEST_QUEUE_URL: 'https://sqs.simulated/large-ingests',
  REBUILD_QUEUE_URL,
  USER_POOL_ID: 'us-east-1_simulated',
  USER_POOL_CLIENT_ID: 'simulated',
};

/** The shipped functions, wired as their bundles wire them, each with its own environment. */
const CREATE: Readonly<Record<SimulatedFunction, CreateHandler>> = {
  'ingest-samples': (platform) => createIngestSamplesHandler(wireIngestSamples(ENV, platform)),
  'read-health': (platform) => createReadHealthHandler(wireReadHealth(ENV, platform)),
  'ingest-large': (platform) => createIngestLargeHandler(wireIngestLarge(ENV, platform)),
  'relay-outbox': (platform) => createRelayOutboxHandler(wireRelayOutbox(ENV, platform)),
  'project-rollups': (platform) => createProjectRollupsHandler(wireProjectRollups(ENV, platform)),
  'rebuild-read-models': (platform) => createRebuildReadModelsHandler(wireRebuildReadModels(ENV, platform)),
};

export interface World {
  readonly observer: Observer;
  readonly dynamo: SimulatedDynamo;
  readonly stream: SimulatedStream;
  readonly bus: SimulatedBus;
  readonly projections: SimulatedQueue;
  readonly rebuilds: SimulatedQueue;
  readonly largeIngests: SimulatedQueue;
  readonly api: Api;
}

/** The system in one process: the stores below, the functions between them, the API above. */
export function createWorld(environment: Environment, seeded: SeededWorld, mutant?: Mutant): World {
  const observer = new Observer(environment, seeded.users);
  const parts: { stream?: SimulatedStream } = {};
  const dynamo = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: () => environment.scheduler.now(),
    chaos: chaosOf(environment),
    onChange: (change) => {
      observer.note(change);
      if (change.tableName === TABLES.core) parts.stream?.push(change);
    },
  });
  seeded.copyInto(dynamo);

  const host = (name: SimulatedFunction, services: () => Services): FunctionHost =>
    createFunctionHost(
      environment,
      (platform) => {
        const handler = CREATE[name](platform);
        return mutant?.handler?.(name, handler) ?? handler;
      },
      (container) =>
        createPlatform(
          environment,
          services(),
          container,
          (clients) => mutant?.clients?.(name, clients) ?? clients,
        ),
    );
  const services: () => Services = () => ({
    ...outside,
    bus,
    queueAt: (url) => (url === REBUILD_QUEUE_URL ? rebuilds : largeIngests),
  });
  const projections = new SimulatedQueue(environment, {
    host: host('project-rollups', services),
    batchSize: 10,
    workspaceOf: (body) => JSON.parse(body).detail.workspaceId,
    failuresOf: batchItemFailures,
  });
  const largeIngests = new SimulatedQueue(environment, {
    host: host('ingest-large', services),
    batchSize: 2,
    workspaceOf: (body) => JSON.parse(body).workspaceId,
    failuresOf: batchItemFailures,
  });
  const rebuilds = new SimulatedQueue(environment, {
    host: host('rebuild-read-models', services),
    batchSize: 1,
    workspaceOf: (body) => workspaceOfRebuild(JSON.parse(body)),
    failuresOf: batchItemFailures,
  });
  const bus = new SimulatedBus(environment, [
    { detailTypes: ['samples.changed.v1'], send: (body) => projections.send(body) },
    { detailTypes: ['priorities.changed.v1'], send: (body) => rebuilds.send(body) },
  ]);
  const outside = {
    dynamo: (command, run) => observer.execute(dynamo, command, run),
    s3: createSimulatedS3(),
    kms: seeded.kms,
  } satisfies Partial<Services>;
  const stream = new SimulatedStream(environment, host('relay-outbox', services), batchItemFailures);
  parts.stream = stream;
  const api = createApi(environment, {
    hosts: {
      'ingest-samples': host('ingest-samples', services),
      'read-health': host('read-health', services),
    },
    isAllowanceSpent: (workspaceId) =>
      [...dynamo.table(TABLES.core).all()].some(
        ({ pk, taken }) =>
          (pk?.S ?? '').startsWith(`W#${workspaceId}#RATE#`) && Number(taken?.N) >= REQUESTS_PER_MINUTE,
      ),
  });
  return { observer, dynamo, stream, bus, projections, rebuilds, largeIngests, api };
}

/** An event that EventBridge brought, or a step of our own. */
const workspaceOfRebuild = (body: {
  readonly detail?: { readonly workspaceId: string };
  readonly workspaceId?: string;
}) => body.detail?.workspaceId ?? body.workspaceId;

function chaosOf({ prng, weather, counters }: Environment) {
  return {
    visibilityDelaysMs: (count: number) =>
      prng.chance(weather().halfVisible)
        ? Array.from({ length: count }, () => prng.below(prng.chance(0.4) ? 800 : 20))
        : new Array<number>(count).fill(0),
    conflictAt: (count: number) => {
      if (!prng.chance(weather().transactionConflict)) return undefined;
      counters.conflicts += 1;
      return prng.below(count);
    },
    readLagMs: () => prng.below(300),
    unprocessedCount: (count: number) => (prng.chance(weather().throttle) ? 1 + prng.below(count) : 0),
  };
}
