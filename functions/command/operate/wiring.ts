import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createSyncAnnouncements } from '../../../lib/adapters/dynamo/entity-announcement.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createIssuerStore } from '../../../lib/adapters/dynamo/issuer-store.ts';
import { createUserStore } from '../../../lib/adapters/dynamo/user-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createEventBridgeClient } from '../../../lib/adapters/eventbridge/client.ts';
import { createEventPublisher } from '../../../lib/adapters/eventbridge/event-publisher.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createDeadLetters } from '../../../lib/adapters/sqs/dead-letters.ts';
import { operatorPoolOf, wireVault } from '../../_platform/http/wire-access.ts';
import { parseEnv } from '../../_platform/parse-env.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireProviders } from '../../_platform/wire-connections.ts';
import { wireRebuilders } from '../../_platform/wire-rebuilders.ts';
import { BootstrapEnv, DeadLetterEnv, RebuildEnv, ReplayEnv, SubscribeEnv } from './env.ts';
import type { OperateDependencies } from './handler.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Each command's environment is parsed when the command runs, so that it asks for its own part alone. */
export function wire(environment: Environment, platform: Platform): Omit<OperateDependencies, 'print'> {
  const { clock, randomness } = platform;
  const dynamo = () => platform.client('dynamo', createDynamoClient);
  const openUsers = (env: Parameters<typeof wireVault>[0] & { readonly CORE_TABLE_NAME: string }) =>
    createUserStore({
      dynamo: dynamo(),
      coreTable: env.CORE_TABLE_NAME,
      vault: wireVault(env, platform),
      clock,
      randomness,
    });
  return {
    bootstrap: () => {
      const env = parseEnv(BootstrapEnv, environment);
      return {
        workspaces: createWorkspaceStore(dynamo(), env.CORE_TABLE_NAME),
        workspaceKeys: wireVault(env, platform).workspaces,
        keys: createApiKeyStore(dynamo(), env.CORE_TABLE_NAME),
        issuers: createIssuerStore(dynamo(), env.CORE_TABLE_NAME),
        pool: poolOf(env),
        clock,
        randomness,
      };
    },
    rebuild: () => {
      const env = parseEnv(RebuildEnv, environment);
      return wireRebuilders(env, platform);
    },
    replay: () => {
      const env = parseEnv(ReplayEnv, environment);
      const bus = platform.client('eventBridge', createEventBridgeClient);
      return {
        users: openUsers(env),
        feeds: {
          changes: createHeadStore(dynamo(), env.CORE_TABLE_NAME),
          sync: createSyncAnnouncements(dynamo(), env.CORE_TABLE_NAME),
        },
        publisher: createEventPublisher(bus, env.EVENT_BUS_NAME),
        clock,
        randomness,
      };
    },
    subscribe: () => {
      const env = parseEnv(SubscribeEnv, environment);
      return { providers: wireProviders(env, platform), publicUrl: env.PUBLIC_URL, clock };
    },
    deadLetters: () =>
      createDeadLetters(
        platform.client('sqs', createSqsClient),
        parseEnv(DeadLetterEnv, environment).STAGE,
        clock,
      ),
  };
}

function poolOf({ USER_POOL_ID, USER_POOL_CLIENT_ID, ...rest }: ReturnType<typeof BootstrapEnv.parse>) {
  if (USER_POOL_ID === undefined || USER_POOL_CLIENT_ID === undefined) return undefined;
  const pool = operatorPoolOf({ ...rest, USER_POOL_ID });
  return pool === undefined ? undefined : { ...pool, clientId: USER_POOL_CLIENT_ID };
}
