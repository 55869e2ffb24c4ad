import { WORKOUT_TYPES, type WorkoutType } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import type { ActivityPoint } from '../model.ts';
import { type FitMessage, instantOf, numberOf } from './fit-message.ts';

/**
 * How many steps or turns one cycle of the file's cadence is: on foot a cycle is both feet (FIT profile, `record`
 * `cadence`, rpm), and cadence is told in steps.
 */
export const cadenceFactorOf = (type: WorkoutType): 1 | 2 =>
  WORKOUT_TYPES[type] === 'running' || WORKOUT_TYPES[type] === 'walking' ? 2 : 1;

/** The moment that a `record` message tells; undefined when it tells no time. */
export function pointOf(record: FitMessage, cadenceFactor: 1 | 2): ActivityPoint | undefined {
  const timeMs = instantOf(record, 'timestamp');
  if (timeMs === undefined) return undefined;
  const cycles = numberOf(record, 'cadence');
  const cadencePerMin =
    cycles === undefined
      ? undefined
      : (cycles + (numberOf(record, 'fractional_cadence') ?? 0)) * cadenceFactor;
  return definedFields({
    timeMs,
    latitude: numberOf(record, 'position_lat'),
    longitude: numberOf(record, 'position_long'),
    altitudeM: numberOf(record, 'enhanced_altitude', 'altitude'),
    distanceM: numberOf(record, 'distance'),
    heartRateBpm: numberOf(record, 'heart_rate'),
    cadencePerMin,
    powerW: numberOf(record, 'power'),
    speedMps: numberOf(record, 'enhanced_speed', 'speed'),
  });
}
