import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { describeFault } from '../../../lib/observability/log.ts';
import type { Platform } from '../platform.ts';

/** One readable message of a batch. */
export interface QueuedMessage<Message> {
  readonly messageId: string;
  /** 1 on the first delivery. */
  readonly receiveCount: number;
  readonly message: Message;
}

export interface QueueStack<Message> {
  /**
   * Reads the JSON of a body; throws when it is none of ours. An unreadable message is reported as failed on
   * each delivery, and so ends in the dead-letter queue with the others untouched.
   */
  readonly parse: (body: unknown) => Message;
  /**
   * Gets every readable message of the batch at once, so that it can coalesce, and answers the ids of those
   * that are to come again. What it throws fails the whole batch: handling must be safe to repeat.
   */
  readonly handle: (messages: readonly QueuedMessage<Message>[]) => Promise<readonly string[]>;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export type QueueHandler = (event: SQSEvent, context: object) => Promise<SQSBatchResponse>;

/** A Lambda handler for SQS with partial batch responses (ReportBatchItemFailures). */
export function createQueueHandler<Message>(stack: QueueStack<Message>): QueueHandler {
  const handler = middy<SQSEvent, SQSBatchResponse>()
    .use({ after: () => stack.settings.meter.flush(), onError: () => stack.settings.meter.flush() })
    .handler((event: SQSEvent) => runBatch(event, stack));
  return (event, context) => Promise.resolve(handler(event, context as Parameters<typeof handler>[1]));
}

async function runBatch<Message>(event: SQSEvent, stack: QueueStack<Message>): Promise<SQSBatchResponse> {
  const { clock, log, meter } = stack.settings;
  const startedMs = clock.now();
  const readable: QueuedMessage<Message>[] = [];
  const unreadable: string[] = [];
  for (const record of event.Records) {
    const message = readMessage(record, stack);
    if (message === undefined) unreadable.push(record.messageId);
    else readable.push(message);
  }
  const failed = readable.length === 0 ? [] : await handleAll(readable, stack);
  meter.add('MessagesFailed', failed.length);
  meter.add('MessagesUnreadable', unreadable.length);
  log.write('QUEUE_BATCH_COMPLETED', {
    messageCount: event.Records.length,
    failedCount: failed.length,
    unreadableCount: unreadable.length,
    durationMs: clock.now() - startedMs,
  });
  return { batchItemFailures: [...failed, ...unreadable].map((itemIdentifier) => ({ itemIdentifier })) };
}

function readMessage<Message>(
  record: SQSRecord,
  { parse, settings }: QueueStack<Message>,
): QueuedMessage<Message> | undefined {
  try {
    return {
      messageId: record.messageId,
      receiveCount: Number(record.attributes?.ApproximateReceiveCount ?? 1),
      message: parse(JSON.parse(record.body)),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unreadable';
    settings.log.write('QUEUE_MESSAGE_UNREADABLE', { messageId: record.messageId, reason });
    return undefined;
  }
}

/** A batch that fails as a whole is reported message by message, so that unreadable ones stay apart. */
async function handleAll<Message>(
  readable: readonly QueuedMessage<Message>[],
  { handle, settings }: QueueStack<Message>,
): Promise<readonly string[]> {
  try {
    return await handle(readable);
  } catch (error) {
    settings.log.write('QUEUE_BATCH_FAILED', { messageCount: readable.length, ...describeFault(error) });
    return readable.map(({ messageId }) => messageId);
  }
}
