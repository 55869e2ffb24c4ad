import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';

const Keyset = z.object({
  key: z
    .array(
      z.object({
        keyId: z.int().nonnegative().max(0xffff_ffff),
        status: z.string(),
        outputPrefixType: z.string(),
        keyData: z.object({ typeUrl: z.string(), value: z.string().max(4_096) }),
      }),
    )
    .max(100),
});

/** The x and y of P-256 are 32 bytes, with a zero byte before them where the first bit is set. */
const COORDINATE_BYTES = 32;
const X_FIELD = 3;
const Y_FIELD = 4;

/**
 * The enabled key of the id in a Tink JSON keyset of ECDSA public keys; undefined when there is none, or when
 * it is no point of P-256.
 */
export function keyOf(keyset: unknown, keyId: number): KeyObject | undefined {
  const key = Keyset.safeParse(keyset).data?.key.find(
    (candidate) =>
      candidate.keyId === keyId &&
      candidate.status === 'ENABLED' &&
      candidate.outputPrefixType === 'TINK' &&
      candidate.keyData.typeUrl.endsWith('.EcdsaPublicKey'),
  );
  if (key === undefined) return undefined;
  const fields = bytesFields(Buffer.from(key.keyData.value, 'base64'));
  const [x, y] = [coordinate(fields.get(X_FIELD)), coordinate(fields.get(Y_FIELD))];
  if (x === undefined || y === undefined) return undefined;
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function coordinate(bytes: Uint8Array | undefined): string | undefined {
  const digits = bytes?.subarray(bytes.findIndex((byte) => byte !== 0));
  if (digits === undefined || digits.length > COORDINATE_BYTES) return undefined;
  const padded = Buffer.alloc(COORDINATE_BYTES);
  padded.set(digits, COORDINATE_BYTES - digits.length);
  return padded.toString('base64url');
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** The length-delimited fields of a protobuf message, by number; what comes behind a fault is left out. */
function bytesFields(message: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    const wireType = tag.value & 7;
    const next = varint(message, tag.end);
    if (wireType !== VARINT && wireType !== LENGTH_DELIMITED) break;
    at = wireType === VARINT ? next.end : next.end + next.value;
    if (wireType === LENGTH_DELIMITED) fields.set(tag.value >> 3, message.subarray(next.end, at));
  }
  return fields;
}

/** At most four bytes: the messages read here are some dozens of bytes long. */
function varint(message: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = message[from + index] ?? 0;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, end: from + index + 1 };
  }
  return { value, end: message.length };
}
