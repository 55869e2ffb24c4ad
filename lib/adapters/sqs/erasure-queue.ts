import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { USER_ERASED_V1 } from '../../../contracts/events/user-erased.v1.ts';
import { AppError } from '../../problems/app-error.ts';
import { type ErasureQueue, FINAL_SWEEP_DELAY_SEC } from '../../users/erasure-queue.ts';
import type { Sqs } from './ingest-queue.ts';

/** ErasureQueue on the queue that EventBridge fills: the same envelope, marked as the final sweep. */
export const createErasureQueue = (sqs: Sqs, queueUrl: string): ErasureQueue => ({
  sweepAgain: async (erasure) => {
    const body = { 'detail-type': USER_ERASED_V1, detail: erasure, sweep: 'final' };
    await sqs
      .send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(body),
          DelaySeconds: FINAL_SWEEP_DELAY_SEC,
        }),
      )
      .catch((cause: unknown) => {
        throw new AppError('server.unavailable', 'the queue did not answer', { cause, retryAfterSec: 1 });
      });
  },
});
