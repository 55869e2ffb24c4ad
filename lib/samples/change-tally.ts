import { addDays, DAY_MS, type LocalDate, MINUTE_MS } from '../core/instants.ts';
import type { Sample } from './model.ts';

const EPOCH = '1970-01-01' as LocalDate;

type Span = Pick<Sample, 'startMs' | 'endMs' | 'offsetMinutes'>;

/** What changed in one part: the local dates, the range, and how many samples (OBX3, freshness). */
export class ChangeTally {
  readonly #days = new Set<number>();
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  added = 0;
  updated = 0;
  deleted = 0;

  /** The local dates of `span` changed. An interval changes every date that it reaches into (ING14). */
  mark(span: Span): void {
    const shiftMs = span.offsetMinutes * MINUTE_MS;
    const first = Math.floor((span.startMs + shiftMs) / DAY_MS);
    const last = Math.floor((Math.max(span.startMs, span.endMs - 1) + shiftMs) / DAY_MS);
    for (let day = first; day <= last; day += 1) this.#days.add(day);
    if (span.startMs < this.#fromMs) this.#fromMs = span.startMs;
    if (span.endMs > this.#toMs) this.#toMs = span.endMs;
  }

  get isEmpty(): boolean {
    return this.#days.size === 0;
  }

  get range(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.#fromMs, toMs: this.#toMs };
  }

  /** In calendar order. */
  dates(): LocalDate[] {
    return [...this.#days].sort((left, right) => left - right).map((day) => addDays(EPOCH, day));
  }
}
