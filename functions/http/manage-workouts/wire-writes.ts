import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createRecordStore } from '../../../lib/adapters/dynamo/record-store.ts';
import type { VaultStore } from '../../../lib/adapters/dynamo/vault-store.ts';
import { WORKOUT_WRITE_RULES } from '../../../lib/adapters/in-process/workout-write-rules.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createIngestQueue } from '../../../lib/adapters/sqs/ingest-queue.ts';
import type { ManualEntryDependencies } from '../../../lib/workouts/writes/manual-entry.ts';
import type { UpsertWorkoutsDependencies } from '../../../lib/workouts/writes/upsert-workouts.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireWorkoutWrites } from '../../_platform/wire-workout-writes.ts';
import type { Env } from './env.ts';

export interface WriteDeps {
  readonly upserts: UpsertWorkoutsDependencies;
  readonly entries: ManualEntryDependencies;
}

export function wireWrites(env: Env, platform: Platform, dataKeys: VaultStore): WriteDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const queue = createIngestQueue(platform.client('sqs', createSqsClient), env.WORKOUT_WRITE_QUEUE_URL);
  const writes = wireWorkoutWrites(env, platform, dataKeys);
  return {
    upserts: { ...writes, queueing: { store: writes.requests, payloads: writes.payloads, queue } },
    entries: {
      records: createRecordStore({ dynamo, coreTable, dataKeys, clock, randomness }),
      heads: createHeadStore(dynamo, coreTable),
      rules: WORKOUT_WRITE_RULES,
      clock,
      randomness,
    },
  };
}
