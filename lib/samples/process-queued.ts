import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';
import { MAX_UPLOAD_ITEM_COUNT } from '../../contracts/limits.ts';
import { RequestId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import { faultAnswer, isFileFault } from './answer.ts';
import type { Ledger, UserScope } from './model.ts';
import { type IngestRequest, isObject, parseIngestRequest, parseJson } from './parse-request.ts';
import { type RunDependencies, replacedBy, runRequest } from './run-request.ts';
import { isUploadKey, takeUpload } from './take-upload.ts';
import type { UploadReader } from './upload-store.ts';

export interface ProcessDependencies extends RunDependencies {
  readonly uploads: UploadReader;
}

interface Queued {
  readonly scope: UserScope;
  readonly requestId: RequestId;
  readonly ledger: Extract<Ledger, { readonly state: 'queued' | 'running' }>;
  readonly payloadKey: string;
}

/**
 * Works on one message of the large-ingest queue (ING8). `done`: the request has its answer, now or from
 * before; a repeated message finds it. `dropped`: its ledger row has expired or the user is gone. Throws
 * what makes the message come back: ingest.contention, server.unavailable when the payload is not there.
 */
export async function processQueued(
  dependencies: ProcessDependencies,
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
  const queued = { scope, requestId, ledger, payloadKey: ledger.payloadKey ?? message.payloadKey };
  try {
    const payloadKey = await sealedPayloadKey(dependencies, queued);
    const request = await loadRequest(dependencies, { ...queued, payloadKey });
    const { correlationId } = message;
    await runRequest(dependencies, { scope, request, correlationId, nowMs, payloadKey });
  } catch (error) {
    if (!isFileFault(error)) throw error;
    await endWithFault(dependencies, queued, error);
  }
  return 'done';
}

/** An uploaded file is copied first, so that every worker and every retry works on the same bytes. */
async function sealedPayloadKey(dependencies: ProcessDependencies, queued: Queued): Promise<string> {
  const { scope, requestId, ledger, payloadKey: uploadKey } = queued;
  if (!isUploadKey(uploadKey) || ledger.state !== 'queued') return uploadKey;
  const payloadKey = await takeUpload(dependencies, scope, requestId, uploadKey);
  await replaceRow(dependencies, queued, { ...ledger, payloadKey });
  return payloadKey;
}

async function loadRequest(dependencies: ProcessDependencies, queued: Queued): Promise<IngestRequest> {
  const { scope, requestId, ledger, payloadKey } = queued;
  const payload = await dependencies.payloads.get(scope, payloadKey);
  if (payload === undefined)
    throw new AppError('server.unavailable', 'the queued payload cannot be read now');
  const json = parseJson(payload);
  // A file may leave the request id out; the one of the request that names it counts.
  const request = parseIngestRequest(isObject(json) ? { ...json, requestId } : json, MAX_UPLOAD_ITEM_COUNT);
  return { ...request, payloadHash: ledger.payloadHash };
}

async function endWithFault(
  dependencies: ProcessDependencies,
  queued: Queued,
  fault: AppError,
): Promise<void> {
  const { payloadHash, expiresAtMs } = queued.ledger;
  const answer = faultAnswer(fault);
  await replaceRow(dependencies, queued, {
    payloadHash,
    expiresAtMs,
    state: 'answered',
    status: 400,
    answer,
  });
}

/** Replaces the ledger row as it stands now, on the condition that nobody else does. */
async function replaceRow(dependencies: ProcessDependencies, queued: Queued, row: Ledger): Promise<void> {
  const { scope, requestId } = queued;
  const { ledger: standing } = await dependencies.store.load(scope, requestId, []);
  if (standing?.state === 'answered') return;
  const ledger = { row, replaces: replacedBy(standing) };
  const outcome = await dependencies.store.commit(scope, { requestId, ledger, advance: undefined });
  if (outcome === 'conflict') throw new AppError('server.unavailable', 'another worker has the request');
}
