import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createConnectionStore } from '../../lib/adapters/dynamo/connection-store.ts';
import { createTokenStore } from '../../lib/adapters/dynamo/token-store.ts';
import type { VaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createProviderDirectory } from '../../lib/adapters/http/provider-directory.ts';
import { createRawHttp } from '../../lib/adapters/http/provider-http.ts';
import { createSecretsClient } from '../../lib/adapters/secrets/client.ts';
import { createProviderApps } from '../../lib/adapters/secrets/provider-apps.ts';
import type { ConnectionStore } from '../../lib/connections/connection-store.ts';
import type { CallGate } from '../../lib/connections/gate/call-gate.ts';
import type { ProviderDirectory } from '../../lib/connections/provider-directory.ts';
import { createFlowOf } from '../../lib/connections/tokens/flow-of.ts';
import type { TokenStore } from '../../lib/connections/tokens/token-store.ts';
import { createUserHttp, type UserHttpDependencies } from '../../lib/connections/tokens/user-http.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';
import type { Platform } from './platform.ts';

export interface ConnectionsEnv {
  readonly CORE_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly PROVIDER_SECRET_ARN: string;
}

/** What every function needs that calls providers, or acts for a connection. */
export interface ConnectionParts extends Pick<UserHttpDependencies, 'gate' | 'flowOf' | 'standardFault'> {
  readonly providers: ProviderDirectory;
  readonly connections: ConnectionStore;
  readonly tokens: TokenStore;
  readonly openUserHttp: ReturnType<typeof createUserHttp>;
}

/** `vault`: the function's own, so that all of it shares one key cache. */
export function wireConnections(
  env: ConnectionsEnv,
  platform: Platform,
  { vault, gate }: { readonly vault: VaultStore; readonly gate: CallGate },
): ConnectionParts {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const tokens = createTokenStore({ dynamo, vaultTable: env.VAULT_TABLE_NAME, dataKeys: vault, randomness });
  const calls = {
    tokens,
    gate,
    flowOf: createFlowOf({ clock, randomness }),
    standardFault,
    clock,
    randomness,
  };
  return {
    ...calls,
    providers: wireProviders(env, platform),
    connections: createConnectionStore({
      dynamo,
      coreTable: env.CORE_TABLE_NAME,
      dataKeys: vault,
      clock,
      randomness,
    }),
    openUserHttp: createUserHttp(calls),
  };
}

/** For functions that act for no connection: what notifications say needs definitions and secrets alone. */
export const wireProviders = (
  env: Pick<ConnectionsEnv, 'PROVIDER_SECRET_ARN'>,
  platform: Platform,
): ProviderDirectory =>
  createProviderDirectory(
    PROVIDERS,
    createProviderApps(
      platform.client('secrets', createSecretsClient),
      env.PROVIDER_SECRET_ARN,
      platform.clock,
    ),
    platform.client('providerHttp', createRawHttp),
  );
