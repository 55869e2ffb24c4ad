import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createKeyShredder } from '../../../lib/adapters/dynamo/key-shredder.ts';
import { createLeftoverStore } from '../../../lib/adapters/dynamo/leftover-store.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { EraseUserWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): EraseUserWiring {
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    deps: {
      heads: createHeadStore(dynamo, env.CORE_TABLE_NAME),
      dataKeys: createKeyShredder(dynamo, env.VAULT_TABLE_NAME),
      leftovers: createLeftoverStore(dynamo, { core: env.CORE_TABLE_NAME, samples: env.SAMPLES_TABLE_NAME }),
    },
    settings: platform,
  };
}
