import type { LocalDate } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { NightRow } from './model.ts';

export interface NightStore {
  /** Writes the night unless an equal or newer one stands, by compute version, then `inputs.sum` (PRJ2). */
  save(scope: UserScope, row: NightRow): Promise<'saved' | 'superseded'>;
  /** Nights with a date in [from, to], in date order, strongly consistent: one Query a page. */
  load(
    scope: UserScope,
    range: { readonly from: LocalDate; readonly to: LocalDate },
  ): Promise<readonly NightRow[]>;
}
