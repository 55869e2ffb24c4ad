import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SyncWanted } from '../../../contracts/commands/sync-wanted.ts';
import type { SyncQueue } from '../../connections/syncs/sync-queue.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Sqs } from './ingest-queue.ts';

/** SyncQueue on an SQS queue. Throws server.unavailable when it does not take the message. */
export const createSyncQueue = (sqs: Sqs, queueUrl: string): SyncQueue => ({
  wake: async ({ workspaceId, userId }, connectionId, { correlationId, delaySec }) => {
    const body: SyncWanted = { workspaceId, userId, connectionId, correlationId };
    await sqs
      .send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(body),
          ...(delaySec > 0 ? { DelaySeconds: Math.ceil(delaySec) } : {}),
        }),
      )
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
