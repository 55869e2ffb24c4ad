import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { RecordOutcome } from '../../records/model.ts';
import type { IngestCounts, Ledger } from '../../samples/model.ts';
import type { RequestOrder } from './sync-state.ts';

const Count = z.int().nonnegative();

/**
 * How far a request of several transactions came (WKT41). `nowMs` and `timeZone` are those of its first one, so
 * that the work is the same when another worker goes on.
 */
const Progress = z.object({
  nowMs: z.int().transform((ms) => ms as EpochMs),
  timeZone: z.string().optional(),
  order: z.object({ seq: Count, ms: z.int() }),
  /** The first op that is not done. */
  next: Count,
  counts: z.object({
    accepted: Count,
    updated: Count,
    duplicate: Count,
    superseded: Count,
    deleted: Count,
    notFound: Count,
  }),
});

export type WriteCounts = Omit<IngestCounts, 'refused'>;

export interface WriteProgress {
  readonly nowMs: EpochMs;
  readonly timeZone: string | undefined;
  readonly order: RequestOrder;
  readonly next: number;
  readonly counts: WriteCounts;
}

export const NO_WRITES: WriteCounts = {
  accepted: 0,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
};

export const writeProgress = (progress: WriteProgress): string => JSON.stringify(progress);

/** The progress of a running ledger row, as writeProgress made it. */
export function readProgress(ledger: Extract<Ledger, { readonly state: 'running' }>): WriteProgress {
  const { timeZone, ...rest } = Progress.parse(JSON.parse(ledger.progress));
  return { ...rest, timeZone };
}

export function addOutcomes(counts: WriteCounts, outcomes: readonly RecordOutcome[]): WriteCounts {
  const sum = { ...counts };
  for (const outcome of outcomes) sum[outcome === 'not_found' ? 'notFound' : outcome] += 1;
  return sum;
}
