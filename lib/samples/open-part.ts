import { TOMBSTONE_DAYS } from '../../contracts/limits.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import { decodeColumns } from './block-codec.ts';
import { ChangeTally } from './change-tally.ts';
import { type BlockColumns, copyRows, newColumns, setRow } from './codec/block-columns.ts';
import type { Sample, StoredBlock } from './model.ts';
import { compareBounds, lowerBound, type PartBound } from './part-bounds.ts';

/** One part of a bucket as it was read. */
export interface PartView {
  /** Empty for the first part. */
  readonly name: string;
  /** Undefined for the first part. */
  readonly bound: PartBound | undefined;
  /** Undefined: not stored yet, or not read yet (`isLoaded`). */
  readonly stored: StoredBlock | undefined;
  readonly isLoaded: boolean;
}

/**
 * A part being changed: its rows decoded, rows set in place, rows dropped, and rows to insert. One merge owns it.
 */
export class OpenPart {
  readonly view: PartView;
  readonly columns: BlockColumns;
  readonly tally = new ChangeTally();
  readonly inserted: Sample[] = [];
  readonly #dropped = new Set<number>();
  #isChanged = false;

  constructor(view: PartView) {
    this.view = view;
    this.columns = view.stored === undefined ? newColumns(0) : decodeColumns(view.stored.payload);
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  set(row: number, sample: Sample): void {
    setRow(this.columns, row, sample);
    this.#isChanged = true;
  }

  drop(row: number): void {
    this.#dropped.add(row);
    this.#isChanged = true;
  }

  insert(sample: Sample): number {
    this.#isChanged = true;
    return this.inserted.push(sample) - 1;
  }

  /** The rows as they are now, in block order, without tombstones past their 30 days (ING4). */
  rebuilt(nowMs: EpochMs): BlockColumns {
    for (let row = 0; row < this.columns.count; row += 1)
      if (isExpired(this.columns.deletedAtMs[row], nowMs)) this.#dropped.add(row);
    if (this.inserted.length === 0 && this.#dropped.size === 0) return this.columns;
    const additions = [...this.inserted].sort(compareBounds);
    const target = newColumns(this.columns.count - this.#dropped.size + additions.length);
    let row = 0;
    let at = 0;
    for (const sample of additions) {
      const until = lowerBound(this.columns, sample);
      at = this.#copyKept(row, until, target, at);
      row = until;
      setRow(target, at, sample);
      at += 1;
    }
    this.#copyKept(row, this.columns.count, target, at);
    return target;
  }

  #copyKept(from: number, until: number, target: BlockColumns, at: number): number {
    let runFrom = from;
    let next = at;
    if (this.#dropped.size > 0) {
      for (let row = from; row < until; row += 1) {
        if (!this.#dropped.has(row)) continue;
        copyRows(this.columns, { from: runFrom, to: row }, target, next);
        next += row - runFrom;
        runFrom = row + 1;
      }
    }
    if (runFrom < until) copyRows(this.columns, { from: runFrom, to: until }, target, next);
    return next + Math.max(0, until - runFrom);
  }
}

/** Past its 30 days a tombstone is as good as gone, whether it was swept away yet or not. */
export const isExpired = (deletedAtMs: number | undefined, nowMs: EpochMs): boolean =>
  deletedAtMs !== undefined && deletedAtMs <= nowMs - TOMBSTONE_DAYS * DAY_MS;
