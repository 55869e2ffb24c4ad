import { gunzipSync, gzipSync } from 'node:zlib';
import type { Randomness } from '../../core/randomness.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { userPartition } from './core-keys.ts';

/** What seals and opens the items of one user. */
export interface EntitySeal {
  readonly scope: UserScope;
  readonly key: DataKey;
  readonly randomness: Randomness;
}

const PLAIN = 0;
const GZIPPED = 1;
/** DynamoDB bills writes by the KB: below this the time of gzip costs more than it saves. */
const MIN_GZIP_BYTES = 4_096;

/** Place and version: a body of another item, or an older one of this, does not open in its place. */
const aadOf = (scope: UserScope, sortKey: string, version: string | number): string =>
  `${userPartition(scope)}|${sortKey}|${version}`;

export interface SealedPlace {
  readonly sortKey: string;
  readonly version: string | number;
}

/** Gzipped where it is long, sealed for its place and version: `[0 plain | 1 gzip][bytes]`. */
export function sealBytes(
  { scope, key, randomness }: EntitySeal,
  place: SealedPlace,
  plain: Uint8Array,
): Uint8Array {
  const isLong = plain.length > MIN_GZIP_BYTES;
  const body = isLong ? gzipSync(plain, { level: 1 }) : plain;
  const packed = Buffer.allocUnsafe(body.length + 1);
  packed[0] = isLong ? GZIPPED : PLAIN;
  packed.set(body, 1);
  return seal(packed, key, aadOf(scope, place.sortKey, place.version), randomness);
}

export const sealText = (seal: EntitySeal, place: SealedPlace, text: string): Uint8Array =>
  sealBytes(seal, place, Buffer.from(text, 'utf8'));

/** Throws `UnsealError` when the bytes are not those that were sealed for this place and version. */
export function openBytes(
  { scope, key }: Pick<EntitySeal, 'scope' | 'key'>,
  place: SealedPlace,
  sealed: Uint8Array,
): Buffer {
  const packed = open(sealed, key, aadOf(scope, place.sortKey, place.version));
  const body = Buffer.from(packed.buffer, packed.byteOffset + 1, packed.length - 1);
  return packed[0] === GZIPPED ? gunzipSync(body) : body;
}

export const openText = (...parameters: Parameters<typeof openBytes>): string =>
  openBytes(...parameters).toString('utf8');
