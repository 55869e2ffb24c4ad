import { BACKFILL_COMPLETED_V1, BackfillCompletedV1 } from './backfill-completed.v1.ts';
import { CONNECTION_CHANGED_V1, ConnectionChangedV1 } from './connection-changed.v1.ts';
import { PRIORITIES_CHANGED_V1, PrioritiesChangedV1 } from './priorities-changed.v1.ts';
import { RECORDS_CHANGED_V1, RecordsChangedV1 } from './records-changed.v1.ts';
import { SAMPLES_CHANGED_V1, SamplesChangedV1 } from './samples-changed.v1.ts';
import { SYNC_CHANGED_V1, SyncChangedV1 } from './sync-changed.v1.ts';
import { USER_ERASED_V1, UserErasedV1 } from './user-erased.v1.ts';
import { WORKOUT_DECIDED_V1, WorkoutDecidedV1 } from './workout-decided.v1.ts';

/** Every event type, which is also the EventBridge detail-type, with the schema of its detail. */
export const EVENT_CATALOG = {
  [SAMPLES_CHANGED_V1]: SamplesChangedV1,
  [PRIORITIES_CHANGED_V1]: PrioritiesChangedV1,
  [USER_ERASED_V1]: UserErasedV1,
  [RECORDS_CHANGED_V1]: RecordsChangedV1,
  [CONNECTION_CHANGED_V1]: ConnectionChangedV1,
  [BACKFILL_COMPLETED_V1]: BackfillCompletedV1,
  [SYNC_CHANGED_V1]: SyncChangedV1,
  [WORKOUT_DECIDED_V1]: WorkoutDecidedV1,
} as const;

export type EventType = keyof typeof EVENT_CATALOG;

const isEventType = (name: string): name is EventType => Object.hasOwn(EVENT_CATALOG, name);
export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENT_CATALOG).filter(isEventType);
