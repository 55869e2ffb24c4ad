import { createAuthenticator, type OperatorPool } from '../../../lib/access/authenticate.ts';
import { createRateLimiter } from '../../../lib/access/limit-rate.ts';
import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createIssuerStore } from '../../../lib/adapters/dynamo/issuer-store.ts';
import { createRateStore } from '../../../lib/adapters/dynamo/rate-store.ts';
import { createUserStore } from '../../../lib/adapters/dynamo/user-store.ts';
import { createVaultStore, type VaultStore } from '../../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createJwksFetcher } from '../../../lib/adapters/http/jwks-fetcher.ts';
import { createKmsClient } from '../../../lib/adapters/kms/client.ts';
import { createKmsKeyWrapper } from '../../../lib/adapters/kms/key-wrapper.ts';
import { resolveSubject } from '../../../lib/users/create-user.ts';
import type { Platform } from '../platform.ts';
import type { AccessDependencies } from './access-dependencies.ts';

/** What every HTTP function has in its environment to know who calls. */
export interface AccessEnv {
  readonly CORE_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly WORKSPACE_KMS_KEY_ID: string;
  readonly USER_POOL_ID: string;
  /** Set by the local cloud; on AWS the pool's own address is used. */
  readonly AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER?: string | undefined;
}

/**
 * The access stack of an HTTP function. Give it the function's own vault store where there is one, so that
 * both share their key cache: `wireAccess(env, platform, wireVault(env, platform))`.
 */
export function wireAccess(
  env: AccessEnv,
  platform: Platform,
  vault: VaultStore = wireVault(env, platform),
): AccessDependencies {
  const { clock, randomness, log, meter } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const users = createUserStore({ dynamo, coreTable, vault, clock, randomness });
  return {
    authenticator: createAuthenticator({
      keys: createApiKeyStore(dynamo, coreTable),
      issuers: createIssuerStore(dynamo, coreTable),
      workspaces: createWorkspaceStore(dynamo, coreTable),
      users: {
        resolve: (workspaceId, subject) => resolveSubject({ users, clock, randomness }, workspaceId, subject),
      },
      jwks: platform.client('jwks', createJwksFetcher),
      pool: operatorPoolOf(env),
      clock,
      log,
    }),
    rateLimiter: createRateLimiter({ store: createRateStore(dynamo, coreTable), clock, log, meter }),
  };
}

export function wireVault(
  env: Pick<AccessEnv, 'VAULT_TABLE_NAME' | 'WORKSPACE_KMS_KEY_ID'>,
  platform: Platform,
): VaultStore {
  return createVaultStore({
    dynamo: platform.client('dynamo', createDynamoClient),
    vaultTable: env.VAULT_TABLE_NAME,
    wrapper: createKmsKeyWrapper(platform.client('kms', createKmsClient), env.WORKSPACE_KMS_KEY_ID),
    clock: platform.clock,
    randomness: platform.randomness,
  });
}

/** `<region>_<id>` names a Cognito pool (its developer guide); anything else is no pool. */
export function operatorPoolOf(
  env: Pick<AccessEnv, 'USER_POOL_ID' | 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'>,
): OperatorPool | undefined {
  const region = /^([a-z]{2,4}(?:-[a-z]+)+-\d)_[A-Za-z0-9]+$/.exec(env.USER_POOL_ID)?.[1];
  if (region === undefined) return undefined;
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${env.USER_POOL_ID}`;
  const endpoint = env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER?.replace(/\/+$/, '');
  const base = endpoint === undefined ? issuer : `${endpoint}/${env.USER_POOL_ID}`;
  return { issuer, jwksUri: `${base}/.well-known/jwks.json` };
}
