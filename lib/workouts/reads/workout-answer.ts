import type * as http from '../../../contracts/http/workouts.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { toIso } from '../../core/instants.ts';
import type { Workout } from '../model.ts';

/** Where a workout stands among the copies of its activity. */
export interface Standing {
  /** Undefined for a workout without copies. */
  readonly groupId: string | undefined;
  readonly isPrimary: boolean;
}

/** Field by field: what a record holds beside (cells of a track, object keys) is not for the outside. */
export function toWorkoutAnswer(workout: Workout, { groupId, isPrimary }: Standing): http.Workout {
  const { body, record } = workout;
  return {
    id: workout.id,
    type: workout.type,
    family: workout.family,
    start: toIso(workout.startMs),
    end: toIso(workout.endMs),
    zoneOffsetMinutes: record.offsetMinutes ?? null,
    durationSec: workout.durationSec,
    ...definedFields({
      movingSec: body.movingSec,
      distanceM: body.distanceM,
      energyKcal: body.energyKcal,
      avgHeartRateBpm: body.avgHeartRateBpm,
      maxHeartRateBpm: body.maxHeartRateBpm,
    }),
    source: { provider: workout.provider, ...body.source },
    externalId: workout.externalId,
    ...definedFields({ duplicateGroup: groupId }),
    primary: isPrimary,
    ...definedFields({ parentId: workout.parentId }),
  };
}

/** The list's entry and all else that the source says. */
export function toWorkoutDetail(
  workout: Workout,
  standing: Standing & { readonly childIds: readonly string[]; readonly copyIds: readonly string[] },
): http.WorkoutDetail {
  const { body, record } = workout;
  return {
    ...toWorkoutAnswer(workout, standing),
    ...definedFields({ title: body.title }),
    providerType: body.providerType,
    isManual: body.isManual,
    ...definedFields({
      elevationGainM: body.elevationGainM,
      avgSpeedMps: body.avgSpeedMps,
      avgCadencePerMin: body.avgCadencePerMin,
      avgPowerW: body.avgPowerW,
      stepCount: body.stepCount,
      strain: body.strain,
      trainingLoad: body.trainingLoad,
    }),
    laps: (body.laps ?? []).map((lap) => ({
      start: lap.start,
      end: lap.end,
      ...definedFields({
        distanceM: lap.distanceM,
        movingSec: lap.movingSec,
        energyKcal: lap.energyKcal,
        avgHeartRateBpm: lap.avgHeartRateBpm,
        maxHeartRateBpm: lap.maxHeartRateBpm,
      }),
    })),
    children: [...standing.childIds],
    ...(body.track === undefined ? {} : { track: { pointCount: body.track.pointCount } }),
    duplicates: [...standing.copyIds],
    version: record.version,
    seq: record.seq,
  };
}
