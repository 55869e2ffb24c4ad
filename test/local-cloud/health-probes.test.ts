import { randomBytes } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBusDescription } from '../../infra/local/events/event-bus.ts';
import { createLocalKms } from '../../infra/local/keys/local-kms.ts';
import { type ServicesServer, startServices } from '../../infra/local/services/server.ts';
import { createBusProbe } from '../../lib/adapters/eventbridge/bus-probe.ts';
import { createKeyProbe } from '../../lib/adapters/kms/key-probe.ts';
import { createBucketProbe } from '../../lib/adapters/s3/bucket-probe.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';

const KEY = '11111111-2222-3333-4444-555555555555';
const PLACE = { region: 'us-east-1', accountId: '000000000000' };
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };
const { signal } = new AbortController();

let services: ServicesServer;
let objects: ObjectAndQueueEngine;

beforeAll(async () => {
  const operations = {
    ...createLocalKms(randomBytes(32), [KEY], PLACE),
    'AWSEvents.DescribeEventBus': createBusDescription({ place: PLACE, busNames: ['bus'] }),
  };
  services = await startServices(operations, async () => undefined);
  objects = await startObjectAndQueueEngine();
});
afterAll(async () => {
  await services.stop();
  await objects.stop();
});

const settings = (endpoint: string) => ({
  endpoint,
  region: PLACE.region,
  credentials: CREDENTIALS,
  maxAttempts: 1,
});

test('P6 the key is asked for its state, by id and by ARN', async () => {
  const kms = new KMSClient(settings(services.endpoint));
  await createKeyProbe(kms, KEY)(signal);
  await createKeyProbe(kms, `arn:aws:kms:us-east-1:000000000000:key/${KEY}`)(signal);
  await expect(createKeyProbe(kms, 'nobody')(signal)).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('P6 the bus is asked for its description, by name and by ARN', async () => {
  const eventBridge = new EventBridgeClient(settings(services.endpoint));
  await createBusProbe(eventBridge, 'bus')(signal);
  await createBusProbe(eventBridge, 'arn:aws:events:us-east-1:000000000000:event-bus/bus')(signal);
  await expect(createBusProbe(eventBridge, 'other')(signal)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('P6 the bucket is asked whether it is there', async () => {
  const s3 = new S3Client({ ...settings(objects.endpoint), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'payloads' }));
  await createBucketProbe(s3, 'payloads')(signal);
  await expect(createBucketProbe(s3, 'nobody')(signal)).rejects.toThrow();
});

test('P6 a probe whose time is over ends its call', async () => {
  const kms = new KMSClient(settings(services.endpoint));
  await expect(createKeyProbe(kms, KEY)(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
