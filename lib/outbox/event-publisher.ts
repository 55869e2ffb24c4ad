import type {
  BACKFILL_COMPLETED_V1,
  BackfillCompletedV1,
} from '../../contracts/events/backfill-completed.v1.ts';
import type {
  CONNECTION_CHANGED_V1,
  ConnectionChangedV1,
} from '../../contracts/events/connection-changed.v1.ts';
import type {
  PRIORITIES_CHANGED_V1,
  PrioritiesChangedV1,
} from '../../contracts/events/priorities-changed.v1.ts';
import type { RECORDS_CHANGED_V1, RecordsChangedV1 } from '../../contracts/events/records-changed.v1.ts';
import type { SAMPLES_CHANGED_V1, SamplesChangedV1 } from '../../contracts/events/samples-changed.v1.ts';
import type { SYNC_CHANGED_V1, SyncChangedV1 } from '../../contracts/events/sync-changed.v1.ts';
import type { USER_ERASED_V1, UserErasedV1 } from '../../contracts/events/user-erased.v1.ts';
import type { WORKOUT_DECIDED_V1, WorkoutDecidedV1 } from '../../contracts/events/workout-decided.v1.ts';

/** One event as it goes onto the bus: `type` is the detail-type, `detail.id` is stable (OBX2). */
export type OutboundEvent =
  | { readonly type: typeof SAMPLES_CHANGED_V1; readonly detail: SamplesChangedV1 }
  | { readonly type: typeof PRIORITIES_CHANGED_V1; readonly detail: PrioritiesChangedV1 }
  | { readonly type: typeof RECORDS_CHANGED_V1; readonly detail: RecordsChangedV1 }
  | { readonly type: typeof CONNECTION_CHANGED_V1; readonly detail: ConnectionChangedV1 }
  | { readonly type: typeof BACKFILL_COMPLETED_V1; readonly detail: BackfillCompletedV1 }
  | { readonly type: typeof SYNC_CHANGED_V1; readonly detail: SyncChangedV1 }
  | { readonly type: typeof WORKOUT_DECIDED_V1; readonly detail: WorkoutDecidedV1 }
  | { readonly type: typeof USER_ERASED_V1; readonly detail: UserErasedV1 };

/** What became of one event. `reason` is the bus's error code, for the log. */
export type PublishOutcome =
  | { readonly kind: 'published' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface EventPublisher {
  /**
   * Puts the events on the bus and answers one outcome for each, in the order given: the caller has to
   * look at every one (OBX4), since the bus may take some entries of a call and refuse others. A call
   * that fails as a whole is `failed` for its events; the promise is not rejected for what the bus or the
   * network does. Publishing an event again is harmless: it has the same id.
   */
  publish(events: readonly OutboundEvent[]): Promise<readonly PublishOutcome[]>;
}
