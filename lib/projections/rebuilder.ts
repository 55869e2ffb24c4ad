import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';

/** The read models whose rows are stored, and can be computed again (PRJ5). */
export type ReadModel = 'rollups' | 'sleep' | 'session_impact';

export interface RebuilderRange {
  /** The first and last local date, both inclusive; without one, everything the user has. */
  readonly from?: LocalDate;
  readonly to?: LocalDate;
  /** Codes of metrics or keys of priorities; without them all. A model that none concerns yields nothing. */
  readonly metrics?: readonly string[];
  /**
   * Goes on behind this step of an earlier run. Only a model whose steps name a metric is given it; for the
   * others the caller moves `from` behind the date.
   */
  readonly after?: { readonly metric: string; readonly throughDate: LocalDate };
}

/** One bounded step: some 31 days, or a few seconds of work. */
export interface RebuilderStep {
  /** Of a model that goes metric by metric, in the order of their codes: the one the step was about. */
  readonly metric?: string;
  /** Every date of the range up to this one is done, for what the step was about. */
  readonly throughDate: LocalDate;
  readonly computedCount: number;
  /** Rows that were equal to their inputs already. */
  readonly currentCount: number;
  /** Rows whose inputs are not whole yet; a later run finds them. */
  readonly unsettledCount: number;
}

/**
 * Computes again every row of one user's read model that is not equal to its inputs, in bounded steps, oldest
 * first. It is safe to stop after any step: a repeat skips what is current. Rows are replaced under the same
 * condition as the projector's, so reads and projectors go on meanwhile. Yields nothing for a user who is gone.
 */
export interface Rebuilder {
  readonly model: ReadModel;
  rebuild(scope: UserScope, range: RebuilderRange): AsyncIterable<RebuilderStep>;
}
