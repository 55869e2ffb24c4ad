import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { encodeBase32 } from '../core/ids.ts';
import type { Sample, Source, SourceId } from './model.ts';

/**
 * First 64 bits of SHA-256 over the record id, never 0, which means "no record id". By way of hex, because
 * a Buffer per record id costs half a microsecond more.
 */
export function recordHashOf(recordId: string): bigint {
  const first = BigInt(`0x${hash('sha256', recordId, 'hex').slice(0, 16)}`);
  return first === 0n ? 1n : first;
}

/**
 * 13 characters that stand for provider, device and app for ever: the first 64 bits of SHA-256 over their
 * canonical JSON, absent fields left out.
 */
export function sourceIdOf(source: Omit<Source, 'sourceId'>): SourceId {
  const { provider, device, app } = source;
  const named = {
    provider,
    ...(device === undefined ? {} : { device }),
    ...(app === undefined ? {} : { app }),
  };
  const digest = createHash('sha256').update(canonicalJson(named)).digest();
  return encodeBase32(digest.subarray(0, 8)) as SourceId;
}

/** ING6: 64 hex digits over sources, samples and deletions, in the order sent; absent deletions are `[]`. */
export function payloadHashOf(payload: {
  readonly sources: unknown;
  readonly samples: unknown;
  readonly deletions: unknown;
}): string {
  const { sources, samples, deletions } = payload;
  return hash('sha256', canonicalJson({ sources, samples, deletions }), 'hex');
}

/** What two copies of one identity may differ in. */
export type SampleContent = Pick<Sample, 'startMs' | 'endMs' | 'value' | 'offsetMinutes'>;

export const sameContent = (left: SampleContent, right: SampleContent): boolean =>
  left.value === right.value &&
  left.endMs === right.endMs &&
  left.startMs === right.startMs &&
  left.offsetMinutes === right.offsetMinutes;

/** Decides between equal revisions with other content (ING3), the same on every machine and in any order. */
export function contentHashOf(content: SampleContent): string {
  return hash(
    'sha256',
    canonicalJson([content.startMs, content.endMs, content.value, content.offsetMinutes]),
  );
}
