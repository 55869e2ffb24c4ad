import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { AppError } from '../../problems/app-error.ts';
import type { RebuildQueue } from '../../rebuilds/rebuild-queue.ts';
import type { Sqs } from './ingest-queue.ts';

/** RebuildQueue on an SQS queue. Throws server.unavailable when it does not take the message. */
export const createRebuildQueue = (sqs: Sqs, queueUrl: string): RebuildQueue => ({
  send: async (step, delaySec = 0) => {
    await sqs
      .send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(step),
          ...(delaySec > 0 ? { DelaySeconds: delaySec } : {}),
        }),
      )
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
