import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MappingDeclaration, RuleDeclaration } from '../../infra/local/assembly/declared.ts';
import { createEventBus } from '../../infra/local/events/event-bus.ts';
import { type Faults, noFaults } from '../../infra/local/faults/faults.ts';
import { createFlowLog } from '../../infra/local/flow/flow-log.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';
import { createBuckets, createQueues } from '../../infra/local/queues/create-queues.ts';
import { startQueueMapping } from '../../infra/local/queues/queue-mapping.ts';
import { readQueueStates } from '../../infra/local/queues/queue-states.ts';
import { type QueueServer, startQueueServer } from '../../infra/local/queues/server.ts';
import { systemClock } from '../../lib/core/clock.ts';

const PLACE = { region: 'us-east-1', accountId: '000000000000' };
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const base = {
  VisibilityTimeout: 2,
  DelaySeconds: 0,
  MessageRetentionPeriod: 345_600,
  ReceiveMessageWaitTimeSeconds: 0,
};
const queues = [
  {
    ...base,
    name: 'jobs',
    arn: arnOf('jobs'),
    RedrivePolicy: { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 },
  },
  { ...base, name: 'dead', arn: arnOf('dead') },
];
let directory: string;
let server: QueueServer;
let sqs: SQSClient;
let s3: S3Client;

async function open() {
  const settings = {
    region: PLACE.region,
    queuesDirectory: join(directory, 'q'),
    objectsDirectory: join(directory, 'o'),
  };
  server = await startQueueServer(settings, (error) => {
    throw error;
  });
  const shared = {
    endpoint: server.endpoint,
    region: PLACE.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  sqs = new SQSClient({ ...shared, useQueueUrlAsEndpoint: false });
  s3 = new S3Client({ ...shared, forcePathStyle: true });
  await createQueues(sqs, queues);
  await createBuckets(s3, ['payloads']);
}
const urlOf = (name: string) => `${server.endpoint}/000000000000/${name}`;
const send = (body: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf('jobs'), MessageBody: body }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'queues-'));
  return open();
});
afterEach(() => server.stop());

test('P1 messages, also those in flight, and objects outlive a restart', async () => {
  await send('one');
  await send('two');
  await s3.send(new PutObjectCommand({ Bucket: 'payloads', Key: 'a/b', Body: 'body' }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: urlOf('jobs'), VisibilityTimeout: 1_800 }),
  );
  expect(Messages).toHaveLength(1);
  await server.stop();
  await open();
  const after = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: urlOf('jobs'),
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  expect((after.Messages ?? []).map(({ Body }) => Body).sort()).toEqual(['one', 'two']);
  expect((after.Messages ?? []).map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual([
    '1',
    '1',
  ]);
  const kept = await s3.send(new GetObjectCommand({ Bucket: 'payloads', Key: 'a/b' }));
  expect(await kept.Body?.transformToString()).toBe('body');
});

test('P1 a message that is made visible at once is delivered again, with its count, and is not lost', async () => {
  const QueueUrl = urlOf('jobs');
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'again' }));
  for (const count of ['1', '2']) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
    );
    expect(Messages).toMatchObject([{ Body: 'again', Attributes: { ApproximateReceiveCount: count } }]);
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
});

test('queues have the attributes of the template', async () => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: urlOf('jobs'), AttributeNames: ['All'] }),
  );
  expect(Attributes?.['VisibilityTimeout']).toBe('2');
  expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toEqual({
    deadLetterTargetArn: arnOf('dead'),
    maxReceiveCount: 2,
  });
});

test('a presigned address takes an upload', async () => {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: 'payloads', Key: 'up' }), {
    expiresIn: 60,
  });
  expect((await fetch(url, { method: 'PUT', body: 'hello' })).status).toBe(200);
  const kept = await s3.send(new GetObjectCommand({ Bucket: 'payloads', Key: 'up' }));
  expect(await kept.Body?.transformToString()).toBe('hello');
});

const mapping: MappingDeclaration = {
  id: 'm',
  EventSourceArn: arnOf('jobs'),
  FunctionName: 'f',
  Enabled: true,
  BatchSize: 10,
  BisectBatchOnFunctionError: false,
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  ParallelizationFactor: 1,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
};
interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

function consume(
  handle: (bodies: readonly string[], event: QueueEvent) => readonly string[] | 'throw',
  faults: Faults = noFaults,
) {
  return startQueueMapping({
    mapping,
    region: PLACE.region,
    queueUrl: urlOf('jobs'),
    visibilityTimeoutSec: 2,
    pollerCount: 2,
    sqs,
    invoke: async (given): Promise<InvocationResult> => {
      const event = given as QueueEvent;
      const failed = handle(
        event.Records.map(({ body }) => body),
        event,
      );
      if (failed === 'throw')
        return { ok: false, requestId: 'r', error: { errorType: 'E', errorMessage: '', trace: [] } };
      const batchItemFailures = event.Records.filter(({ body }) => failed.includes(body)).map(
        ({ messageId }) => ({ itemIdentifier: messageId }),
      );
      return { ok: true, requestId: 'r', payload: JSON.stringify({ batchItemFailures }) };
    },
    faults,
    flow: createFlowLog(),
    clock: systemClock,
  });
}
const states = async () => (await readQueueStates(server.endpoint, queues))[0];

test('a reported message comes again alone, and goes to the dead-letter queue in the end', async () => {
  await send('good');
  await send('poison');
  const seen: string[] = [];
  const consumer = consume((bodies) => {
    seen.push(...bodies);
    return ['poison'];
  });
  await expect.poll(states, { timeout: 15_000 }).toMatchObject({ visible: 0, inFlight: 0, dead: 1 });
  await consumer.stop();
  expect(seen.filter((body) => body === 'good')).toHaveLength(1);
  expect(seen.filter((body) => body === 'poison')).toHaveLength(2);
});

test('P1 a function that throws leaves its whole batch', async () => {
  await send('one');
  let calls = 0;
  const consumer = consume(() => {
    calls += 1;
    return calls === 1 ? 'throw' : [];
  });
  await expect.poll(states, { timeout: 10_000 }).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  await consumer.stop();
  expect(calls).toBe(2);
});

test('P1 a delivery whose answer the fault switch loses comes again', async () => {
  await send('one');
  let draws = 0;
  const faults: Faults = { ...noFaults, queue: () => ({ kind: draws++ === 0 ? 'lost-answer' : 'none' }) };
  let calls = 0;
  const consumer = consume(() => {
    calls += 1;
    return [];
  }, faults);
  await expect.poll(() => calls, { timeout: 10_000 }).toBe(2);
  await expect.poll(states, { timeout: 10_000 }).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
  await consumer.stop();
});

const rule: RuleDeclaration = {
  name: 'r',
  EventBusName: 'bus',
  EventPattern: { source: ['headwater.core'], 'detail-type': [{ prefix: 'samples.' }] },
  State: 'ENABLED',
  Targets: [{ Id: 't', Arn: arnOf('jobs') }],
};
const bus = (faults: Faults = noFaults, queueUrlOf = urlOf) =>
  createEventBus({
    place: PLACE,
    busNames: ['bus'],
    rules: [rule],
    queueUrlOf,
    sqs,
    faults,
    flow: createFlowLog(),
  });
const entry = (change: object = {}) => ({
  Source: 'headwater.core',
  DetailType: 'samples.changed.v1',
  Detail: '{"seq":1}',
  EventBusName: 'bus',
  ...change,
});

test('OBX4 entries are acknowledged one by one, each only when its queues have it', async () => {
  const answer = await bus()({
    Entries: [
      entry(),
      entry({ Detail: 'no json' }),
      entry({ EventBusName: 'other' }),
      entry({ DetailType: 'user.erased.v1' }),
    ],
  });
  expect(answer).toMatchObject({
    FailedEntryCount: 2,
    Entries: [
      { EventId: expect.any(String) },
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'ResourceNotFoundException' },
      { EventId: expect.any(String) },
    ],
  });
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: urlOf('jobs'), MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toMatchObject([
    {
      source: 'headwater.core',
      'detail-type': 'samples.changed.v1',
      account: '000000000000',
      region: 'us-east-1',
      detail: { seq: 1 },
    },
  ]);
});

test('OBX4 an entry whose queue does not take it is reported as failed', async () => {
  const answer = await bus(noFaults, () => urlOf('nobody'))({ Entries: [entry()] });
  expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
});

test('more than ten entries are refused whole', async () => {
  await expect(bus()({ Entries: Array.from({ length: 11 }, () => entry()) })).rejects.toThrow(
    /ServiceFault|Too big|10/i,
  );
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)(
  'P1 the fault that fails an entry %s it is sent leaves %i message and says that it failed',
  async (failure, count) => {
    const answer = await bus({ ...noFaults, bus: () => ({ copies: 1, delaySec: 0, failure }) })({
      Entries: [entry()],
    });
    expect(answer).toMatchObject({ FailedEntryCount: 1 });
    expect(await states()).toMatchObject({ visible: count });
  },
);
