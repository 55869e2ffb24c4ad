import type { History, Workout } from '../people/history.ts';
import { isoWithOffset } from '../people/zones.ts';
import { documentIdOf } from './model.ts';

export const workoutDocument = (history: History, workout: Workout) => ({
  id: documentIdOf(history.person, 'workout', workout.key),
  day: workout.date,
  activity: workout.kind,
  calories: workout.kcal,
  distance: workout.distanceM,
  start_datetime: isoWithOffset(history.person.zone, workout.startMs),
  end_datetime: isoWithOffset(history.person.zone, workout.endMs),
  intensity: workout.kind === 'walking' ? 'easy' : 'moderate',
  label: workout.version > 1 ? workout.title : null,
  source: 'confirmed',
});
