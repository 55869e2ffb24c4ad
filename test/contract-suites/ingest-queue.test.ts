import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { IngestQueued } from '../../contracts/commands/ingest-queued.ts';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { createIngestQueue } from '../../lib/adapters/sqs/ingest-queue.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';

const COMMAND: IngestQueued = {
  workspaceId: 'ws_1',
  userId: 'usr_1',
  requestId: 'r-1',
  payloadKey: 'requests/r-1',
  correlationId: 'c',
};

let engine: ObjectAndQueueEngine;
let sqs: SQSClient;
let queueUrl: string;
beforeAll(async () => {
  engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', engine.endpoint);
  sqs = createSqsClient();
  const made = await sqs.send(new CreateQueueCommand({ QueueName: 'large-ingests' }));
  queueUrl = made.QueueUrl ?? '';
});
afterAll(async () => {
  sqs?.destroy();
  await engine?.stop();
});

test('ING8 a queued command is received as the contract has it, whatever host its queue is named by', async () => {
  await createIngestQueue(sqs, queueUrl).send(COMMAND);
  const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(received.Messages?.map(({ Body }) => IngestQueued.parse(JSON.parse(Body ?? '')))).toEqual([COMMAND]);
});

test('ING8 a queue that does not take it is an outage', async () => {
  const nowhere = createIngestQueue(sqs, `${queueUrl}-of-nobody`);
  await expect(nowhere.send(COMMAND)).rejects.toMatchObject({ code: 'server.unavailable' });
});
