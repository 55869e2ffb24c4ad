import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AppError } from '../../problems/app-error.ts';
import type { IngestQueue } from '../../samples/ingest-queue.ts';

/** What is used of SQS. */
export type Sqs = Pick<SQSClient, 'send'>;

/** IngestQueue on an SQS queue: the command is the body. */
export const createIngestQueue = (sqs: Sqs, queueUrl: string): IngestQueue => ({
  send: async (command) => {
    await sqs
      .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(command) }))
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
