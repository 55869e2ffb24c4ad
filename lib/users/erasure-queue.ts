import type { UserErasedV1 } from '../../contracts/events/user-erased.v1.ts';

export interface ErasureQueue {
  /**
   * Has an erased user swept once more, FINAL_SWEEP_DELAY_SEC from now. Sent twice it is swept twice, which
   * is harmless. Throws AppError server.unavailable when the queue does not answer.
   */
  sweepAgain(erasure: UserErasedV1): Promise<void>;
}

/**
 * The longest delay of an SQS message. By then everything is over that began before the head was marked:
 * function runs (5 minutes at most), data keys in containers (5 minutes) and upload addresses (15 minutes).
 */
export const FINAL_SWEEP_DELAY_SEC = 900;
