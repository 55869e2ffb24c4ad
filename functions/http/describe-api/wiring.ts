import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createTableProbe, createTableStatusProbe } from '../../../lib/adapters/dynamo/table-probe.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createQueueProbe } from '../../../lib/adapters/sqs/queue-probe.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { DescribeApiWiring, PublishedFiles } from './handler.ts';

/** `published` comes from the entry, because only a bundler can import a page as text. */
export function wire(env: Env, platform: Platform, published: PublishedFiles): DescribeApiWiring {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const sqs = platform.client('sqs', createSqsClient);
  return {
    parts: [
      { name: 'core', probe: createTableProbe(dynamo, env.CORE_TABLE_NAME) },
      { name: 'samples', probe: createTableStatusProbe(dynamo, env.SAMPLES_TABLE_NAME) },
      { name: 'vault', probe: createTableStatusProbe(dynamo, env.VAULT_TABLE_NAME) },
      { name: 'large-ingests', probe: createQueueProbe(sqs, env.LARGE_INGEST_QUEUE_URL) },
    ],
    published,
    settings: platform,
  };
}
