import type { ACTIVITY_FAULTS, ActivityImportStatus } from '../../../contracts/http/activity-imports.ts';
import type { ActivityFormat, Damage, DamagePolicy } from '../../activity-files/model.ts';
import type { EpochMs } from '../../core/instants.ts';

export type ImportFault = (typeof ACTIVITY_FAULTS)[number];

export interface ImportedWorkout {
  readonly id: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly reason?: string;
}

export interface SampleCounts {
  readonly accepted: number;
  readonly updated: number;
  readonly duplicate: number;
  readonly refused: number;
}

/** What an import came to. */
export type ImportResult =
  | {
      readonly status: 'done';
      readonly workouts: readonly ImportedWorkout[];
      readonly samples: SampleCounts;
      readonly droppedCount: number;
      readonly damage?: Damage;
    }
  | { readonly status: 'failed'; readonly code: ImportFault; readonly detail: string };

/** One file on its way in: asked for, put, read. Kept for MAX_IMPORT_DAYS. */
export interface ActivityImportRow {
  readonly importId: string;
  readonly provider: string;
  readonly format: ActivityFormat | undefined;
  readonly onDamage: DamagePolicy;
  readonly createdAtMs: EpochMs;
  readonly status: ActivityImportStatus;
  /** Of one that is done or failed. */
  readonly result: ImportResult | undefined;
}
