import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createTableProbe, createTableStatusProbe } from '../../../lib/adapters/dynamo/table-probe.ts';
import { createBusProbe } from '../../../lib/adapters/eventbridge/bus-probe.ts';
import { createEventBridgeClient } from '../../../lib/adapters/eventbridge/client.ts';
import { createKmsClient } from '../../../lib/adapters/kms/client.ts';
import { createKeyProbe } from '../../../lib/adapters/kms/key-probe.ts';
import { createBucketProbe } from '../../../lib/adapters/s3/bucket-probe.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createQueueProbe } from '../../../lib/adapters/sqs/queue-probe.ts';
import type { HealthPart } from '../../../lib/observability/health.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { DescribeApiWiring, PublishedFiles } from './handler.ts';

/** `published` comes from the entry, because only a bundler can import a page as text. */
export const wire = (env: Env, platform: Platform, published: PublishedFiles): DescribeApiWiring => ({
  parts: partsOf(env, platform),
  published,
  settings: platform,
});

function partsOf(env: Env, platform: Platform): readonly HealthPart[] {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const kms = platform.client('kms', createKmsClient);
  const eventBridge = platform.client('eventBridge', createEventBridgeClient);
  const s3 = platform.client('s3', createS3Client);
  const sqs = platform.client('sqs', createSqsClient);
  return [
    { name: 'core', probe: createTableProbe(dynamo, env.CORE_TABLE_NAME) },
    { name: 'samples', probe: createTableStatusProbe(dynamo, env.SAMPLES_TABLE_NAME) },
    { name: 'vault', probe: createTableStatusProbe(dynamo, env.VAULT_TABLE_NAME) },
    { name: 'workspace-key', probe: createKeyProbe(kms, env.WORKSPACE_KMS_KEY_ID) },
    { name: 'events', probe: createBusProbe(eventBridge, env.EVENT_BUS_NAME) },
    { name: 'payloads', probe: createBucketProbe(s3, env.PAYLOAD_BUCKET_NAME) },
    { name: 'large-ingests', probe: createQueueProbe(sqs, env.LARGE_INGEST_QUEUE_URL) },
  ];
}
