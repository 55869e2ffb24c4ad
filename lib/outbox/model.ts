import type * as z from 'zod';
import type { BackfillCompletedV1 } from '../../contracts/events/backfill-completed.v1.ts';
import type { ConnectionChangedV1 } from '../../contracts/events/connection-changed.v1.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import type { RecordChange } from '../../contracts/events/records-changed.v1.ts';
import type { BlockChange, Origin } from '../../contracts/events/samples-changed.v1.ts';
import type { WorkoutDecidedV1 } from '../../contracts/events/workout-decided.v1.ts';
import type { EpochMs } from '../core/instants.ts';
import type { LogAnnouncement } from '../sync/model.ts';

interface ChangeEntryBase {
  readonly seq: number;
  readonly committedAtMs: EpochMs;
  readonly correlationId: string;
}

/** What an event says beside its envelope. */
type Announced<Event> = Readonly<Omit<Event, keyof z.infer<typeof EventEnvelope>>>;

/**
 * One item per committed transaction of a user: the outbox record and the change feed in one.
 * It is written in the transaction that it describes, so there is no second write to lose.
 */
export type ChangeEntry =
  | (ChangeEntryBase & {
      readonly kind: 'samples';
      readonly requestId: string;
      readonly origin: Origin;
      readonly changes: readonly BlockChange[];
    })
  | (ChangeEntryBase & { readonly kind: 'priorities'; readonly metrics: readonly string[] })
  | (ChangeEntryBase & {
      readonly kind: 'records';
      readonly origin: Origin;
      readonly changes: readonly RecordChange[];
    })
  | (ChangeEntryBase & { readonly kind: 'connection' } & Announced<ConnectionChangedV1>)
  | (ChangeEntryBase & { readonly kind: 'backfill' } & Announced<BackfillCompletedV1>)
  | (ChangeEntryBase & { readonly kind: 'workout_decision' } & Announced<WorkoutDecidedV1>)
  | (ChangeEntryBase & { readonly kind: 'erasure'; readonly erasedAtMs: EpochMs });

/** What the relay tells of: entries of the change feed, and those of the sync log, which count apart. */
export type OutboxEntry = ChangeEntry | ({ readonly kind: 'sync' } & LogAnnouncement);
