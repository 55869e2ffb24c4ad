import type { RecordStore } from '../../records/record-store.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { WorkoutNames } from './to-workout.ts';

/** What reading workouts needs. */
export interface WorkoutReads {
  readonly records: Pick<RecordStore, 'loadPointers' | 'list'>;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly names: WorkoutNames;
}
