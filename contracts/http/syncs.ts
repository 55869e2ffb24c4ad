import * as z from 'zod';
import { DEFAULT_SYNC_PAGE_SIZE, MAX_SYNC_PAGE_SIZE } from '../limits.ts';
import { idText } from '../primitives/text.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { asInteger, Cursor, countText, NextCursor } from './paging.ts';

export const SyncStatus = z.enum(['running', 'succeeded', 'partial', 'failed']).meta({
  description: '`running` from the request on; `partial`: some types ended, others did not',
});

const count = (description: string) => z.int().nonnegative().meta({ description });

export const SyncCounts = z
  .object({
    fetched: count('Entries that the pages held'),
    accepted: count('New readings and records'),
    updated: count('Replaced by a newer revision'),
    duplicate: count('Known already'),
    refused: count('Set aside with a reason: see quarantine'),
    deleted: count('Removed because the provider said so'),
    pages: count('Pages read'),
  })
  .meta({ id: 'SyncCounts' });
export type SyncCounts = z.infer<typeof SyncCounts>;

const SyncType = z.object({
  type: z.string(),
  status: z.enum(['waiting', 'running', 'requested', 'succeeded', 'failed', 'skipped']),
  from: InstantText,
  to: InstantText,
  counts: SyncCounts,
  error: z.string().optional(),
});

export const Sync = z
  .object({
    id: idText('syn'),
    connectionId: idText('con'),
    provider: z.string(),
    trigger: z.string().meta({ description: 'connect, manual, push, schedule, silence, backfill or replay' }),
    origin: z.enum(['live', 'backfill']),
    status: SyncStatus,
    startedAt: InstantText,
    finishedAt: InstantText.nullable(),
    counts: SyncCounts,
    types: z.array(SyncType).meta({ description: 'Per data type, as far as it has come' }),
    error: z.string().optional().meta({ description: 'Why it ended as it did: a code' }),
    waitingUntil: InstantText.nullable().meta({
      description: 'What a quota or the provider makes it wait for',
    }),
  })
  .meta({ id: 'Sync' });
export type Sync = z.infer<typeof Sync>;

export const StartedSyncAnswer = z.object({ syncId: idText('syn') }).meta({ id: 'StartedSync' });
export type StartedSyncAnswer = z.infer<typeof StartedSyncAnswer>;

export const SyncPageQuery = z.object({
  limit: countText(1, MAX_SYNC_PAGE_SIZE)
    .default(DEFAULT_SYNC_PAGE_SIZE)
    .meta({
      description: 'Entries on a page, at most',
      override: asInteger(1, MAX_SYNC_PAGE_SIZE, DEFAULT_SYNC_PAGE_SIZE),
    }),
  cursor: Cursor.optional(),
});

export const ListSyncsAnswer = z
  .object({ syncs: z.array(Sync), nextCursor: NextCursor })
  .meta({ id: 'SyncList' });
export type ListSyncsAnswer = z.infer<typeof ListSyncsAnswer>;

export const BackfillRequest = z
  .strictObject({
    from: InstantText,
    to: InstantText,
    types: z
      .array(z.string().min(1).max(100))
      .max(100)
      .optional()
      .meta({ description: 'Data types of GET /v1/providers; all that are granted when absent' }),
  })
  .meta({ id: 'BackfillRequest' });
export type BackfillRequest = z.infer<typeof BackfillRequest>;

export const ReplayRequest = z
  .strictObject({
    from: LocalDateText.meta({ description: 'First UTC day on which the payloads came' }),
    to: LocalDateText.meta({ description: 'Last UTC day, included' }),
    dryRun: z.boolean().optional().meta({ description: 'Says what would change, and changes nothing' }),
  })
  .meta({ id: 'ReplayRequest' });
export type ReplayRequest = z.infer<typeof ReplayRequest>;

const tally = z.int().nonnegative();

export const ReplayPreviewAnswer = z
  .object({
    complete: z
      .boolean()
      .meta({ description: 'false: there are more payloads than could be looked at in time' }),
    counts: z.object({
      payloads: tally,
      accepted: tally,
      updated: tally,
      duplicate: tally,
      deleted: tally,
      refused: tally,
      unreadable: tally,
    }),
    changes: z
      .array(
        z.object({
          what: z.string().meta({ description: 'A metric, `sleep` or `workout`' }),
          dates: z.array(z.string()),
          counts: z.object({ added: tally, updated: tally, deleted: tally }),
        }),
      )
      .meta({ description: 'The first 100, without values' }),
  })
  .meta({ id: 'ReplayPreview' });
export type ReplayPreviewAnswer = z.infer<typeof ReplayPreviewAnswer>;

export const QuarantinedRecord = z
  .object({
    id: z.string(),
    syncId: idText('syn'),
    type: z.string(),
    externalId: z.string().optional().meta({ description: "The provider's own id, where it could be read" }),
    reason: z.string().meta({ description: 'Field and fault, never a value' }),
    payload: z.string().meta({ description: 'Names the kept payload that holds it' }),
    index: z.int().meta({ description: 'Position in the payload; -1 for the whole of it' }),
    at: InstantText,
  })
  .meta({ id: 'QuarantinedRecord' });
export type QuarantinedRecord = z.infer<typeof QuarantinedRecord>;

export const ListQuarantineAnswer = z
  .object({ records: z.array(QuarantinedRecord), nextCursor: NextCursor })
  .meta({ id: 'QuarantineList' });
export type ListQuarantineAnswer = z.infer<typeof ListQuarantineAnswer>;
