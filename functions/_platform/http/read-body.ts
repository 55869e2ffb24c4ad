import { gunzipSync } from 'node:zlib';
import { MAX_DECODED_BODY_BYTES, MAX_WIRE_BODY_BYTES } from '../../../contracts/limits.ts';
import { AppError } from '../../../lib/problems/app-error.ts';

/** The part of an API Gateway event that holds the body. */
export interface RawBody {
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

const EMPTY = new Uint8Array(0);
const UPLOAD_HINT =
  'larger files go through POST /v1/users/{userId}/health/samples/uploads, which answers a presigned address';

/**
 * The decoded body: base64 of the gateway undone, gzip inflated with the limit applied while it runs, so
 * that a bomb costs no more memory than the limit (ING8). `request.too_large` above 4 MB on the wire, where
 * `isTextLong` above 5 MB of what the gateway hands on as text, or 5 MB decoded; `request.bad_encoding` for what is no gzip, `request.unsupported_encoding` for the rest.
 */
export function readBody(raw: RawBody, contentEncoding: string | undefined, isTextLong = false): Uint8Array {
  const wire = wireBytes(raw);
  const isText = raw.isBase64Encoded !== true;
  const limitBytes = isText && isTextLong ? MAX_DECODED_BODY_BYTES : MAX_WIRE_BODY_BYTES;
  if (wire.length > limitBytes) throw tooLarge('on the wire', limitBytes);
  switch ((contentEncoding ?? 'identity').trim().toLowerCase()) {
    case '':
    case 'identity':
      return wire;
    case 'gzip':
    case 'x-gzip':
      return inflate(wire);
    default:
      throw new AppError('request.unsupported_encoding', 'Content-Encoding is gzip, identity, or absent.');
  }
}

/** The body as it was sent, only base64 of the gateway undone: signatures are over these bytes (CON50). */
export function readWireBody(raw: RawBody): Uint8Array {
  const wire = wireBytes(raw);
  if (wire.length > MAX_WIRE_BODY_BYTES) throw tooLarge('on the wire', MAX_WIRE_BODY_BYTES);
  return wire;
}

function wireBytes({ body, isBase64Encoded }: RawBody): Uint8Array {
  if (body === undefined || body === '') return EMPTY;
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}

function inflate(wire: Uint8Array): Uint8Array {
  if (wire.length === 0) return EMPTY;
  try {
    return gunzipSync(wire, { maxOutputLength: MAX_DECODED_BODY_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('after decompression', MAX_DECODED_BODY_BYTES);
    throw new AppError('request.bad_encoding', 'The body says it is gzip and is not.', { cause: error });
  }
}

const tooLarge = (where: string, limitBytes: number): AppError =>
  new AppError('request.too_large', `The limit is ${limitBytes} bytes ${where}; ${UPLOAD_HINT}.`);
