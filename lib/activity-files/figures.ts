import { MAX_CLIMB_MPS, MIN_RISE_M } from './limits.ts';
import type { ActivityPoint } from './model.ts';

/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Metres between two places along the sphere, by the haversine formula; off by at most 0.5 % from the ellipsoid. */
export function metresBetween(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const half = (degrees: number): number => Math.sin((degrees * RADIANS) / 2) ** 2;
  const share =
    half(to.latitude - from.latitude) +
    Math.cos(from.latitude * RADIANS) * Math.cos(to.latitude * RADIANS) * half(to.longitude - from.longitude);
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(share)));
}

/** The length of the way, in metres; undefined with fewer than two places. */
export function wayLengthM(points: readonly ActivityPoint[]): number | undefined {
  let lengthM: number | undefined;
  let before: { readonly latitude: number; readonly longitude: number } | undefined;
  for (const { latitude, longitude } of points) {
    if (latitude === undefined || longitude === undefined) continue;
    const place = { latitude, longitude };
    if (before !== undefined) lengthM = (lengthM ?? 0) + metresBetween(before, place);
    before = place;
  }
  return lengthM;
}

/**
 * Metres climbed: the way up from each low to the next high, where low and high differ by at least 3 m, so that the
 * noise of a barometer does not add up. A jump faster than anybody climbs is the sensor's, which found its height: it
 * counts for nothing, and the climb goes on from there. Undefined without heights, 0 on the flat.
 */
export function elevationGainM(points: readonly ActivityPoint[]): number | undefined {
  const climb = new Climb();
  for (const { timeMs, altitudeM } of points) if (altitudeM !== undefined) climb.take(timeMs, altitudeM);
  return climb.gainM();
}

class Climb {
  #gainM = 0;
  #low = 0;
  #high = 0;
  #before: { readonly timeMs: number; readonly altitudeM: number } | undefined;

  take(timeMs: number, altitudeM: number): void {
    const { timeMs: beforeMs, altitudeM: beforeM } = this.#before ?? { timeMs, altitudeM: Number.NaN };
    this.#before = { timeMs, altitudeM };
    const isSteady = Math.abs(altitudeM - beforeM) * 1_000 <= MAX_CLIMB_MPS * (timeMs - beforeMs);
    const hasFallen = this.#high - altitudeM >= MIN_RISE_M || altitudeM < this.#low;
    if (isSteady && !hasFallen) this.#high = Math.max(this.#high, altitudeM);
    else {
      this.#gainM += this.#rise();
      this.#low = altitudeM;
      this.#high = altitudeM;
    }
  }

  gainM(): number | undefined {
    return this.#before === undefined ? undefined : this.#gainM + this.#rise();
  }

  #rise(): number {
    return this.#high - this.#low >= MIN_RISE_M ? this.#high - this.#low : 0;
  }
}

/** Devices that save points write one at least as often; a longer silence is a pause. */
const MAX_HOLD_MS = 15_000;

/**
 * The mean over time of what the points say of one thing: each value stands until the next point, for at most 15 s,
 * so that points seconds apart weigh as much as they last. Undefined when none says it.
 */
export function meanOf(
  points: readonly ActivityPoint[],
  field: 'heartRateBpm' | 'cadencePerMin' | 'powerW',
): number | undefined {
  let sum = 0;
  let heldMs = 0;
  points.forEach((point, index) => {
    const value = point[field];
    if (value === undefined) return;
    const next = points[index + 1];
    const holdMs = next === undefined ? 1_000 : Math.min(MAX_HOLD_MS, next.timeMs - point.timeMs);
    sum += value * holdMs;
    heldMs += holdMs;
  });
  return heldMs === 0 ? undefined : sum / heldMs;
}

export function maxHeartRateOf(points: readonly ActivityPoint[]): number | undefined {
  let max: number | undefined;
  for (const { heartRateBpm } of points)
    if (heartRateBpm !== undefined && (max === undefined || heartRateBpm > max)) max = heartRateBpm;
  return max;
}
