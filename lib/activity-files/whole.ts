import type { WorkoutType } from '../../contracts/records/workout-types.ts';
import { WORKOUT_TYPES } from '../../contracts/records/workout-types.ts';
import { definedFields } from '../core/defined-fields.ts';
import type { EpochMs } from '../core/instants.ts';
import { MAX_LAPS_KEPT } from './limits.ts';
import type { Activity } from './model.ts';
import { cleanPoints } from './points.ts';

/**
 * The event that several parts make up (ACT2): from the first start to the last end, with the sums of distance,
 * energy, climb and moving time, and mean heart rate by time. A sum is there only when every part that is no
 * transition says it.
 */
export function wholeOf(externalId: string, parts: readonly Activity[]): Activity {
  const [first] = parts;
  if (first === undefined) throw new RangeError('a whole has parts');
  const startMs = Math.min(...parts.map((part) => part.startMs)) as EpochMs;
  const endMs = Math.max(...parts.map((part) => part.endMs)) as EpochMs;
  const { zoneOffsetMinutes } = first;
  return {
    externalId,
    type: typeOf(parts),
    providerType: 'multisport',
    startMs,
    endMs,
    durationSec: (endMs - startMs) / 1_000,
    source: first.source,
    laps: parts.flatMap(({ laps }) => laps).slice(0, MAX_LAPS_KEPT),
    points: cleanPoints(
      parts.flatMap(({ points }) => points),
      startMs,
    ).points,
    ...definedFields({
      zoneOffsetMinutes,
      movingSec: sumOf(parts, 'movingSec'),
      distanceM: sumOf(parts, 'distanceM'),
      energyKcal: sumOf(parts, 'energyKcal'),
      elevationGainM: sumOf(parts, 'elevationGainM'),
      avgHeartRateBpm: meanHeartRateOf(parts),
      maxHeartRateBpm: maxHeartRateOf(parts),
    }),
  };
}

function typeOf(parts: readonly Activity[]): WorkoutType {
  const families = new Set(parts.map(({ type }) => WORKOUT_TYPES[type]));
  const isTriathlon = families.has('swimming') && families.has('cycling') && families.has('running');
  return isTriathlon ? 'triathlon' : 'multi_sport';
}

type Summed = 'movingSec' | 'distanceM' | 'energyKcal' | 'elevationGainM';

function sumOf(parts: readonly Activity[], field: Summed): number | undefined {
  const counted = parts.filter((part) => part.type !== 'transition' || part[field] !== undefined);
  const values = counted.flatMap((part) => part[field] ?? []);
  return values.length === 0 || values.length < counted.length
    ? undefined
    : values.reduce((sum, value) => sum + value, 0);
}

function meanHeartRateOf(parts: readonly Activity[]): number | undefined {
  const measured = parts.flatMap(({ avgHeartRateBpm, movingSec, durationSec }) =>
    avgHeartRateBpm === undefined ? [] : [{ avgHeartRateBpm, sec: movingSec ?? durationSec }],
  );
  const sec = measured.reduce((sum, part) => sum + part.sec, 0);
  if (sec === 0) return undefined;
  return (
    Math.round((measured.reduce((sum, part) => sum + part.avgHeartRateBpm * part.sec, 0) / sec) * 100) / 100
  );
}

const maxHeartRateOf = (parts: readonly Activity[]): number | undefined => {
  const values = parts.flatMap(({ maxHeartRateBpm }) => maxHeartRateBpm ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
};
