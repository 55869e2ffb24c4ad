import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createWorkoutDecisionStore } from '../../lib/adapters/dynamo/workout-decision-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { compareSources, orderOf } from '../../lib/projections/priorities.ts';
import type { RecordResult } from '../../lib/records/plan-records.ts';
import { writeRecords } from '../../lib/records/write-records.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { decideGroup } from '../../lib/workouts/decisions/decide-group.ts';
import type { DecisionChoice } from '../../lib/workouts/decisions/plan-decision.ts';
import { getWorkout } from '../../lib/workouts/reads/get-workout.ts';
import { listGroups } from '../../lib/workouts/reads/group-answer.ts';
import { listWorkouts, type WorkoutQuery } from '../../lib/workouts/reads/list-workouts.ts';
import type { WorkoutPosition } from '../../lib/workouts/reads/model.ts';
import { sumWorkouts } from '../../lib/workouts/reads/sum-workouts.ts';
import {
  countingSends,
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { NAMES, normalisedWorkout, type WorkoutParts } from './workout-builders.ts';

const ALL = { fromMs: Date.parse('2026-01-01T00:00:00Z'), toMs: Date.parse('2027-01-01T00:00:00Z') };

export type WorkoutWorld = Awaited<ReturnType<typeof createWorkoutWorld>>;

/** A user with workouts on the simulated engine, through the real stores. */
export async function createWorkoutWorld() {
  const clock = manualClock();
  const storage = await openSimulatedStorage();
  const counting = countingSends(storage.dynamo);
  const { tables } = storage;
  const { dynamo } = counting;
  const stores = createStores({ dynamo, tables }, clock);
  const scope: UserScope = await stores.createUser();
  const randomness = seededRandomness(11);
  const records = createRecordStore({
    dynamo,
    coreTable: tables.core,
    dataKeys: stores.vault,
    clock,
    randomness,
  });
  const reads = {
    records,
    heads: stores.headStore,
    workspaces: createWorkspaceStore(dynamo, tables.core),
    decisions: createWorkoutDecisionStore(dynamo, tables.core),
    names: NAMES,
    priorities: { orderOf, compareSources },
  };
  const writing = { store: records, heads: stores.headStore, clock, randomness };
  const context = { origin: 'live' as const, correlationId: 'corr-1' };
  return {
    scope,
    stores,
    reads,
    sends: counting.sends,
    put: (...workouts: readonly WorkoutParts[]): Promise<readonly RecordResult[]> =>
      writeRecords(
        writing,
        scope,
        workouts.map((parts) => ({ kind: 'put' as const, record: normalisedWorkout(parts) })),
        context,
      ),
    remove: (recordId: string) =>
      writeRecords(writing, scope, [{ kind: 'delete', of: 'workout', recordId }], context),
    list: (query: Partial<WorkoutQuery> = {}) =>
      listWorkouts(reads, scope, {
        ...ALL,
        after: undefined,
        limit: 1_000,
        includeDuplicates: false,
        type: undefined,
        family: undefined,
        ...query,
      }),
    groups: async () => (await listGroups(reads, scope, { ...ALL, after: undefined, limit: 1_000 })).groups,
    groupPage: (limit: number, after: WorkoutPosition | undefined) =>
      listGroups(reads, scope, { ...ALL, after, limit }),
    decide: (groupId: string, choice: DecisionChoice, from = reads) =>
      decideGroup({ reads: from, clock }, scope, { groupId, choice, correlationId: 'corr-2' }),
    get: async (workoutId: string) => (await getWorkout(reads, scope, workoutId)).workout,
    sum: async (by: 'family' | 'type' = 'family') => (await sumWorkouts(reads, scope, { ...ALL, by })).answer,
    headSeq: async () => (await stores.headStore.load(scope))?.seq,
  };
}
