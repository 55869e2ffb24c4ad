import { createBlockReader } from '../../lib/adapters/dynamo/block-reader.ts';
import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../lib/adapters/dynamo/head-store.ts';
import { createRollupStore } from '../../lib/adapters/dynamo/rollup-store.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsClient } from '../../lib/adapters/kms/client.ts';
import { createKmsKeyWrapper } from '../../lib/adapters/kms/key-wrapper.ts';
import type { ProjectionDeps } from '../../lib/projections/project-days.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import type { DataKeys } from '../../lib/vault/data-keys.ts';
import type { Platform } from './platform.ts';

/** The part of the environment that computing and reading rollups needs. */
export interface ProjectionEnv {
  readonly CORE_TABLE_NAME: string;
  readonly SAMPLES_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly WORKSPACE_KMS_KEY_ID: string;
}

/** The projector and the reader compute rows by the same parts: the one always, the other for `wait=true`.
 * Hand in the function's own data keys where it has them, so that both share one cache. */
export function wireProjection(
  env: ProjectionEnv,
  platform: Platform,
  dataKeys: DataKeys = wireDataKeys(env, platform),
): ProjectionDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    blocks: createBlockReader({ dynamo, samplesTable: env.SAMPLES_TABLE_NAME, dataKeys }),
    heads: createHeadStore(dynamo, env.CORE_TABLE_NAME),
    workspaces: createWorkspaceStore(dynamo, env.CORE_TABLE_NAME),
    rollups: createRollupStore({ dynamo, coreTable: env.CORE_TABLE_NAME, dataKeys, randomness }),
    decode: decodeSamples,
    clock,
  };
}

export const wireDataKeys = (env: ProjectionEnv, platform: Platform): DataKeys =>
  createVaultStore({
    dynamo: platform.client('dynamo', createDynamoClient),
    vaultTable: env.VAULT_TABLE_NAME,
    wrapper: createKmsKeyWrapper(platform.client('kms', createKmsClient), env.WORKSPACE_KMS_KEY_ID),
    clock: platform.clock,
    randomness: platform.randomness,
  });
