import { encodeColumns } from './block-codec.ts';
import { type BlockColumns, sliceColumns } from './codec/block-columns.ts';
import {
  PART_SPLIT_BYTES,
  PART_SPLIT_SAMPLE_COUNT,
  PART_TARGET_BYTES,
  PART_TARGET_SAMPLE_COUNT,
} from './limits.ts';
import { boundAt, type PartBound } from './part-bounds.ts';

export interface Piece {
  /** Undefined for the first piece, which keeps the name of the part that was cut. */
  readonly bound: PartBound | undefined;
  readonly columns: BlockColumns;
  readonly payload: Uint8Array;
}

/**
 * The rows of a part as one piece, or when it has outgrown its size as several of about PART_TARGET_BYTES,
 * full ones first: a part that grows at its end leaves full parts behind (ING12). Pieces are cut between
 * two starts, and within one start only when a piece has no other.
 */
export function cutPart(columns: BlockColumns, bound?: PartBound): readonly Piece[] {
  const payload = encodeColumns(columns);
  const { count } = columns;
  const isSmall = payload.length <= PART_SPLIT_BYTES && count <= PART_SPLIT_SAMPLE_COUNT;
  if (isSmall || count < 2) return [{ bound, columns, payload }];
  const rowsOfTarget = Math.floor((count * PART_TARGET_BYTES) / payload.length);
  const rows = Math.max(1, Math.min(rowsOfTarget, PART_TARGET_SAMPLE_COUNT, count - 1));
  const pieces: Piece[] = [];
  let from = 0;
  while (from < count) {
    const to = cutAfter(columns, from, rows);
    const first = from === 0 ? bound : boundOfCut(columns, from);
    pieces.push(...cutPart(sliceColumns(columns, from, to), first));
    from = to;
  }
  return pieces;
}

function cutAfter(columns: BlockColumns, from: number, rows: number): number {
  const { count, startMs } = columns;
  const wanted = from + rows;
  // An end piece of less than a quarter stays with the one before it, unless that is all there is.
  if (wanted + rows / 4 >= count && !(from === 0 && wanted < count)) return count;
  let cut = wanted;
  while (cut > from && startMs[cut] === startMs[cut - 1]) cut -= 1;
  return cut > from ? cut : wanted;
}

function boundOfCut(columns: BlockColumns, at: number): PartBound {
  const bound = boundAt(columns, at);
  const isBetweenStarts = columns.startMs[at - 1] !== bound.startMs;
  return isBetweenStarts ? { startMs: bound.startMs, recordHash: 0n, endMs: bound.startMs } : bound;
}
