import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createPushBodies } from '../../../lib/adapters/s3/push-bodies.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createPushQueue } from '../../../lib/adapters/sqs/push-queue.ts';
import { createPublicKeys } from '../../../lib/connections/pushes/public-keys.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireProviders } from '../../_platform/wire-connections.ts';
import type { Env } from './env.ts';
import type { ReceivePushWiring } from './handler.ts';

export const wire = (env: Env, platform: Platform): ReceivePushWiring => ({
  receive: {
    providers: wireProviders(env, platform),
    keysOf: createPublicKeys(platform.clock),
    queue: createPushQueue(platform.client('sqs', createSqsClient), env.INBOUND_PUSH_QUEUE_URL),
    bodies: createPushBodies(platform.client('s3', createS3Client), env.PAYLOAD_BUCKET_NAME),
    meter: platform.meter,
  },
  settings: platform,
});
