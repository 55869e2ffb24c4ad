import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { RecordWrite } from './record-store.ts';

/** What read models of sleep records tell their freshness by (REC8). */
export interface RecordDays {
  /**
   * For each date in [from, to] the number of the last change to a sleep record that is, or was, of this date;
   * dates without any are absent, and without dates there are none. Strongly consistent, one Query; the numbers only rise.
   */
  loadSleepDays(
    scope: UserScope,
    range: { readonly from: LocalDate; readonly to: LocalDate },
  ): Promise<ReadonlyMap<LocalDate, number>>;
}

/**
 * The dates that a write changes, in order: the one that the record is of, and the one that it leaves. The
 * transaction marks them and its event names them (REC8): a mark that no event names would keep read models of that
 * date behind for ever. A record that was deleted before has left its date already.
 */
export function changedDates({ pointer, read }: Pick<RecordWrite, 'pointer' | 'read'>): readonly string[] {
  const left = read === undefined || read.deletedAtMs !== undefined ? [] : [read.date];
  return [...new Set([...left, pointer.date])].sort();
}
