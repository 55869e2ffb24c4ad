import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';

/** What read models of sleep records tell their freshness by (REC8). */
export interface RecordDays {
  /**
   * For each date in [from, to] the number of the last change to a sleep record that is, or was, of this date;
   * dates without any are absent. Strongly consistent, one Query; the numbers only rise.
   */
  loadSleepDays(
    scope: UserScope,
    range: { readonly from: LocalDate; readonly to: LocalDate },
  ): Promise<ReadonlyMap<LocalDate, number>>;
}
