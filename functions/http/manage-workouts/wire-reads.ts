import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createRecordStore } from '../../../lib/adapters/dynamo/record-store.ts';
import { createWorkoutDecisionStore } from '../../../lib/adapters/dynamo/workout-decision-store.ts';
import { compareSources, orderOf } from '../../../lib/projections/priorities.ts';
import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import { recordIdOf } from '../../../lib/records/normalise-record.ts';
import { sourceIdOf } from '../../../lib/samples/sample-identity.ts';
import type { DataKeys } from '../../../lib/vault/data-keys.ts';
import type { DecideDependencies } from '../../../lib/workouts/decisions/decide-group.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireProjection } from '../../_platform/wire-projection.ts';
import type { Env } from './env.ts';

export interface ReadDeps {
  readonly reads: DecideDependencies['reads'];
  /** The series within a workout are read as all samples are. */
  readonly projection: ProjectionDeps;
}

export function wireReads(env: Env, platform: Platform, dataKeys: DataKeys): ReadDeps {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const { clock, randomness } = platform;
  const coreTable = env.CORE_TABLE_NAME;
  const projection = wireProjection(env, platform, dataKeys);
  return {
    projection,
    reads: {
      records: createRecordStore({ dynamo, coreTable, dataKeys, clock, randomness }),
      heads: projection.heads,
      workspaces: projection.workspaces,
      decisions: createWorkoutDecisionStore(dynamo, coreTable),
      names: { sourceIdOf, recordIdOf },
      priorities: { orderOf, compareSources },
    },
  };
}
