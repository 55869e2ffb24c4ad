import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { PushQueue } from '../../connections/pushes/push-queue.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Sqs } from './ingest-queue.ts';

/** PushQueue on an SQS queue: the command is the body. */
export const createPushQueue = (sqs: Sqs, queueUrl: string): PushQueue => ({
  send: async (message) => {
    await sqs
      .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }))
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
