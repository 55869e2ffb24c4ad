import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MAX_UPLOAD_BYTES } from '../../contracts/limits.ts';
import { AppError } from '../problems/app-error.ts';
import type { RequestId, UserScope } from './model.ts';
import type { PayloadStore } from './sample-store.ts';
import type { UploadReader } from './upload-store.ts';

const UPLOAD_PREFIX = 'uploads/';

/** How a ledger row and a message name a payload that lies where its caller put it. */
export const uploadKeyOf = (uploadId: string): string => `${UPLOAD_PREFIX}${uploadId}`;
export const isUploadKey = (payloadKey: string): boolean => payloadKey.startsWith(UPLOAD_PREFIX);

/**
 * Copies an uploaded file, decompressed, to where it is sealed and cannot be put again, and returns its
 * payload key. Throws AppError request.invalid when nothing was uploaded, request.too_large above 50 MB
 * before or after decompression, request.bad_encoding.
 */
export async function takeUpload(
  stores: { readonly uploads: UploadReader; readonly payloads: PayloadStore },
  scope: UserScope,
  requestId: RequestId,
  uploadKey: string,
): Promise<string> {
  const uploadId = uploadKey.slice(UPLOAD_PREFIX.length);
  const content = await stores.uploads.read(scope, uploadId, MAX_UPLOAD_BYTES);
  if (content.kind === 'absent')
    throw new AppError('request.invalid', 'upload: no file was uploaded under this id');
  if (content.kind === 'too_large') throw tooLarge();
  const isGzip = content.body[0] === 0x1f && content.body[1] === 0x8b;
  const body = isGzip ? inflate(content.body) : content.body;
  const digest = createHash('sha256').update(body).digest('hex');
  const payloadKey = `requests/${requestId}/${digest}`;
  await stores.payloads.put(scope, payloadKey, body);
  return payloadKey;
}

function inflate(file: Uint8Array): Uint8Array {
  try {
    return gunzipSync(file, { maxOutputLength: MAX_UPLOAD_BYTES });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge();
    throw new AppError('request.bad_encoding', 'the uploaded file says it is gzip and is not', { cause });
  }
}

const tooLarge = (): AppError =>
  new AppError('request.too_large', `an uploaded file has at most ${MAX_UPLOAD_BYTES} bytes`);
