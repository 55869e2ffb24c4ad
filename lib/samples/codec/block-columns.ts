import type { EpochMs } from '../../core/instants.ts';
import type { Sample } from '../model.ts';

/**
 * Samples and tombstones of one block as columns, in the order of (start, record hash, end). Absent
 * revisions and tombstone times are NaN. Whoever holds one owns it: decoding gives fresh arrays.
 */
export interface BlockColumns {
  readonly count: number;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  readonly values: Float64Array;
  readonly offsetMinutes: Float64Array;
  readonly recordHashes: BigUint64Array;
  readonly revisions: Float64Array;
  readonly seqs: Float64Array;
  readonly deletedAtMs: Float64Array;
}

export function newColumns(count: number): BlockColumns {
  return {
    count,
    startMs: new Float64Array(count),
    endMs: new Float64Array(count),
    values: new Float64Array(count),
    offsetMinutes: new Float64Array(count),
    recordHashes: new BigUint64Array(count),
    revisions: new Float64Array(count),
    seqs: new Float64Array(count),
    deletedAtMs: new Float64Array(count),
  };
}

/** Writes `sample` into row `index`, whatever stood there. */
export function setRow(columns: BlockColumns, index: number, sample: Sample): void {
  columns.startMs[index] = sample.startMs;
  columns.endMs[index] = sample.endMs;
  columns.values[index] = sample.value;
  columns.offsetMinutes[index] = sample.offsetMinutes;
  columns.recordHashes[index] = sample.recordHash;
  columns.revisions[index] = sample.revision ?? Number.NaN;
  columns.seqs[index] = sample.seq;
  columns.deletedAtMs[index] = sample.deletedAtMs ?? Number.NaN;
}

/** Copies rows [from, to) of `source` to row `at` of `target`. */
export function copyRows(
  source: BlockColumns,
  range: { readonly from: number; readonly to: number },
  target: BlockColumns,
  at: number,
): void {
  const { from, to } = range;
  target.startMs.set(source.startMs.subarray(from, to), at);
  target.endMs.set(source.endMs.subarray(from, to), at);
  target.values.set(source.values.subarray(from, to), at);
  target.offsetMinutes.set(source.offsetMinutes.subarray(from, to), at);
  target.recordHashes.set(source.recordHashes.subarray(from, to), at);
  target.revisions.set(source.revisions.subarray(from, to), at);
  target.seqs.set(source.seqs.subarray(from, to), at);
  target.deletedAtMs.set(source.deletedAtMs.subarray(from, to), at);
}

export function sliceColumns(columns: BlockColumns, from: number, to: number): BlockColumns {
  const slice = newColumns(to - from);
  copyRows(columns, { from, to }, slice, 0);
  return slice;
}

export function rowOf(columns: BlockColumns, index: number): Sample {
  const revision = columns.revisions[index] ?? Number.NaN;
  const deletedAtMs = columns.deletedAtMs[index] ?? Number.NaN;
  return {
    startMs: (columns.startMs[index] ?? 0) as EpochMs,
    endMs: (columns.endMs[index] ?? 0) as EpochMs,
    value: columns.values[index] ?? 0,
    offsetMinutes: columns.offsetMinutes[index] ?? 0,
    recordHash: columns.recordHashes[index] ?? 0n,
    revision: Number.isNaN(revision) ? undefined : revision,
    seq: columns.seqs[index] ?? 0,
    deletedAtMs: Number.isNaN(deletedAtMs) ? undefined : (deletedAtMs as EpochMs),
  };
}

export const isTombstone = (columns: BlockColumns, index: number): boolean =>
  !Number.isNaN(columns.deletedAtMs[index] ?? Number.NaN);
