import type { SyncId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';

/** The state of a provider's circuit and pause, shared by all containers. */
export interface GateState {
  /** Failures in a row; the circuit is open or half open from MAX_FAILURE_COUNT on. */
  readonly failureCount: number;
  readonly openUntilMs: EpochMs | undefined;
  /** Calls let through since `openUntilMs`, and how many of them were answered. */
  readonly probeCount: number;
  readonly answeredProbeCount: number;
  /** No call before this: the provider said that its limit is reached. */
  readonly pausedUntilMs: EpochMs | undefined;
}

export const CLOSED_GATE: GateState = {
  failureCount: 0,
  openUntilMs: undefined,
  probeCount: 0,
  answeredProbeCount: 0,
  pausedUntilMs: undefined,
};

/** One item per bucket, provider and workspace: nobody writes one item per call. */
export interface QuotaBucket {
  readonly provider: string;
  readonly windowMs: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly limit: number;
}

export interface GateStore {
  load(provider: string): Promise<GateState>;
  /** One failure more; opens the circuit until `openUntilMs` when that makes `threshold` or more. */
  addFailure(
    provider: string,
    options: { readonly threshold: number; readonly openUntilMs: EpochMs },
  ): Promise<GateState>;
  /** Lets one probe through, at most `limit` per opening, which `openUntilMs` names. */
  takeProbe(provider: string, openUntilMs: EpochMs, limit: number): Promise<'taken' | 'none'>;
  /** One probe was answered; closes the circuit when that makes `needed`. */
  answerProbe(provider: string, openUntilMs: EpochMs, needed: number): Promise<void>;
  /** Opens again from half open. A repeat for the same opening does nothing. */
  reopen(provider: string, openUntilMs: EpochMs, nextUntilMs: EpochMs): Promise<void>;
  /** Forgets failures while the circuit is closed. */
  clearFailures(provider: string): Promise<void>;
  /** Only ever later. */
  pause(provider: string, untilMs: EpochMs): Promise<void>;
  /**
   * Takes `count` calls of the bucket for a workspace. Never gives more than `limit` in all; once half of it
   * is gone a workspace gets no more than its share (limit over the workspaces that took of it). `none`: not now.
   */
  takeQuota(bucket: QuotaBucket, workspaceId: string, count: number): Promise<'taken' | 'none'>;
  /**
   * One of the provider's `slotCount` places for a sync; the owner's own place is taken again. A place is free
   * when nobody holds it or its time is over. `full`: all are held.
   */
  takeSlot(
    provider: string,
    slotCount: number,
    wanted: { readonly owner: SyncId; readonly nowMs: EpochMs; readonly untilMs: EpochMs },
  ): Promise<'taken' | 'full'>;
  /** A repeat does nothing. */
  releaseSlot(provider: string, slotCount: number, owner: SyncId): Promise<void>;
}
