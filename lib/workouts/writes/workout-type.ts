import {
  HEALTHKIT_WORKOUT_PREFIX,
  HEALTHKIT_WORKOUTS,
} from '../../../contracts/records/healthkit-workouts.ts';
import { WORKOUT_TYPES, type WorkoutType } from '../../../contracts/records/workout-types.ts';

const isOurs = (name: string): name is WorkoutType => Object.hasOwn(WORKOUT_TYPES, name);
const isHealthKit = (name: string): name is keyof typeof HEALTHKIT_WORKOUTS =>
  Object.hasOwn(HEALTHKIT_WORKOUTS, name);

/** The type that a word stands for: one of ours however it is spelt, or HealthKit's own; undefined for others. */
function typeOf(word: string | undefined): WorkoutType | undefined {
  if (word === undefined) return undefined;
  const spelt = word.trim().toLowerCase().replaceAll(/[\s-]/g, '_');
  if (isOurs(spelt)) return spelt;
  const apple = word.startsWith(HEALTHKIT_WORKOUT_PREFIX) ? word.slice(HEALTHKIT_WORKOUT_PREFIX.length) : '';
  return isHealthKit(apple) ? HEALTHKIT_WORKOUTS[apple] : undefined;
}

/**
 * The type of a workout that came with one or both words, and the word to keep. Unknown words make it `other`,
 * as the mappings of providers do: a workout is not lost for its name.
 */
export function resolveWorkoutType(
  type: string | undefined,
  providerType: string | undefined,
): { readonly type: WorkoutType; readonly providerType: string } {
  return {
    type: typeOf(type) ?? typeOf(providerType) ?? 'other',
    providerType: providerType ?? type ?? 'other',
  };
}
