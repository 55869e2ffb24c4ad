import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';
import { RequestId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { UserScope } from './model.ts';
import { parseIngestRequest, parseJson } from './parse-request.ts';
import { type RunDependencies, runRequest } from './run-request.ts';

/**
 * Works on one message of the large-ingest queue (ING8). `done`: the request has its answer, now or from
 * before; a repeated message finds it. `dropped`: its ledger row has expired or the user is gone. Throws
 * what makes the message come back: ingest.contention, server.unavailable when the payload is not there.
 */
export async function processQueued(
  dependencies: RunDependencies,
  message: IngestQueued,
  nowMs: EpochMs,
): Promise<'done' | 'dropped'> {
  const scope: UserScope = {
    workspaceId: WorkspaceId.parse(message.workspaceId),
    userId: UserId.parse(message.userId),
  };
  const requestId = RequestId.parse(message.requestId);
  const { head, ledger } = await dependencies.store.load(scope, requestId, []);
  if (head === undefined || head.erasedAtMs !== undefined || ledger === undefined) return 'dropped';
  if (ledger.state === 'answered') return 'done';
  const payload = await dependencies.payloads.get(scope, ledger.payloadKey ?? message.payloadKey);
  if (payload === undefined)
    throw new AppError('server.unavailable', 'the queued payload cannot be read now');
  const request = parseIngestRequest(parseJson(payload));
  const { correlationId } = message;
  await runRequest(dependencies, { scope, request, correlationId, nowMs, isConsumer: true });
  return 'done';
}
