import type { WorkoutTrackAnswer } from '../../../contracts/http/activity-imports.ts';
import { toIso } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import { loadWorkout, requireReadableHead } from '../reads/load-workout.ts';
import { thinTrack } from '../tracks/track.ts';
import type { TrackStore } from '../tracks/track-store.ts';

export interface GetTrackDependencies {
  readonly reads: Parameters<typeof loadWorkout>[0] & { readonly heads: Pick<HeadStore, 'load'> };
  readonly tracks: Pick<TrackStore, 'get'>;
}

/**
 * The way of a workout, of more than `maxPoints` points thinned evenly. Throws AppError user.not_found,
 * read.metric_blocked, workout.not_found, workout.track_not_found.
 */
export async function getTrack(
  { reads, tracks }: GetTrackDependencies,
  scope: UserScope,
  { workoutId, maxPoints }: { readonly workoutId: string; readonly maxPoints: number },
): Promise<WorkoutTrackAnswer> {
  await requireReadableHead(reads.heads, scope);
  const workout = await loadWorkout(reads, scope, workoutId);
  if (workout === undefined) throw new AppError('workout.not_found', 'There is no workout by this id.');
  const { track } = workout.body;
  const found = track === undefined ? undefined : await tracks.get(scope, track.objectKey);
  if (found === undefined) throw new AppError('workout.track_not_found', 'The workout has no track.');
  const { timesMs, latitudes, longitudes, altitudesM } = thinTrack(found, maxPoints);
  return {
    pointCount: found.timesMs.length,
    points: {
      times: timesMs.map(toIso),
      latitudes: [...latitudes],
      longitudes: [...longitudes],
      altitudesM: [...altitudesM],
    },
  };
}
