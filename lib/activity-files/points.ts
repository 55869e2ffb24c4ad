import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import { METRICS } from '../../contracts/metrics/catalog.ts';
import type { EpochMs } from '../core/instants.ts';
import { HOUR_MS } from '../core/instants.ts';
import { ALTITUDE_BOUNDS_M, MAX_ACTIVITY_HOURS } from './limits.ts';
import type { ActivityPoint } from './model.ts';

export interface CleanPoints {
  readonly points: readonly ActivityPoint[];
  readonly droppedCount: number;
}

type Bounds = readonly [min: number, max: number];

const boundsOf = (metric: string): Bounds => {
  const bounds = METRICS.get(metric)?.bounds;
  return bounds === undefined ? [0, 0] : [bounds.min, bounds.max];
};

/** The catalogue's own bounds, so that what passes here is not refused as a sample. */
const BOUNDS: Readonly<Record<Exclude<keyof ActivityPoint, 'timeMs'>, Bounds>> = {
  latitude: [-90, 90],
  longitude: [-180, 180],
  altitudeM: ALTITUDE_BOUNDS_M,
  distanceM: [0, 10_000_000],
  heartRateBpm: boundsOf('heart_rate'),
  cadencePerMin: boundsOf('cadence'),
  powerW: boundsOf('power'),
  speedMps: boundsOf('speed'),
};
const FIELDS = Object.entries(BOUNDS) as readonly (readonly [keyof typeof BOUNDS, Bounds])[];

/**
 * The points in order of time, each instant once (the first said), none before `startMs` or two days behind it;
 * values out of bounds and halves of a place are left out, and counted with the points that are (ACT5).
 */
export function cleanPoints(points: readonly ActivityPoint[], startMs: EpochMs): CleanPoints {
  const latestMs = startMs + MAX_ACTIVITY_HOURS * HOUR_MS;
  const earliestMs = Math.max(startMs, EARLIEST_SAMPLE_MS);
  const kept: ActivityPoint[] = [];
  let droppedCount = 0;
  for (const point of points.toSorted((left, right) => left.timeMs - right.timeMs)) {
    const isInside = point.timeMs >= earliestMs && point.timeMs <= latestMs;
    if (!isInside || point.timeMs === kept.at(-1)?.timeMs) {
      droppedCount += 1;
      continue;
    }
    const clean = cleanPoint(point);
    droppedCount += clean.droppedCount;
    kept.push(clean.point);
  }
  return { points: kept, droppedCount };
}

function cleanPoint(point: ActivityPoint): { readonly point: ActivityPoint; readonly droppedCount: number } {
  const fields: Partial<Record<keyof typeof BOUNDS, number>> = {};
  let droppedCount = 0;
  for (const [field, [min, max]] of FIELDS) {
    const value = point[field];
    if (value === undefined) continue;
    if (value >= min && value <= max) fields[field] = value;
    else droppedCount += 1;
  }
  // Receivers without a fix write the place 0, 0, which is open sea.
  const isNowhere = fields.latitude === 0 && fields.longitude === 0;
  if (fields.latitude === undefined || fields.longitude === undefined || isNowhere) {
    delete fields.latitude;
    delete fields.longitude;
  }
  return { point: { timeMs: point.timeMs, ...fields }, droppedCount };
}
