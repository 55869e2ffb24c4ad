import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createWorkoutWriteStore } from '../../lib/adapters/dynamo/workout-write-store.ts';
import { WORKOUT_WRITE_RULES } from '../../lib/adapters/in-process/workout-write-rules.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { processQueuedWorkouts } from '../../lib/workouts/writes/process-queued.ts';
import { upsertWorkouts } from '../../lib/workouts/writes/upsert-workouts.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  START_MS,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { createCrashes } from './crashes.ts';
import { memoryPayloads } from './memory-payloads.ts';

export const APPLE = { provider: 'apple_health', app: 'Watch' };
export const batchOf = (requestId: string, parts: Readonly<Record<string, unknown>> = {}) => ({
  requestId,
  source: APPLE,
  workouts: [] as unknown[],
  ...parts,
});

/** Writes of workouts on the simulated database, in a container that can die at any call of their store. */
export async function openWorkoutWrites() {
  const storage = await openSimulatedStorage();
  const crashes = createCrashes();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(11);
  const payloads = memoryPayloads();
  const messages: IngestQueued[] = [];
  const recordDeps = {
    dynamo: crashes.wrap(storage.dynamo),
    coreTable: storage.tables.core,
    dataKeys: stores.vault,
    clock,
    randomness,
  };
  const store = createWorkoutWriteStore(recordDeps);
  const records = createRecordStore(recordDeps);
  const queue = { send: async (message: IngestQueued) => void messages.push(message) };
  const base = { store, payloads, clock, randomness, meter: silentMeter, rules: WORKOUT_WRITE_RULES };
  const upsertDeps = { ...base, queueing: { store: stores.samples, payloads, queue } };
  const send = async (json: unknown, of: UserScope = scope) => {
    const body = Buffer.from(JSON.stringify(json));
    const answer = await upsertWorkouts(upsertDeps, {
      scope: of,
      body,
      json,
      correlationId: 'corr',
      nowMs: clock.now(),
    });
    return { ...JSON.parse(answer.body), status: answer.status, text: answer.body };
  };
  const work = () =>
    Promise.all(
      messages.map((message) =>
        processQueuedWorkouts({ ...base, requests: stores.samples }, message, clock.now()),
      ),
    );
  const range = { fromMs: 0 as EpochMs, toMs: (START_MS + 1) as EpochMs, after: undefined };
  const list = (limit = 20_000) => records.list(scope, 'workout', { ...range, limit });
  const syncStates = () => store.listSyncStates(scope, { afterId: undefined, limit: 100 });
  const seqNow = async () => (await stores.headStore.load(scope))?.seq;
  return {
    ...{ storage, crashes, clock, stores, scope, records, store, payloads, messages, base },
    ...{ send, work, list, syncStates, seqNow },
  };
}
