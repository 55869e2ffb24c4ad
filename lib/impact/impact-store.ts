import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { ImpactRow, SessionPlace } from './model.ts';

/** The rows of session impact. A user without a data key is erased: no rows, and none is written. */
export interface ImpactStore {
  /** Unless an equal or newer one stands there (PRJ2). */
  save(scope: UserScope, row: ImpactRow): Promise<'saved' | 'superseded'>;
  /** Of sessions that began in [fromMs, toMs], in the order of their places; strongly consistent. */
  load(
    scope: UserScope,
    range: { readonly metric: string; readonly fromMs: EpochMs; readonly toMs: EpochMs },
  ): Promise<readonly ImpactRow[]>;
  /** What a session left at a place that it is not at any more. Rows that are not there are none. */
  remove(scope: UserScope, place: SessionPlace, metrics: readonly string[]): Promise<void>;
}
