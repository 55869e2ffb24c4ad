import type { BlockColumns } from './codec/block-columns.ts';

/**
 * Where a part begins, in the order of a block's rows: start, record hash, end. A part holds the rows from
 * its bound up to the next part's; the first part has no bound. Nearly always the start alone cuts; hash
 * and end tell rows of one start apart when so many share it that a part would grow without limit.
 */
export interface PartBound {
  readonly startMs: number;
  readonly recordHash: bigint;
  readonly endMs: number;
}

/** Base 36 digits of an offset: 36^7 ms is over two years, more than any bucket. */
const OFFSET_DIGITS = 7;
const HASH_DIGITS = 16;

/** `<start offset>[-<record hash>[-<duration>]]`, so that the text order of names is the order of bounds. */
export function partNameOf(bucketStartMs: number, bound: PartBound): string {
  const start = (bound.startMs - bucketStartMs).toString(36).padStart(OFFSET_DIGITS, '0');
  const durationMs = bound.endMs - bound.startMs;
  if (bound.recordHash === 0n && durationMs === 0) return start;
  const hash = bound.recordHash.toString(16).padStart(HASH_DIGITS, '0');
  if (bound.recordHash !== 0n) return `${start}-${hash}`;
  return `${start}-${hash}-${durationMs.toString(36).padStart(OFFSET_DIGITS, '0')}`;
}

export function parsePartName(bucketStartMs: number, name: string): PartBound {
  const [start = '', hash = '0', duration = '0'] = name.split('-');
  const startMs = bucketStartMs + Number.parseInt(start, 36);
  return { startMs, recordHash: BigInt(`0x${hash}`), endMs: startMs + Number.parseInt(duration, 36) };
}

/** Below 0 when `left` comes first. The end only orders rows without a record id. */
export function compareBounds(left: PartBound, right: PartBound): number {
  if (left.startMs !== right.startMs) return left.startMs - right.startMs;
  if (left.recordHash !== right.recordHash) return left.recordHash < right.recordHash ? -1 : 1;
  return left.recordHash === 0n ? left.endMs - right.endMs : 0;
}

/** Index of the part that `row` belongs to: 0 for the first part, i for `bounds[i - 1]`. */
export function partIndexOf(bounds: readonly PartBound[], row: PartBound): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const bound = bounds[middle];
    if (bound !== undefined && compareBounds(bound, row) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first row that is not before `wanted`. */
export function lowerBound(columns: BlockColumns, wanted: PartBound): number {
  const { startMs } = columns;
  let low = 0;
  let high = columns.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = startMs[middle] ?? 0;
    const isBefore =
      start === wanted.startMs ? compareBounds(boundAt(columns, middle), wanted) < 0 : start < wanted.startMs;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const boundAt = (columns: BlockColumns, index: number): PartBound => ({
  startMs: columns.startMs[index] ?? 0,
  recordHash: columns.recordHashes[index] ?? 0n,
  endMs: columns.endMs[index] ?? 0,
});
