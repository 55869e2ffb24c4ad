import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { describeFault } from '../../../lib/observability/log.ts';
import type { StreamRecord } from '../../../lib/outbox/classify-record.ts';
import type { Platform } from '../platform.ts';

export interface StreamStack {
  /**
   * Gets the records of a batch in their order and answers the lowest sequence number that is not done, or
   * undefined when all are. What it throws is a function error: the mapping halves the batch and tries both
   * halves, so that a record that cannot be handled ends up alone (OBX5).
   */
  readonly handle: (records: readonly StreamRecord[]) => Promise<string | undefined>;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export type StreamHandler = (event: DynamoDBStreamEvent, context: object) => Promise<DynamoDBBatchResponse>;

/**
 * A Lambda handler for a DynamoDB stream (ReportBatchItemFailures): the mapping goes on from the number that
 * it answers (OBX4). Nothing is reported as done before `handle` said so. A fault is not turned into a
 * failure of the first record: that would have the batch tried again whole, and given up whole.
 */
export function createStreamHandler(stack: StreamStack): StreamHandler {
  const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use({ after: () => stack.settings.meter.flush(), onError: () => stack.settings.meter.flush() })
    .handler((event: DynamoDBStreamEvent) => runBatch(event, stack));
  return (event, context) => Promise.resolve(handler(event, context as Parameters<typeof handler>[1]));
}

async function runBatch(
  event: DynamoDBStreamEvent,
  { handle, settings }: StreamStack,
): Promise<DynamoDBBatchResponse> {
  const { clock, log } = settings;
  const startedMs = clock.now();
  const records = event.Records as readonly StreamRecord[];
  try {
    const lowestFailed = await handle(records);
    log.write('STREAM_BATCH_COMPLETED', {
      recordCount: records.length,
      lowestFailed,
      durationMs: clock.now() - startedMs,
    });
    return {
      batchItemFailures: lowestFailed === undefined ? [] : [{ itemIdentifier: lowestFailed }],
    };
  } catch (error) {
    log.write('STREAM_BATCH_FAILED', { recordCount: records.length, ...describeFault(error) });
    throw error;
  }
}
