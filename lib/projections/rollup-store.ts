import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { RollupRow } from './model.ts';

export interface RollupStore {
  /**
   * Writes the row unless the stored one is newer: it is replaced when its compute version is lower, or
   * equal with a smaller `inputs.sum`. `superseded` means that an equal or newer row stands: nothing to do.
   */
  save(scope: UserScope, row: RollupRow): Promise<'saved' | 'superseded'>;
  /** Rows of one metric with a date in [from, to], in date order, strongly consistent: one Query a page. */
  load(
    scope: UserScope,
    range: { readonly metric: string; readonly from: LocalDate; readonly to: LocalDate },
  ): Promise<readonly RollupRow[]>;
}
