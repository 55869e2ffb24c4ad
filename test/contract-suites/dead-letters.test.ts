import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { createDeadLetters } from '../../lib/adapters/sqs/dead-letters.ts';
import { createQueueProbe } from '../../lib/adapters/sqs/queue-probe.ts';
import { systemClock } from '../../lib/core/clock.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';

let engine: ObjectAndQueueEngine;
let sqs: SQSClient;
const urls = new Map<string, string>();
beforeAll(async () => {
  engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', engine.endpoint);
  sqs = createSqsClient();
  for (const name of ['projections', 'projections-dead-letters']) {
    const made = await sqs.send(new CreateQueueCommand({ QueueName: `headwater-dev-${name}` }));
    urls.set(name, made.QueueUrl ?? '');
  }
});
afterAll(async () => {
  sqs?.destroy();
  await engine?.stop();
});

test('PRJ4 dead letters are counted, and every one goes back to its queue with its body', async () => {
  const letters = createDeadLetters(sqs, 'dev', systemClock);
  const bodies = Array.from({ length: 23 }, (_, index) => `{"n":${index}}`).sort();
  for (const MessageBody of bodies)
    await sqs.send(new SendMessageCommand({ QueueUrl: urls.get('projections-dead-letters'), MessageBody }));
  expect(await letters.count('projections')).toBe(23);
  expect(await letters.redrive('projections')).toBe(23);
  expect(await letters.count('projections')).toBe(0);
  const back: string[] = [];
  for (let empty = 0; empty < 2; ) {
    const request = { QueueUrl: urls.get('projections'), MaxNumberOfMessages: 10 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    back.push(...Messages.map(({ Body }) => Body ?? ''));
    empty = Messages.length === 0 ? empty + 1 : 0;
  }
  expect(back.sort()).toEqual(bodies);
});

test('PRJ4 looking at dead letters leaves them where they are', async () => {
  const letters = createDeadLetters(sqs, 'dev', systemClock);
  await sqs.send(
    new SendMessageCommand({ QueueUrl: urls.get('projections-dead-letters'), MessageBody: '{"a":1}' }),
  );
  expect(await letters.look('projections', 5)).toMatchObject([{ body: '{"a":1}', receiveCount: 1 }]);
  expect(await letters.count('projections')).toBe(1);
  expect(await letters.redrive('projections')).toBe(1);
});

test('PRJ4 a queue that is not there is told', async () => {
  await expect(createDeadLetters(sqs, 'prod', systemClock).count('projections')).rejects.toThrow();
});

test('P6 the probe of a queue resolves when it answers, and rejects when it does not', async () => {
  const { signal } = new AbortController();
  await expect(createQueueProbe(sqs, urls.get('projections') ?? '')(signal)).resolves.toBeUndefined();
  await expect(createQueueProbe(sqs, `${urls.get('projections')}-x`)(signal)).rejects.toThrow();
});
