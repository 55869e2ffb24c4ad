import * as z from 'zod';
import type { EpochMs } from '../core/instants.ts';
import type { Ledger } from './model.ts';
import { NO_COUNTS, type WorkCounts } from './transaction-draft.ts';
import type { WorkUnit } from './work.ts';

const Count = z.int().nonnegative();
const Position = z.object({ key: z.string(), offset: Count });

/**
 * How far a request of several transactions came (ING5). `nowMs` and `timeZone` are those of its first
 * transaction, so that the work is the same when another worker goes on. `refusedFrom`: where the user had
 * blocked a metric when its turn came; the rest of that metric stays refused (ING10).
 */
const Progress = z.object({
  nowMs: z.int().transform((ms) => ms as EpochMs),
  timeZone: z.string().optional(),
  /** The first work not done: `offset` counts the unit's samples, then its deletions. */
  next: Position,
  counts: z.object({
    accepted: Count,
    updated: Count,
    duplicate: Count,
    superseded: Count,
    deleted: Count,
    notFound: Count,
  }),
  refusedFrom: z.record(z.string(), Position),
});

export interface Position {
  readonly key: string;
  readonly offset: number;
}

export interface Progress {
  readonly nowMs: EpochMs;
  readonly timeZone: string | undefined;
  readonly next: Position;
  readonly counts: WorkCounts;
  readonly refusedFrom: Readonly<Record<string, Position>>;
}

export const START: Position = { key: '', offset: 0 };

export const startOf = (nowMs: EpochMs, timeZone: string | undefined): Progress => ({
  nowMs,
  timeZone,
  next: START,
  counts: NO_COUNTS,
  refusedFrom: {},
});

export const writeProgress = (progress: Progress): string => JSON.stringify(progress);

/** The progress of a running ledger row, as writeProgress made it. */
export function readProgress(ledger: Extract<Ledger, { readonly state: 'running' }>): Progress {
  const { timeZone, ...rest } = Progress.parse(JSON.parse(ledger.progress));
  return { ...rest, timeZone };
}

export const isBefore = (left: Position, right: Position): boolean =>
  left.key === right.key ? left.offset < right.offset : left.key < right.key;

/** What is left of `units` from `next` on. */
export function unitsFrom(units: readonly WorkUnit[], next: Position): readonly WorkUnit[] {
  return units.flatMap((unit) => {
    if (unit.key < next.key) return [];
    const rest = unit.key === next.key ? sliceUnit(unit, next.offset) : unit;
    return rest.samples.length + rest.deletions.length === 0 ? [] : [rest];
  });
}

export const opCountOf = ({ samples, deletions }: WorkUnit): number => samples.length + deletions.length;

/** The samples and deletions of a unit from `from` up to `to`, counted together. */
export function sliceUnit(unit: WorkUnit, from: number, to: number = Number.POSITIVE_INFINITY): WorkUnit {
  if (from === 0 && to === Number.POSITIVE_INFINITY) return unit;
  const { samples, deletions } = unit;
  return {
    ...unit,
    samples: samples.slice(from, to),
    deletions: deletions.slice(Math.max(0, from - samples.length), Math.max(0, to - samples.length)),
  };
}
