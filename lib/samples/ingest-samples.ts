import { MAX_INLINE_BODY_BYTES, MAX_INLINE_ITEM_COUNT } from '../../contracts/limits.ts';
import type { EpochMs } from '../core/instants.ts';
import type { IngestAnswer } from './answer.ts';
import { enqueueRequest } from './enqueue-request.ts';
import type { IngestQueue } from './ingest-queue.ts';
import type { UserScope } from './model.ts';
import { type IngestRequest, parseIngestRequest, parseJson } from './parse-request.ts';
import { type RunDependencies, runRequest } from './run-request.ts';

export interface IngestDependencies extends RunDependencies {
  readonly queue: IngestQueue;
}

export interface IngestCall {
  readonly scope: UserScope;
  /** Decompressed JSON. */
  readonly body: Uint8Array;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
}

/**
 * Takes a batch of samples and deletions (ING1 to ING15). Up to 500 items and 1 MB are answered at once,
 * 200 or with refusals 207; more is queued and answered 202 until it is done. The same request id with the
 * same payload gives the stored answer, byte for byte. Throws AppError: request.* and ingest.* for faults of
 * the envelope, user.not_found, ingest.contention with Retry-After.
 */
export async function ingestSamples(
  dependencies: IngestDependencies,
  call: IngestCall,
): Promise<IngestAnswer> {
  const request = parseIngestRequest(parseJson(call.body));
  const { scope, correlationId, nowMs } = call;
  if (isInline(request, call.body.length)) {
    return await runRequest(dependencies, { scope, request, correlationId, nowMs, isConsumer: false });
  }
  const { requestId, payloadHash } = request;
  const payloadKey = `requests/${requestId}/${payloadHash}`;
  const payload = call.body;
  const enqueueing = { scope, requestId, payloadHash, correlationId, nowMs, payloadKey, payload };
  return await enqueueRequest(dependencies, enqueueing);
}

const isInline = ({ samples, deletions }: IngestRequest, bodyBytes: number): boolean =>
  samples.length + deletions.length <= MAX_INLINE_ITEM_COUNT && bodyBytes <= MAX_INLINE_BODY_BYTES;
