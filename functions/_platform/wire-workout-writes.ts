import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createSampleStore } from '../../lib/adapters/dynamo/sample-store.ts';
import type { VaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createWorkoutWriteStore } from '../../lib/adapters/dynamo/workout-write-store.ts';
import { WORKOUT_WRITE_RULES } from '../../lib/adapters/in-process/workout-write-rules.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createPayloadStore } from '../../lib/adapters/s3/payload-store.ts';
import type { ProcessWritesDependencies } from '../../lib/workouts/writes/process-queued.ts';
import type { Platform } from './platform.ts';

export interface WorkoutWritesEnv {
  readonly CORE_TABLE_NAME: string;
  readonly SAMPLES_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly PAYLOAD_BUCKET_NAME: string;
}

export interface WorkoutWritesParts extends ProcessWritesDependencies {
  /** The ledger of all kinds of requests. */
  readonly requests: ReturnType<typeof createSampleStore>;
}

/** Batches of workouts, at the door and behind its queue. */
export function wireWorkoutWrites(
  env: WorkoutWritesEnv,
  platform: Platform,
  dataKeys: VaultStore,
): WorkoutWritesParts {
  const { clock, randomness, meter } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const tables = { core: env.CORE_TABLE_NAME, samples: env.SAMPLES_TABLE_NAME, vault: env.VAULT_TABLE_NAME };
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  return {
    store: createWorkoutWriteStore({ dynamo, coreTable: tables.core, dataKeys, clock, randomness }),
    requests: createSampleStore({ dynamo, tables, dataKeys, clock, randomness }),
    payloads: createPayloadStore({ s3, bucketName, dataKeys, randomness }),
    rules: WORKOUT_WRITE_RULES,
    clock,
    randomness,
    meter,
  };
}
