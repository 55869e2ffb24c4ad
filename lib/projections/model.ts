import type { EpochMs, LocalDate } from '../core/instants.ts';

/** What a row was computed from (ingestion.md 4). */
export interface InputFingerprint {
  /** 12 bytes of SHA-256, hex, over the sorted lines `<blockName>=<daySeq>` and the priority versions. */
  readonly digest: string;
  /**
   * Sum of all those numbers. Each only ever rises, so of two complete readings the one with the larger
   * sum is the newer: one conditional put decides, without reading the row first (PRJ2).
   */
  readonly sum: number;
  /**
   * Of what decides which inputs there are, where that changes (a session's row, whose times say which blocks
   * are in reach). It goes before the sum, which may fall when it rises.
   */
  readonly version?: number;
  /** The newest sequence number among them. */
  readonly sourceSeq: number;
}

/** Status of a row as a reader is told it; STALE and NO_DATA are decided at read time (PRJ3). */
export type RowStatus = 'READY' | 'STALE' | 'PARTIAL' | 'NO_DATA' | 'FAILED';

export type SetAsideReason = 'lower_priority' | 'overlap_same_source' | 'day_total_superseded';

/** One source's own data of a day, before any choice between sources, and what became of it. */
export interface SourceFigures {
  readonly sourceId: string;
  readonly provider: string;
  readonly count: number;
  /** Plain sum of what lies in the date: `counted` + `setAside`. Only of additive metrics. */
  readonly sum?: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** How much of `sum` (or how many points) went into the total, and what was set aside. */
  readonly counted: number;
  readonly setAside: number;
  /** Why most of `setAside` was; all reasons with their amounts in `setAsideBy`, largest first. */
  readonly setAsideReason?: SetAsideReason;
  readonly setAsideBy?: readonly { readonly reason: SetAsideReason; readonly amount: number }[];
}

/** Figures of one (user, metric, local date). Null where there is no data: never 0 (P3). */
export interface DailyFigures {
  readonly count: number;
  readonly sum?: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Population variance. */
  readonly variance: number | null;
  readonly first: { readonly at: EpochMs; readonly value: number } | null;
  readonly last: { readonly at: EpochMs; readonly value: number } | null;
  /** 0 to 1. */
  readonly coverage: number;
  readonly sources: readonly SourceFigures[];
}

/** What every stored row of a read model says beside its key. `figures` is sealed; the rest lies in the open. */
export interface ProjectionRow<Figures> {
  readonly inputs: InputFingerprint;
  readonly computeVersion: number;
  readonly computedAtMs: EpochMs;
  readonly outcome:
    | { readonly kind: 'complete' }
    | { readonly kind: 'partial'; readonly reason: string }
    | { readonly kind: 'failed'; readonly reason: string };
  readonly figures: Figures;
}

export interface RollupRow extends ProjectionRow<DailyFigures> {
  readonly metric: string;
  readonly date: LocalDate;
}
