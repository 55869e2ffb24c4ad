import type { IngestQueued } from '../../../contracts/commands/ingest-queued.ts';
import { RequestId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { SampleStore } from '../../samples/sample-store.ts';
import { parseWorkoutsRequest } from './parse-request.ts';
import { readQueuedPayload } from './queued-payload.ts';
import { type RunWritesDependencies, runWorkoutsRequest } from './run-request.ts';

export interface ProcessWritesDependencies extends RunWritesDependencies {
  /** Of the ledger. */
  readonly requests: Pick<SampleStore, 'load'>;
}

/**
 * Works on one message of the queue of large batches (WKT42). `done`: the request has its answer, now or from
 * before; a repeated message finds it. `dropped`: its ledger row has expired or the user is gone. Throws what
 * makes the message come back: ingest.contention, server.unavailable when the payload is not there.
 */
export async function processQueuedWorkouts(
  deps: ProcessWritesDependencies,
  message: IngestQueued,
  nowMs: EpochMs,
): Promise<'done' | 'dropped'> {
  const scope: UserScope = {
    workspaceId: WorkspaceId.parse(message.workspaceId),
    userId: UserId.parse(message.userId),
  };
  const requestId = RequestId.parse(message.requestId);
  const { head, ledger } = await deps.requests.load(scope, requestId, []);
  if (head === undefined || head.erasedAtMs !== undefined || ledger === undefined) return 'dropped';
  if (ledger.state === 'answered') return 'done';
  const payloadKey = ledger.payloadKey ?? message.payloadKey;
  const payload = await deps.payloads.get(scope, payloadKey);
  if (payload === undefined) throw new AppError('server.unavailable', 'the payload cannot be read now');
  const { order, request } = readQueuedPayload(payload);
  await runWorkoutsRequest(deps, {
    scope,
    request: parseWorkoutsRequest(request),
    correlationId: message.correlationId,
    nowMs,
    queued: { payloadKey, order },
  });
  return 'done';
}
