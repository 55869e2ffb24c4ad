import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createNightStore } from '../../lib/adapters/dynamo/night-store.ts';
import { createRecordDays } from '../../lib/adapters/dynamo/record-days.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { compareSources, orderOf, priorityVersions } from '../../lib/projections/priorities.ts';
import { freshnessOf } from '../../lib/projections/row-status.ts';
import { sourceIdOf } from '../../lib/samples/sample-identity.ts';
import type { NightDeps } from '../../lib/sleep/night-deps.ts';
import type { DataKeys } from '../../lib/vault/data-keys.ts';
import type { Platform } from './platform.ts';
import { type ProjectionEnv, wireDataKeys, wireProjection } from './wire-projection.ts';

/** What nights are computed and read by, for the projector, the reader and the rebuilder alike. */
export function wireNights(
  env: ProjectionEnv,
  platform: Platform,
  dataKeys: DataKeys = wireDataKeys(env, platform),
): NightDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const { blocks, heads, workspaces, decode } = wireProjection(env, platform, dataKeys);
  return {
    blocks,
    heads,
    workspaces,
    decode,
    clock,
    records: createRecordStore({ dynamo, coreTable, dataKeys, clock, randomness }),
    recordDays: createRecordDays(dynamo, coreTable),
    nights: createNightStore({ dynamo, coreTable, dataKeys, randomness }),
    rules: { compareSources, orderOf, priorityVersions, freshnessOf, sourceIdOf },
  };
}
