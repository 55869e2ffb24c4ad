import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { UserScope } from '../../samples/model.ts';
import type { QuarantinedRecord } from '../model.ts';

/** Records that were set aside, kept for QUARANTINE_KEPT_DAYS. */
export interface QuarantineStore {
  /** A repeat of the same `quarantineId` replaces. */
  add(scope: UserScope, records: readonly QuarantinedRecord[]): Promise<void>;
  /** In the order of their ids, those behind `after`. */
  list(
    scope: UserScope,
    connectionId: ConnectionId,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly QuarantinedRecord[]>;
}

export const QUARANTINE_KEPT_DAYS = 30;
