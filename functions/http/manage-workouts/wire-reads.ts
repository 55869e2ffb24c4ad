import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createRecordStore } from '../../../lib/adapters/dynamo/record-store.ts';
import { recordIdOf } from '../../../lib/records/normalise-record.ts';
import { sourceIdOf } from '../../../lib/samples/sample-identity.ts';
import type { DataKeys } from '../../../lib/vault/data-keys.ts';
import type { WorkoutReads } from '../../../lib/workouts/reads/model.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface ReadDeps {
  readonly reads: WorkoutReads;
}

export function wireReads(env: Env, platform: Platform, dataKeys: DataKeys): ReadDeps {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const { clock, randomness } = platform;
  const coreTable = env.CORE_TABLE_NAME;
  return {
    reads: {
      records: createRecordStore({ dynamo, coreTable, dataKeys, clock, randomness }),
      heads: createHeadStore(dynamo, coreTable),
      names: { sourceIdOf, recordIdOf },
    },
  };
}
