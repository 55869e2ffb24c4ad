import * as z from 'zod';
import { BackfillCompletedV1 } from '../events/backfill-completed.v1.ts';
import { ConnectionChangedV1 } from '../events/connection-changed.v1.ts';
import { RecordChange } from '../events/records-changed.v1.ts';
import { Origin } from '../events/samples-changed.v1.ts';
import { WorkoutDecidedV1 } from '../events/workout-decided.v1.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../limits.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { asInteger, countText } from './paging.ts';

export const ListChangesQuery = z.object({
  since: countText(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({
      description: 'The last sequence number that you have; 0 for the beginning',
      override: asInteger(0, Number.MAX_SAFE_INTEGER, 0),
    }),
  limit: countText(1, MAX_PAGE_SIZE)
    .default(DEFAULT_PAGE_SIZE)
    .meta({
      description: 'Changes on a page, at most',
      override: asInteger(1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
    }),
});
export type ListChangesQuery = z.infer<typeof ListChangesQuery>;

const ChangeBase = {
  seq: z.int().positive(),
  committedAt: InstantText,
  correlationId: z.string(),
};

const ChangedBlock = z
  .object({
    metric: z.string(),
    sourceId: z.string(),
    block: z.string(),
    version: z.int().positive(),
    from: InstantText,
    to: InstantText,
    dates: z.array(LocalDateText),
    counts: z.object({ added: z.int(), updated: z.int(), deleted: z.int() }),
  })
  .meta({ id: 'ChangedBlock' });

const ChangedRecord = RecordChange.omit({ fromMs: true, toMs: true })
  .extend({ from: InstantText, to: InstantText })
  .meta({ id: 'ChangedRecord' });

/** One committed transaction: what it changed, never the values (OBX3). */
export const Change = z
  .discriminatedUnion('kind', [
    z.object({
      ...ChangeBase,
      kind: z.literal('samples'),
      requestId: z.string(),
      origin: Origin,
      changes: z.array(ChangedBlock),
    }),
    z.object({ ...ChangeBase, kind: z.literal('priorities'), metrics: z.array(z.string()) }),
    z.object({
      ...ChangeBase,
      kind: z.literal('records'),
      origin: Origin,
      changes: z.array(ChangedRecord),
    }),
    z.object({
      ...ChangeBase,
      kind: z.literal('connection'),
      ...ConnectionChangedV1.pick({ connectionId: true, provider: true, status: true, reason: true }).shape,
    }),
    z.object({
      ...ChangeBase,
      kind: z.literal('backfill'),
      ...BackfillCompletedV1.pick({
        connectionId: true,
        provider: true,
        syncId: true,
        dataType: true,
        status: true,
        counts: true,
      }).shape,
      from: InstantText,
      to: InstantText,
    }),
    z.object({
      ...ChangeBase,
      kind: z.literal('workout_decision'),
      ...WorkoutDecidedV1.pick({ groupId: true, decision: true, primaryId: true, recordIds: true }).shape,
    }),
    z.object({ ...ChangeBase, kind: z.literal('erasure'), erasedAt: InstantText }),
  ])
  .meta({ id: 'Change' });
export type Change = z.infer<typeof Change>;

/** In order and without gaps: it ends before the first missing number (OBX7). */
export const ListChangesAnswer = z
  .object({
    changes: z.array(Change),
    nextSince: z.int().nonnegative().meta({ description: 'Send it as `since` for what comes next' }),
    hasMore: z.boolean(),
  })
  .meta({ id: 'ChangeList' });
export type ListChangesAnswer = z.infer<typeof ListChangesAnswer>;
