import type { compareSources, orderOf } from '../../projections/priorities.ts';
import type { WorkspaceSettings } from '../../projections/workspace-settings.ts';
import type { RecordStore } from '../../records/record-store.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { DecisionStore } from '../decisions/model.ts';
import type { WorkoutNames } from './to-workout.ts';

/** What reading workouts needs. */
export interface WorkoutReads {
  readonly records: Pick<RecordStore, 'loadPointers' | 'list'>;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly workspaces: WorkspaceSettings;
  readonly decisions: Pick<DecisionStore, 'list'>;
  readonly names: WorkoutNames;
  /** The one implementation of source priority, for all that is read. */
  readonly priorities: {
    readonly orderOf: typeof orderOf;
    readonly compareSources: typeof compareSources;
  };
}

/** Where something lies in the order of a list: `ordinal` tells entries of one workout apart. */
export interface WorkoutPosition {
  readonly startMs: number;
  readonly recordId: string;
  readonly ordinal: number;
}
