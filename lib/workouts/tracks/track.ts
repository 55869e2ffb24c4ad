import type { EpochMs } from '../../core/instants.ts';

/** The way of a workout as columns of equal length, rising in time. */
export interface Track {
  readonly timesMs: readonly EpochMs[];
  /** Degrees, WGS 84, to the seventh decimal (about a centimetre). */
  readonly latitudes: readonly number[];
  readonly longitudes: readonly number[];
  /** Metres above the sea, to a tenth; null where the source does not say. */
  readonly altitudesM: readonly (number | null)[];
}

interface Moment {
  readonly timeMs: EpochMs;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly altitudeM?: number;
}

const rounded = (value: number, decimals: number): number =>
  Math.round(value * 10 ** decimals) / 10 ** decimals || 0;

/** The moments that have a place; undefined with fewer than two, which are no way. */
export function trackOf(moments: readonly Moment[]): Track | undefined {
  const placed = moments.filter(
    ({ latitude, longitude }) => latitude !== undefined && longitude !== undefined,
  );
  if (placed.length < 2) return undefined;
  return {
    timesMs: placed.map(({ timeMs }) => timeMs),
    latitudes: placed.map(({ latitude }) => rounded(latitude ?? 0, 7)),
    longitudes: placed.map(({ longitude }) => rounded(longitude ?? 0, 7)),
    altitudesM: placed.map(({ altitudeM }) => (altitudeM === undefined ? null : rounded(altitudeM, 1))),
  };
}

/** At most `maxCount` points (2 or more) at even distances in the list, the first and the last among them. */
export function thinTrack(track: Track, maxCount: number): Track {
  const count = track.timesMs.length;
  if (count <= maxCount) return track;
  const kept = Array.from({ length: maxCount }, (_, index) =>
    Math.round((index * (count - 1)) / (maxCount - 1)),
  );
  const pick = <Value>(column: readonly Value[]): readonly Value[] =>
    kept.flatMap((at) => column.slice(at, at + 1));
  return {
    timesMs: pick(track.timesMs),
    latitudes: pick(track.latitudes),
    longitudes: pick(track.longitudes),
    altitudesM: pick(track.altitudesM),
  };
}
