import { MAX_INLINE_BODY_BYTES, MAX_INLINE_ITEM_COUNT } from '../../../contracts/limits.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { IngestAnswer } from '../../samples/answer.ts';
import type { EnqueueDependencies } from '../../samples/enqueue-request.ts';
import type { UserScope } from '../../samples/model.ts';
import { parseWorkoutsRequest } from './parse-request.ts';
import { toQueuedPayload } from './queued-payload.ts';
import { type RunWritesDependencies, runWorkoutsRequest } from './run-request.ts';

export interface UpsertWorkoutsDependencies extends RunWritesDependencies {
  /** The samples' store, for the ledger that all kinds of requests share, and the queue of large ones. */
  readonly queueing: EnqueueDependencies;
}

export interface UpsertWorkoutsCall {
  readonly scope: UserScope;
  /** The body as it came, decompressed, and the JSON that it is. */
  readonly body: Uint8Array;
  readonly json: unknown;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
}

/**
 * Takes a batch of workouts and deletions of one source (WKT40 to WKT45). Up to 500 items and 1 MB are answered at
 * once, 200 or with refusals 207; more is queued and answered 202 until it is done. The same request id with
 * the same payload gives the stored answer, byte for byte. Throws AppError: request.* and ingest.* for faults
 * of the envelope, user.not_found, ingest.contention with Retry-After.
 */
export async function upsertWorkouts(
  deps: UpsertWorkoutsDependencies,
  call: UpsertWorkoutsCall,
): Promise<IngestAnswer> {
  const request = parseWorkoutsRequest(call.json);
  const { scope, correlationId, nowMs, body } = call;
  const itemCount = request.workouts.length + request.deletions.length;
  if (itemCount <= MAX_INLINE_ITEM_COUNT && body.length <= MAX_INLINE_BODY_BYTES)
    return await runWorkoutsRequest(deps, { scope, request, correlationId, nowMs, queued: undefined });
  const { requestId, payloadHash } = request;
  const { head } = await deps.queueing.store.load(scope, requestId, []);
  return await deps.rules.enqueueRequest(deps.queueing, {
    scope,
    requestId,
    payloadHash,
    correlationId,
    nowMs,
    payloadKey: `workouts/${requestId}/${payloadHash}`,
    payload: toQueuedPayload({ seq: head?.seq ?? 0, ms: nowMs }, body),
  });
}
