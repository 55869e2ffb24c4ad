import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createIssuerStore } from '../../../lib/adapters/dynamo/issuer-store.ts';
import { createRebuildStore } from '../../../lib/adapters/dynamo/rebuild-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createJwksFetcher } from '../../../lib/adapters/http/jwks-fetcher.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createRebuildQueue } from '../../../lib/adapters/sqs/rebuild-queue.ts';
import { operatorPoolOf, wireAccess } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { ManageAccessWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): ManageAccessWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    deps: {
      keys: createApiKeyStore(dynamo, env.CORE_TABLE_NAME),
      issuers: createIssuerStore(dynamo, env.CORE_TABLE_NAME),
      workspaces: createWorkspaceStore(dynamo, env.CORE_TABLE_NAME),
      jwks: platform.client('jwks', createJwksFetcher),
      pool: operatorPoolOf(env),
      rebuilds: createRebuildStore(dynamo, env.CORE_TABLE_NAME),
      queue: createRebuildQueue(platform.client('sqs', createSqsClient), env.REBUILD_QUEUE_URL),
      clock,
      randomness,
    },
    access: wireAccess(env, platform),
    settings: platform,
  };
}
