import type { EpochMs } from '../core/instants.ts';
import type { ProjectionRow } from '../projections/model.ts';

export type SessionStatus = 'ACTIVE' | 'PAUSED' | 'COMPLETED' | 'CANCELLED';

/**
 * Whom a session's change is credited to (SIP3): its primary product; without one, the single product of its
 * consumptions; `several` and `none` are credited to nobody.
 */
export type ProductCredit =
  | { readonly kind: 'primary' | 'single'; readonly productId: string }
  | { readonly kind: 'several' | 'none' };

/** What impact needs of a living session: a row of device sync, and the products of its consumptions. */
export interface SessionFacts {
  readonly sessionId: string;
  /** Of the session's row: it rises with each change of it. */
  readonly version: number;
  readonly startedAtMs: EpochMs;
  readonly endedAtMs: EpochMs | undefined;
  readonly status: SessionStatus;
  readonly credit: ProductCredit;
}

/** A session whose windows can be computed (SIP2). */
export interface CountedSession extends SessionFacts {
  readonly endedAtMs: EpochMs;
  readonly status: 'COMPLETED';
}

/** Up to where the log of device sync is followed. */
export interface LogPosition {
  /** Of the log's head; another one means that the log began anew. */
  readonly epoch: string;
  readonly seq: number;
}

/** Where a session stands in the order of time: lists page by it, rows are stored under it. */
export interface SessionPlace {
  readonly startedAtMs: EpochMs;
  readonly sessionId: string;
}

export type WindowName = 'before' | 'during' | 'after';

/** Readings of one window; null where there is none, never 0 (P3). */
export interface WindowFigures {
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly count: number;
  /** 0 to 1: slots of the metric's expected rate that have a reading (SIP5). */
  readonly coverage: number;
}

/** Of one (session, metric). Deltas are null when the baseline is null or 0. */
export interface ImpactFigures {
  /** Readings of all windows. */
  readonly count: number;
  readonly before: WindowFigures;
  readonly during: WindowFigures;
  readonly after: WindowFigures;
  readonly deltaDuring: number | null;
  readonly deltaDuringPct: number | null;
  readonly deltaAfter: number | null;
  readonly deltaAfterPct: number | null;
  readonly isReliable: boolean;
}

export interface ImpactRow extends ProjectionRow<ImpactFigures> {
  readonly metric: string;
  readonly startedAtMs: EpochMs;
  readonly sessionId: string;
}
