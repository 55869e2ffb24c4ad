import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SyncWanted } from '../../contracts/commands/sync-wanted.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createRawStore, rawObjectName } from '../../lib/adapters/s3/raw-store.ts';
import { createUserObjects } from '../../lib/adapters/s3/user-objects.ts';
import { createSyncWorkflow } from '../../lib/adapters/sfn/sync-workflow.ts';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { createSyncQueue } from '../../lib/adapters/sqs/sync-queue.ts';
import { dataTypeOfRawKey, type RawPlace } from '../../lib/connections/syncs/raw-store.ts';
import { addDays, type LocalDate } from '../../lib/core/instants.ts';
import { newConnectionId } from '../support/connection-builders.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const BUCKET = 'payloads';
const DAY = '2026-11-21' as LocalDate;
let engine: ObjectAndQueueEngine;
let s3: S3Client;
let sqs: SQSClient;
let stores: Stores;
let queueUrl = '';
beforeAll(async () => {
  engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', engine.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', engine.endpoint);
  s3 = createS3Client();
  sqs = createSqsClient();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const made = await sqs.send(new CreateQueueCommand({ QueueName: 'provider-syncs' }));
  queueUrl = made.QueueUrl ?? '';
  stores = createStores(await openSimulatedStorage(), manualClock());
});
afterAll(async () => {
  s3?.destroy();
  sqs?.destroy();
  await engine?.stop();
});

const rawStore = () =>
  createRawStore({ s3, bucketName: BUCKET, dataKeys: stores.vault, randomness: seededRandomness(5) });
const text = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString();

test('CON38 what a provider sent comes back as it was, lies sealed, and is listed by connection and day', async () => {
  const scope = await stores.createUser();
  const raw = rawStore();
  const connectionId = newConnectionId();
  const placeOf = (name: string, date: LocalDate = DAY): RawPlace => ({
    connectionId,
    date,
    syncId: 'syn_1',
    dataType: 'sleep',
    name,
  });
  const body = Buffer.from('{"heart":"seventy-two"}');
  const keys: string[] = [];
  for (const name of ['0', '1', '2']) keys.push(await raw.put(scope, placeOf(name), body));
  await raw.put(scope, placeOf('0', addDays(DAY, 1)), body);
  await raw.put(scope, { ...placeOf('0'), connectionId: newConnectionId() }, body);
  expect(text(await raw.get(scope, keys[1] ?? ''))).toBe('{"heart":"seventy-two"}');
  const name = rawObjectName(scope, keys[1] ?? '');
  const lying = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: name }));
  expect(text(await lying.Body?.transformToByteArray())).not.toContain('seventy-two');
  expect(dataTypeOfRawKey(keys[0] ?? '')).toBe('sleep');
  expect(await raw.get(scope, 'nothing/there')).toBeUndefined();
  const first = await raw.list(scope, { connectionId, date: DAY }, { after: undefined, limit: 2 });
  const rest = await raw.list(scope, { connectionId, date: DAY }, { after: first[1], limit: 10 });
  expect([...first, ...rest]).toEqual(keys);
  const stored = await stores.createUserIn(scope.workspaceId);
  expect(await raw.get(stored, keys[0] ?? '')).toBeUndefined();
});

test('CON37 everything that is kept of a connection goes, and of an erased user everything', async () => {
  const scope = await stores.createUser();
  const raw = rawStore();
  const place = { date: DAY, syncId: 'syn_1', dataType: 'sleep', name: '0' };
  const [gone, kept] = [newConnectionId(), newConnectionId()];
  const goneKey = await raw.put(scope, { ...place, connectionId: gone }, Buffer.from('a'));
  const keptKey = await raw.put(scope, { ...place, connectionId: kept }, Buffer.from('b'));
  await raw.removeAll(scope, gone);
  await raw.removeAll(scope, gone);
  expect(await raw.get(scope, goneKey)).toBeUndefined();
  expect(text(await raw.get(scope, keptKey))).toBe('b');
  await createUserObjects(s3, BUCKET).removeAll(scope);
  const prefix = `raw/${scope.workspaceId}/${scope.userId}/`;
  const left = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  expect(left.Contents ?? []).toEqual([]);
});

test('CON23 a wake is received as the contract has it, and a queue that does not take it is an outage', async () => {
  const scope = await stores.createUser();
  const connectionId = newConnectionId();
  await createSyncQueue(sqs, queueUrl).wake(scope, connectionId, { correlationId: 'c', delaySec: 0 });
  const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(received.Messages?.map(({ Body }) => SyncWanted.parse(JSON.parse(Body ?? '')))).toEqual([
    { ...scope, connectionId, correlationId: 'c' },
  ]);
  const nowhere = createSyncQueue(sqs, `${queueUrl}-of-nobody`);
  const wake = nowhere.wake(scope, connectionId, { correlationId: 'c', delaySec: 0 });
  await expect(wake).rejects.toMatchObject({ code: 'server.unavailable' });
});

test('CON23 an execution is named after its sync; one that ended is told from one that cannot be started', async () => {
  const sent: object[] = [];
  let answer: Error | undefined;
  const sfn = {
    send: async (command: { readonly input: object }) => {
      sent.push(command.input);
      if (answer !== undefined) throw answer;
      return {};
    },
  };
  const workflow = createSyncWorkflow(sfn as never, 'arn:machine');
  const input = {
    workspaceId: 'ws',
    userId: 'usr',
    connectionId: 'con',
    syncId: 'syn_1',
    correlationId: 'c',
  };
  expect(await workflow.start(input, 1)).toBe('started');
  expect(await workflow.start(input, 2)).toBe('started');
  expect(sent).toEqual([
    { stateMachineArn: 'arn:machine', name: 'syn_1', input: JSON.stringify(input) },
    { stateMachineArn: 'arn:machine', name: 'syn_1-2', input: JSON.stringify(input) },
  ]);
  answer = Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' });
  expect(await workflow.start(input, 1)).toBe('ended');
  answer = new Error('socket hang up');
  await expect(workflow.start(input, 1)).rejects.toMatchObject({ code: 'server.unavailable' });
});
