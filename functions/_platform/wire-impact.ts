import { createBlockReader } from '../../lib/adapters/dynamo/block-reader.ts';
import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { createHeadStore } from '../../lib/adapters/dynamo/head-store.ts';
import { createImpactStore } from '../../lib/adapters/dynamo/impact-store.ts';
import { createSessionDirectory } from '../../lib/adapters/dynamo/session-directory.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsClient } from '../../lib/adapters/kms/client.ts';
import { createKmsKeyWrapper } from '../../lib/adapters/kms/key-wrapper.ts';
import type { ImpactDeps, SourceRules } from '../../lib/impact/impact-deps.ts';
import { decidePoints } from '../../lib/projections/point-metrics.ts';
import { compareSources, orderOf, priorityVersions } from '../../lib/projections/priorities.ts';
import { freshnessOf, worstStatus } from '../../lib/projections/row-status.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import { findSettledSeq } from '../../lib/sync/pull/settled-seq.ts';
import type { DataKeys } from '../../lib/vault/data-keys.ts';
import type { Platform } from './platform.ts';
import type { ProjectionEnv } from './wire-projection.ts';

/** What rollups go by: impact goes by it too. */
const SOURCE_RULES: SourceRules = {
  compareSources,
  orderOf,
  priorityVersions,
  decidePoints,
  freshnessOf,
  worstStatus,
};

/** Session impact for its projector, its readers and rebuilds. Hand in the function's own data keys where it has them. */
export function wireImpact(
  env: ProjectionEnv,
  platform: Platform,
  dataKeys: DataKeys = wireDataKeys(env, platform),
): ImpactDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const { CORE_TABLE_NAME: coreTable, SAMPLES_TABLE_NAME: samplesTable } = env;
  return {
    blocks: createBlockReader({ dynamo, samplesTable, dataKeys }),
    heads: createHeadStore(dynamo, coreTable),
    workspaces: createWorkspaceStore(dynamo, coreTable),
    impacts: createImpactStore({ dynamo, coreTable, dataKeys, randomness }),
    directory: createSessionDirectory({ dynamo, coreTable, dataKeys, clock, randomness }),
    synced: createEntityStore({ dynamo, coreTable, rowsTable: samplesTable, dataKeys, clock, randomness }),
    rules: SOURCE_RULES,
    decode: decodeSamples,
    findSettledSeq,
    clock,
  };
}

const wireDataKeys = (env: ProjectionEnv, platform: Platform): DataKeys =>
  createVaultStore({
    dynamo: platform.client('dynamo', createDynamoClient),
    vaultTable: env.VAULT_TABLE_NAME,
    wrapper: createKmsKeyWrapper(platform.client('kms', createKmsClient), env.WORKSPACE_KMS_KEY_ID),
    clock: platform.clock,
    randomness: platform.randomness,
  });
