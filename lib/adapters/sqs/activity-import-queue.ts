import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ImportActivity } from '../../../contracts/commands/import-activity.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ImportQueue } from '../../workouts/imports/import-store.ts';
import type { Sqs } from './ingest-queue.ts';

/** ImportQueue on an SQS queue: ids only, the file and what is to be done with it lie elsewhere. */
export const createActivityImportQueue = (sqs: Sqs, queueUrl: string): ImportQueue => ({
  send: async ({ workspaceId, userId, importId, correlationId }) => {
    const command: ImportActivity = { workspaceId, userId, importId, correlationId };
    await sqs
      .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(command) }))
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
