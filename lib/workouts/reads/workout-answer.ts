import type * as http from '../../../contracts/http/workouts.ts';
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
    ...said('movingSec', body.movingSec),
    ...said('distanceM', body.distanceM),
    ...said('energyKcal', body.energyKcal),
    ...said('avgHeartRateBpm', body.avgHeartRateBpm),
    ...said('maxHeartRateBpm', body.maxHeartRateBpm),
    source: { provider: workout.provider, ...body.source },
    externalId: workout.externalId,
    ...said('duplicateGroup', groupId),
    primary: isPrimary,
    ...said('parentId', workout.parentId),
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
    ...said('title', body.title),
    providerType: body.providerType,
    isManual: body.isManual,
    ...said('elevationGainM', body.elevationGainM),
    ...said('avgSpeedMps', body.avgSpeedMps),
    ...said('avgCadencePerMin', body.avgCadencePerMin),
    ...said('avgPowerW', body.avgPowerW),
    ...said('stepCount', body.stepCount),
    ...said('strain', body.strain),
    ...said('trainingLoad', body.trainingLoad),
    laps: (body.laps ?? []).map((lap) => ({
      start: lap.start,
      end: lap.end,
      ...said('distanceM', lap.distanceM),
      ...said('movingSec', lap.movingSec),
      ...said('energyKcal', lap.energyKcal),
      ...said('avgHeartRateBpm', lap.avgHeartRateBpm),
      ...said('maxHeartRateBpm', lap.maxHeartRateBpm),
    })),
    children: [...standing.childIds],
    ...(body.track === undefined ? {} : { track: { pointCount: body.track.pointCount } }),
    duplicates: [...standing.copyIds],
    version: record.version,
    seq: record.seq,
  };
}

/** The field, or nothing where nobody says. */
const said = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
