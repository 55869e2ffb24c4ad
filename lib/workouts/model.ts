import type { WorkoutFamily, WorkoutType } from '../../contracts/records/workout-types.ts';
import type { EpochMs } from '../core/instants.ts';
import type { WorkoutRecord } from '../providers/model.ts';
import type { StoredRecord } from '../records/model.ts';
import type { Source } from '../samples/model.ts';

/** What a source says about one workout, as grouping and reading see it. */
export interface Workout {
  /** The record's: it stands for provider and external id for ever. */
  readonly id: string;
  readonly provider: string;
  readonly externalId: string;
  readonly source: Source;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly type: WorkoutType;
  readonly family: WorkoutFamily;
  readonly durationSec: number;
  /** Undefined where the source does not say; 0 is told by sensors that do not measure it, and is no distance. */
  readonly distanceM: number | undefined;
  /** The multi-sport workout that it is a part of; it need not be there. */
  readonly parentId: string | undefined;
  /** Sketch of the cells on its way (lib/workouts/tracks/cells.ts); undefined without a track. */
  readonly cells: readonly number[] | undefined;
  /** How much the record says: of equal sources the richer one is the primary. */
  readonly richness: number;
  readonly record: StoredRecord;
  readonly body: Omit<WorkoutRecord, 'values'>;
}
