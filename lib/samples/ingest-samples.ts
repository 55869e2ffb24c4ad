import { hash } from 'node:crypto';
import { IngestUploadRequest } from '../../contracts/http/ingest-samples.ts';
import { MAX_INLINE_BODY_BYTES, MAX_INLINE_ITEM_COUNT } from '../../contracts/limits.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { IngestAnswer } from './answer.ts';
import { enqueueRequest } from './enqueue-request.ts';
import type { IngestQueue } from './ingest-queue.ts';
import type { UserScope } from './model.ts';
import { type IngestRequest, isObject, parseIngestRequest } from './parse-request.ts';
import { type RunDependencies, runRequest } from './run-request.ts';
import { uploadKeyOf } from './take-upload.ts';

export interface IngestDependencies extends RunDependencies {
  readonly queue: IngestQueue;
}

export interface IngestCall {
  readonly scope: UserScope;
  /** The body as it came, decompressed, and the JSON that it is. */
  readonly body: Uint8Array;
  readonly json: unknown;
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
  if (isUpload(call.json)) return await ingestUpload(dependencies, call);
  const request = parseIngestRequest(call.json);
  const { scope, correlationId, nowMs } = call;
  if (isInline(request, call.body.length)) {
    return await runRequest(dependencies, { scope, request, correlationId, nowMs, payloadKey: undefined });
  }
  const { requestId, payloadHash } = request;
  const payloadKey = `requests/${requestId}/${payloadHash}`;
  const payload = call.body;
  const enqueueing = { scope, requestId, payloadHash, correlationId, nowMs, payloadKey, payload };
  return await enqueueRequest(dependencies, enqueueing);
}

/** A request that names a file uploaded before: the same id with another file is another payload (ING8). */
async function ingestUpload(dependencies: IngestDependencies, call: IngestCall): Promise<IngestAnswer> {
  const named = IngestUploadRequest.safeParse(call.json);
  if (!named.success) {
    throw new AppError('request.invalid', 'with `upload` goes `requestId`, and nothing else', {
      faults: [
        { path: '/upload', code: 'invalid', message: 'requestId and upload, of the documented shape' },
      ],
    });
  }
  const { requestId, upload } = named.data;
  const { scope, correlationId, nowMs } = call;
  const payloadHash = hash('sha256', canonicalJson({ upload }), 'hex');
  const payloadKey = uploadKeyOf(upload);
  const enqueueing = { scope, requestId, payloadHash, correlationId, nowMs, payloadKey, payload: undefined };
  return await enqueueRequest(dependencies, enqueueing);
}

const isUpload = (json: unknown): boolean => isObject(json) && Object.hasOwn(json, 'upload');

const isInline = ({ samples, deletions }: IngestRequest, bodyBytes: number): boolean =>
  samples.length + deletions.length <= MAX_INLINE_ITEM_COUNT && bodyBytes <= MAX_INLINE_BODY_BYTES;
