import type { RebuildId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs, LocalDate } from '../core/instants.ts';
import type { ReadModel } from '../projections/rebuilder.ts';

/** What is computed again: of one user or of all of a workspace. */
export interface RebuildPlan {
  /** Undefined: all users, in the order of their ids. */
  readonly userId?: UserId;
  /** In the order in which they are taken: what others are computed from comes first. */
  readonly models: readonly ReadModel[];
  /** Codes of metrics, or keys of priorities; undefined: all. */
  readonly metrics?: readonly string[];
  /** Local dates, inclusive; undefined: all that there are. */
  readonly from?: LocalDate;
  readonly to?: LocalDate;
}

/** Where a walk goes on. Nothing before it is looked at again in the same pass. */
export interface RebuildCursor {
  /** 1 at first; a walk that met rows whose inputs were not whole is walked again. */
  readonly pass: number;
  /** The last user that is done. */
  readonly doneUserId?: UserId;
  /** The user in hand. */
  readonly userId?: UserId;
  /** Index into the plan's models, of the one in hand. */
  readonly modelIndex: number;
  /** The last step that is done of the model in hand. */
  readonly at?: { readonly metric?: string; readonly throughDate: LocalDate };
}

/** `current` and `unsettled` are those of the last pass, `computed` those of all. */
export interface RebuildCounts {
  readonly userCount: number;
  readonly computedCount: number;
  readonly currentCount: number;
  readonly unsettledCount: number;
}

export type RebuildState = 'queued' | 'running' | 'done' | 'failed';
/** unsettled: rows kept missing inputs. fault: a step failed at each try. stalled: no step came for hours. */
export type RebuildFailure = 'unsettled' | 'fault' | 'stalled';

/** How far a walk is. `step` rises with each save: who saves says which one was read. */
export interface RebuildProgress {
  readonly state: RebuildState;
  /** When failed. */
  readonly failure?: RebuildFailure;
  readonly step: number;
  readonly plan: RebuildPlan;
  readonly cursor: RebuildCursor;
  readonly counts: RebuildCounts;
  readonly createdAtMs: EpochMs;
  readonly updatedAtMs: EpochMs;
}

/** A walk that an operator or a changed workspace asked for. */
export interface RebuildJob extends RebuildProgress {
  readonly workspaceId: WorkspaceId;
  readonly rebuildId: RebuildId;
}

/** The walk of one user after changes of priorities: one at a time, the newest takes over what is not done. */
export interface Recomputation extends RebuildProgress {
  /** The newest change that the walk covers. */
  readonly seq: number;
  /** The newest change that a finished walk covered. */
  readonly doneSeq: number;
}

export const isActive = ({ state }: Pick<RebuildProgress, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/** All models; what others read from comes before them. */
export const ALL_MODELS = ['rollups', 'sleep', 'session_impact'] as const satisfies readonly ReadModel[];
export const FIRST_CURSOR: RebuildCursor = { pass: 1, modelIndex: 0 };
export const NO_COUNTS: RebuildCounts = {
  userCount: 0,
  computedCount: 0,
  currentCount: 0,
  unsettledCount: 0,
};
