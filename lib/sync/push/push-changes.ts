import type { PushRequest } from '../../../contracts/http/sync.ts';
import type { UserScope } from '../../samples/model.ts';
import { hlcMsOf, isHlc } from '../merge/hlc.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { hashOfPush } from './hash-of.ts';
import { renderPush, statusOfPush } from './render-push.ts';
import { writeRows } from './write-rows.ts';

/** The answer of a push: JSON that is byte for byte the same on a repeat. */
export interface PushAnswerText {
  readonly status: 200 | 207;
  readonly body: string;
  /** What logs and metrics tell of it; undefined of a repeat. */
  readonly counts:
    | { readonly successful: number; readonly conflicts: number; readonly failed: number }
    | undefined;
  /** How often another writer was first. */
  readonly retryCount: number;
}

/**
 * Takes the changes of a device (SYN1 to SYN6). What cannot be taken is reported by itself; the operation is
 * done once, whatever is repeated. Throws AppError sync.payload_conflict, sync.operation_running,
 * sync.operation_expired, sync.contention, user.not_found.
 */
export async function pushChanges(
  deps: SyncDeps,
  scope: UserScope,
  request: PushRequest,
  { correlationId }: { readonly correlationId: string },
): Promise<PushAnswerText> {
  const { deviceId, operationId, changes } = request;
  const clocks = changes.flatMap(({ hlc }) => (isHlc(hlc) ? [hlcMsOf(hlc)] : []));
  const answer = await writeRows(deps, scope, {
    changes,
    originDeviceId: deviceId,
    correlationId,
    operation: {
      operationId,
      payloadHash: hashOfPush(request),
      newestHlcMs: clocks.length === 0 ? undefined : Math.max(...clocks),
      render: (result) => renderPush(operationId, result),
    },
  });
  const body = answer.text ?? '';
  const counts = answer.result === undefined ? undefined : countOutcomes(answer.result.outcomes);
  return { status: statusOfPush(body), body, counts, retryCount: answer.retryCount };
}

function countOutcomes(outcomes: readonly { readonly kind: 'successful' | 'conflict' | 'failed' }[]) {
  const countOf = (kind: string) => outcomes.filter((outcome) => outcome.kind === kind).length;
  return { successful: countOf('successful'), conflicts: countOf('conflict'), failed: countOf('failed') };
}
