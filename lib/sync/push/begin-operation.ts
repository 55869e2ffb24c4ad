import { SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS, type EpochMs, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Operation } from '../model.ts';
import { readProgress } from './progress.ts';
import type { ChangeOutcome, OperationRequest, Task } from './write-model.ts';

const RUNNING_RETRY_SEC = 2;

export type Beginning =
  /** It was done: this is the answer, byte for byte. */
  | { readonly kind: 'done'; readonly text: string }
  /** Where to go on; `readToken` is whose row the ledger holds. */
  | {
      readonly kind: 'open';
      readonly outcomes: readonly ChangeOutcome[];
      readonly readToken: string | undefined;
    };

/**
 * What the ledger says of an operation (SYN5): new, done, another's, ours as far as we came, or a dead owner's,
 * which goes on under our token: the commits of the one before fail from then on. Throws sync.payload_conflict,
 * sync.operation_running, sync.operation_expired for an unknown operation whose newest clock lies before the
 * horizon. Who finds it running is to ask again soon: mostly the owner is done within a second, and a dead one
 * is taken over by the first who asks after its lease.
 */
export function beginOperation(
  request: OperationRequest,
  stored: Operation | undefined,
  {
    token,
    nowMs,
    tasks,
  }: { readonly token: string; readonly nowMs: EpochMs; readonly tasks: readonly Task[] },
): Beginning {
  if (stored === undefined) {
    if (isExpired(request.newestHlcMs, nowMs)) {
      throw new AppError(
        'sync.operation_expired',
        `Its newest change is older than ${SYNC_HORIZON_DAYS} days.`,
      );
    }
    return { kind: 'open', outcomes: [], readToken: undefined };
  }
  if (stored.payloadHash !== request.payloadHash) {
    throw new AppError(
      'sync.payload_conflict',
      'The operation id was used with other changes: take a new one.',
    );
  }
  if (stored.state === 'done') return { kind: 'done', text: stored.result };
  if (stored.token !== token && stored.leaseUntilMs > nowMs) {
    const leftSec = Math.ceil((stored.leaseUntilMs - nowMs) / SECOND_MS);
    throw new AppError('sync.operation_running', 'Another request works on this operation.', {
      retryAfterSec: Math.max(1, Math.min(leftSec, RUNNING_RETRY_SEC)),
    });
  }
  return { kind: 'open', outcomes: readProgress(stored.result, tasks), readToken: stored.token };
}

const isExpired = (newestHlcMs: number | undefined, nowMs: EpochMs): boolean =>
  newestHlcMs !== undefined && newestHlcMs < nowMs - SYNC_HORIZON_DAYS * DAY_MS;
