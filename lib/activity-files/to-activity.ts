import { definedFields } from '../core/defined-fields.ts';
import { elevationGainM, maxHeartRateOf, meanOf, wayLengthM } from './figures.ts';
import type { Activity, ActivityFigures, ActivityPoint } from './model.ts';

type Said = { readonly [Name in keyof ActivityFigures]?: ActivityFigures[Name] | undefined };

/**
 * The figures of an activity: what the file says of the whole goes first; what it does not say is worked out from
 * the points (ACT3): distance as the device's last or the length of the way, heart rate, cadence and power as means
 * over time, the climb by `elevationGainM`. What neither knows is absent, never 0.
 */
export function toFigures(
  span: Pick<Activity, 'startMs' | 'endMs'>,
  said: Said,
  points: readonly ActivityPoint[],
): ActivityFigures {
  const durationSec = said.durationSec ?? (span.endMs - span.startMs) / 1_000;
  const distanceM = said.distanceM ?? measuredDistanceM(points) ?? wayLengthM(points);
  const timerSec = said.movingSec ?? durationSec;
  const speed = distanceM !== undefined && timerSec > 0 ? distanceM / timerSec : undefined;
  return definedFields({
    durationSec,
    movingSec: said.movingSec,
    distanceM,
    energyKcal: said.energyKcal,
    avgHeartRateBpm: said.avgHeartRateBpm ?? rounded(meanOf(points, 'heartRateBpm')),
    maxHeartRateBpm: said.maxHeartRateBpm ?? maxHeartRateOf(points),
    elevationGainM: said.elevationGainM ?? rounded(elevationGainM(points)),
    avgSpeedMps: said.avgSpeedMps ?? rounded(speed),
    avgCadencePerMin: said.avgCadencePerMin ?? rounded(meanOf(points, 'cadencePerMin')),
    avgPowerW: said.avgPowerW ?? rounded(meanOf(points, 'powerW')),
  });
}

/** Two decimals: more would be made up. */
const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 100) / 100;

const measuredDistanceM = (points: readonly ActivityPoint[]): number | undefined =>
  points.findLast(({ distanceM }) => distanceM !== undefined)?.distanceM;
