import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createKeyShredder } from '../../../lib/adapters/dynamo/key-shredder.ts';
import { createLeftoverStore } from '../../../lib/adapters/dynamo/leftover-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createUserObjects } from '../../../lib/adapters/s3/user-objects.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createErasureQueue } from '../../../lib/adapters/sqs/erasure-queue.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { EraseUserWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): EraseUserWiring {
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    deps: {
      heads: createHeadStore(dynamo, env.CORE_TABLE_NAME),
      dataKeys: createKeyShredder(dynamo, env.VAULT_TABLE_NAME),
      objects: createUserObjects(platform.client('s3', createS3Client), env.PAYLOAD_BUCKET_NAME),
      leftovers: createLeftoverStore(dynamo, {
        core: env.CORE_TABLE_NAME,
        samples: env.SAMPLES_TABLE_NAME,
        vault: env.VAULT_TABLE_NAME,
      }),
    },
    queue: createErasureQueue(platform.client('sqs', createSqsClient), env.ERASURE_QUEUE_URL),
    settings: platform,
  };
}
