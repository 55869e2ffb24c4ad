import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PushReceived } from '../../contracts/commands/push-received.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createPushBodies } from '../../lib/adapters/s3/push-bodies.ts';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { createPushQueue } from '../../lib/adapters/sqs/push-queue.ts';
import { MAX_QUEUED_BODY_BYTES } from '../../lib/connections/pushes/push-queue.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';

const BUCKET = 'payloads';
const PUSH: PushReceived = {
  provider: 'sample',
  receivedAtMs: 1_795_262_400_000,
  headers: { 'content-type': 'application/json' },
  body: Buffer.alloc(MAX_QUEUED_BODY_BYTES, 7).toString('base64'),
  correlationId: 'c',
};

let engine: ObjectAndQueueEngine;
let sqs: SQSClient;
let s3: S3Client;
let queueUrl: string;
beforeAll(async () => {
  engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', engine.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', engine.endpoint);
  sqs = createSqsClient();
  s3 = createS3Client();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'inbound-pushes' }))).QueueUrl ?? '';
});
afterAll(async () => {
  s3?.destroy();
  sqs?.destroy();
  await engine?.stop();
});

test('CON51 a push of the largest size that a message takes is received as the contract has it', async () => {
  await createPushQueue(sqs, queueUrl).send(PUSH);
  const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(received.Messages?.map(({ Body }) => PushReceived.parse(JSON.parse(Body ?? '')))).toEqual([PUSH]);
});

test('CON51 a queue that does not take it is an outage', async () => {
  const nowhere = createPushQueue(sqs, `${queueUrl}-of-nobody`);
  await expect(nowhere.send(PUSH)).rejects.toMatchObject({ code: 'server.unavailable' });
});

test('CON52 a body is kept under its hash, byte for byte, and the same one once', async () => {
  const bodies = createPushBodies(s3, BUCKET);
  const body = Uint8Array.from({ length: 1_000 }, (_, index) => index % 256);
  const bodyKey = await bodies.put(body);
  expect(bodyKey).toMatch(/^inbound\/[0-9a-f]{64}$/);
  expect(await bodies.put(body)).toBe(bodyKey);
  expect(Buffer.from((await bodies.get(bodyKey)) ?? [])).toEqual(Buffer.from(body));
});

test('CON52 a body that is gone, and a name that is none of ours, are no body', async () => {
  const bodies = createPushBodies(s3, BUCKET);
  expect(await bodies.get(`inbound/${'0'.repeat(64)}`)).toBeUndefined();
  expect(await bodies.get('payloads/ws_1/usr_1/request')).toBeUndefined();
});

test('CON52 a bucket that does not answer as one is an outage', async () => {
  const bodies = createPushBodies(s3, 'bucket-of-nobody');
  await expect(bodies.put(new Uint8Array(1))).rejects.toMatchObject({ code: 'server.unavailable' });
});
