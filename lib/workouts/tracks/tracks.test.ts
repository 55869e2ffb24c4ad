import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import { cellsOf, type Place, trackOverlap } from './cells.ts';
import { thinTrack, trackOf } from './track.ts';
import { decodeTrack, encodeTrack } from './track-codec.ts';

/** A way of `lengthM` north-east from a place, a point each `stepM`, each `noiseM` off. */
function wayOf(
  from: Place,
  {
    lengthM,
    stepM,
    noiseM = 0,
  }: { readonly lengthM: number; readonly stepM: number; readonly noiseM?: number },
): readonly Place[] {
  const degreesPerM = 1 / 111_195;
  return Array.from({ length: Math.floor(lengthM / stepM) }, (_, index) => {
    const alongM = index * stepM * Math.SQRT1_2;
    // Neither even nor random: it differs from point to point and is the same each time.
    const offM = noiseM * Math.sin(index * 2.4);
    return {
      latitude: from.latitude + (alongM + offM) * degreesPerM,
      longitude: from.longitude + ((alongM - offM) * degreesPerM) / Math.cos((from.latitude * Math.PI) / 180),
    };
  });
}
const HOME = { latitude: 60.17, longitude: 24.94 };

test.each([5_000, 40_000, 200_000])(
  'ACT9 two recordings of one way of %i m overlap, whatever their points',
  (lengthM) => {
    const watch = cellsOf(wayOf(HOME, { lengthM, stepM: 3, noiseM: 4 }));
    const phone = cellsOf(wayOf(HOME, { lengthM, stepM: 41, noiseM: 6 }));
    expect(trackOverlap(watch, phone)).toBeGreaterThan(0.8);
    expect(trackOverlap(watch, phone)).toBe(trackOverlap(phone, watch));
    expect(watch.length).toBeLessThanOrEqual(256);
  },
);

test('ACT9 another way does not overlap, and half a way lies within the whole', () => {
  const way = cellsOf(wayOf(HOME, { lengthM: 10_000, stepM: 10 }));
  const elsewhere = cellsOf(wayOf({ latitude: 60.3, longitude: 24.5 }, { lengthM: 10_000, stepM: 10 }));
  const half = cellsOf(wayOf(HOME, { lengthM: 5_000, stepM: 10 }));
  expect(trackOverlap(way, elsewhere)).toBe(0);
  expect(trackOverlap(way, half)).toBeGreaterThan(0.9);
  expect([trackOverlap(way, []), trackOverlap([], [])]).toEqual([0, 0]);
});

test('ACT9 a sketch of a long way tells how much of it another one shares', () => {
  // 150 km of which the last 75 km are another way.
  const way = wayOf(HOME, { lengthM: 150_000, stepM: 30 });
  const half = way.length / 2;
  const fork = [
    ...way.slice(0, half),
    ...way.slice(half).map((at) => ({ ...at, latitude: at.latitude + 1 })),
  ];
  const overlap = trackOverlap(cellsOf(way), cellsOf(fork));
  expect(overlap).toBeGreaterThan(0.4);
  expect(overlap).toBeLessThan(0.6);
});

test('ACT10 a track comes back as it was kept, and the same one has the same bytes', () => {
  const moment = fc.record(
    {
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      altitudeM: fc.double({ min: -500, max: 9_000, noNaN: true }),
    },
    { requiredKeys: ['latitude', 'longitude'] },
  );
  fc.assert(
    fc.property(fc.array(moment, { minLength: 2, maxLength: 50 }), (moments) => {
      const track = trackOf(
        moments.map((each, index) => ({ timeMs: (1e12 + index * 997) as EpochMs, ...each })),
      );
      if (track === undefined) throw new Error('two places are a track');
      expect(decodeTrack(encodeTrack(track))).toEqual(track);
      expect(encodeTrack(track)).toEqual(encodeTrack(decodeTrack(encodeTrack(track))));
    }),
    { seed: 20_261_121, numRuns: 100 },
  );
  expect(
    trackOf([{ timeMs: 0 as EpochMs, latitude: 1, longitude: 1 }, { timeMs: 1 as EpochMs }]),
  ).toBeUndefined();
});

test('ACT10 a thinned track has both ends and even steps', () => {
  const moments = Array.from({ length: 1_001 }, (_, index) => ({
    timeMs: index as EpochMs,
    latitude: index / 100,
    longitude: 0,
  }));
  const track = trackOf(moments);
  if (track === undefined) throw new Error('no track');
  expect(thinTrack(track, 5).timesMs).toEqual([0, 250, 500, 750, 1_000]);
  expect(thinTrack(track, 2).latitudes).toEqual([0, 10]);
  expect(thinTrack(track, 2_000)).toBe(track);
});
