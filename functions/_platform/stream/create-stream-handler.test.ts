import type { DynamoDBStreamEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { createStreamHandler, type StreamStack } from './create-stream-handler.ts';

const event: DynamoDBStreamEvent = {
  Records: ['100', '101', '102'].map((SequenceNumber) => ({ dynamodb: { SequenceNumber } })),
};
const run = (handle: StreamStack['handle']) => {
  const clock = { now: () => 0 as EpochMs, sleep: async () => undefined };
  return createStreamHandler({ handle, settings: { clock, log: silentLog, meter: silentMeter } })(event, {});
};

test('OBX4 the lowest number that is not done is reported, and nothing when all is', async () => {
  expect(await run(async () => '101')).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
  expect(await run(async () => undefined)).toEqual({ batchItemFailures: [] });
});

test('OBX5 a handler that throws is a function error, which the mapping halves the batch for', async () => {
  await expect(run(() => Promise.reject(new Error('the bus is away')))).rejects.toThrow('the bus is away');
});
