import type { ChangeEntry } from '../../outbox/model.ts';
import type { UserScope } from '../../samples/model.ts';

export type BackfillEnd = Omit<Extract<ChangeEntry, { readonly kind: 'backfill' }>, 'seq'>;

/** Changes that are announced although nothing of the user's data moved with them. */
export interface Announcements {
  /**
   * Commits a change entry of its own, behind whatever was committed before. Of the same (syncId, dataType) it
   * is announced once: a repeat answers `repeated` and writes nothing. `gone`: the user was erased.
   */
  announceBackfill(scope: UserScope, end: BackfillEnd): Promise<'announced' | 'repeated' | 'gone'>;
}
