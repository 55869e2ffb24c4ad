import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildFit } from '../../test/support/fit-builder.ts';
import type { EpochMs } from '../core/instants.ts';
import { elevationGainM, meanOf, wayLengthM } from './figures.ts';
import type { ActivityFile } from './model.ts';
import { cleanPoints } from './points.ts';
import { readActivityFile } from './read-activity-file.ts';

const nowMs = 1_795_000_000_000 as EpochMs;
const START_SEC = 1_780_000_000;

const readAny = (bytes: Uint8Array | string, onDamage: 'refuse' | 'keep' = 'refuse') =>
  readActivityFile(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { onDamage, nowMs });
function read(bytes: Uint8Array | string, onDamage?: 'refuse' | 'keep'): ActivityFile {
  const file = readAny(bytes, onDamage);
  if (!file.ok) throw new Error(`${file.failure.code}: ${file.failure.reason}`);
  return file.value;
}
const codeOf = (bytes: Uint8Array | string): string | undefined => {
  const file = readAny(bytes);
  return file.ok ? undefined : file.failure.code;
};

const RUN = { startSec: START_SEC, elapsedSec: 600, sport: 1, distanceM: 2_000, avgHeartRateBpm: 150 };
const TRIATHLON = [
  { startSec: START_SEC, elapsedSec: 1_200, sport: 5, distanceM: 1_500, avgHeartRateBpm: 140 },
  { startSec: START_SEC + 1_200, elapsedSec: 100, sport: 3 },
  { startSec: START_SEC + 1_300, elapsedSec: 3_600, sport: 2, distanceM: 40_000, avgHeartRateBpm: 150 },
  { startSec: START_SEC + 4_900, elapsedSec: 2_400, sport: 1, distanceM: 10_000, avgHeartRateBpm: 160 },
];

const point = (second: number, inside = '') =>
  `<trkpt lat="60.0" lon="${(25 + second / 10_000).toFixed(5)}"><time>2026-06-01T10:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}Z</time>${inside}</trkpt>`;
const gpxOf = (segments: readonly (readonly string[])[], head = '<name>A</name><type>running</type>') =>
  `<?xml version="1.0"?><gpx version="1.1" creator="App"><trk>${head}${segments.map((points) => `<trkseg>${points.join('')}</trkseg>`).join('')}</trk></gpx>`;
const tcxOf = (activities: string) =>
  `<TrainingCenterDatabase><Activities>${activities}</Activities></TrainingCenterDatabase>`;
const tcxActivity = (sport: string, start: string, metres: number) =>
  `<Activity Sport="${sport}"><Id>${start}</Id><Lap StartTime="${start}"><TotalTimeSeconds>600</TotalTimeSeconds><DistanceMeters>${metres}</DistanceMeters></Lap></Activity>`;

test('ACT1 a file is known by what it holds, plain or gzip, and nothing else is taken', () => {
  const fit = buildFit([RUN]);
  expect(read(fit).format).toBe('fit');
  expect(read(gzipSync(fit)).format).toBe('fit');
  expect(read(gpxOf([[point(0), point(10)]])).format).toBe('gpx');
  const wide = Buffer.from(`\uFEFF${gpxOf([[point(0), point(10)]])}`, 'utf16le');
  expect(read(wide).format).toBe('gpx');
  expect(codeOf('')).toBe('activity.unknown_format');
  expect(codeOf('<html>gpx</html>')).toBe('activity.unknown_format');
  expect(readActivityFile(fit, { format: 'gpx', onDamage: 'keep', nowMs })).toMatchObject({
    failure: { code: 'activity.unknown_format', reason: 'The file is no GPX file.' },
  });
});

test('ACT1 a course, a route without times and a plan hold no activity', () => {
  expect(codeOf(buildFit([RUN], { fileType: 6 }))).toBe('activity.none');
  expect(codeOf(buildFit([]))).toBe('activity.none');
  expect(codeOf('<gpx><rte><rtept lat="1" lon="1"/></rte></gpx>')).toBe('activity.none');
  expect(codeOf('<TrainingCenterDatabase><Courses/></TrainingCenterDatabase>')).toBe('activity.none');
});

test('ACT2 a triathlon in one FIT file is a whole and its parts', () => {
  const [whole, ...parts] = read(buildFit(TRIATHLON)).activities;
  expect(parts.map(({ type, distanceM }) => [type, distanceM])).toEqual([
    ['swimming', 1_500],
    ['transition', undefined],
    ['cycling', 40_000],
    ['running', 10_000],
  ]);
  expect(parts.every(({ parentExternalId }) => parentExternalId === whole?.externalId)).toBe(true);
  expect(new Set([whole, ...parts].map((each) => each?.externalId)).size).toBe(5);
  expect(whole).toMatchObject({ type: 'triathlon', durationSec: 7_300, movingSec: 7_300, distanceM: 51_500 });
  expect(whole?.parentExternalId).toBeUndefined();
  // Each point belongs to one part: heart rate of 120 every 10 s.
  expect(parts.map(({ points }) => points.length)).toEqual([120, 10, 360, 240]);
});

test('ACT2 a multi-sport session of TCX is a whole and its parts, and activities beside it are alone', () => {
  const file = read(
    tcxOf(
      `<MultiSportSession><Id>2026-06-01T08:00:00Z</Id><FirstSport>${tcxActivity('Biking', '2026-06-01T08:00:00Z', 5_000)}</FirstSport><NextSport>${tcxActivity('Running', '2026-06-01T08:10:00Z', 2_000)}</NextSport></MultiSportSession>${tcxActivity('Other', '2026-06-02T08:00:00Z', 100)}`,
    ),
  );
  expect(file.activities.map(({ type, distanceM }) => [type, distanceM])).toEqual([
    ['multi_sport', 7_000],
    ['cycling', 5_000],
    ['running', 2_000],
    ['other', 100],
  ]);
  const [whole, ride, run, alone] = file.activities;
  expect([ride?.parentExternalId, run?.parentExternalId]).toEqual([whole?.externalId, whole?.externalId]);
  expect(alone?.parentExternalId).toBeUndefined();
});

test('ACT3 a pause between segments is neither way nor time moved, and what nobody says is absent', () => {
  const [activity] = read(
    gpxOf([
      [point(0), point(10)],
      [point(100), point(110)],
    ]),
  ).activities;
  const lengthM =
    2 *
    (wayLengthM([
      { timeMs: nowMs, latitude: 60, longitude: 25 },
      { timeMs: nowMs, latitude: 60, longitude: 25.001 },
    ]) ?? 0);
  expect(activity?.distanceM).toBeCloseTo(lengthM, 1);
  expect(activity).toMatchObject({ durationSec: 110, movingSec: 20 });
  expect(activity).not.toHaveProperty('avgHeartRateBpm');
  expect(activity).not.toHaveProperty('elevationGainM');
  expect(activity).not.toHaveProperty('energyKcal');
});

test('ACT3 means are over time, and rises below 3 m are no climb', () => {
  const at = (second: number, rest: object) => ({ timeMs: (second * 1_000) as EpochMs, ...rest });
  // 9 s of 100, 1 s of 200.
  expect(meanOf([at(0, { heartRateBpm: 100 }), at(9, { heartRateBpm: 200 })], 'heartRateBpm')).toBe(110);
  const climb = (heights: readonly number[]) =>
    elevationGainM(heights.map((altitudeM, second) => at(second, { altitudeM })));
  expect(climb([10, 12, 10, 12, 10])).toBe(0);
  expect(climb([10, 14, 13, 20, 9, 13])).toBe(14);
  expect(climb([])).toBeUndefined();
  // The first height was wrong by 87 m: no climb.
  expect(climb([55, 142, 142, 146])).toBe(4);
});

test('ACT5 points rise in time, once each, and garbage is dropped and counted', () => {
  const startMs = 1_780_000_000_000 as EpochMs;
  const wild = fc.record(
    {
      timeMs: fc.integer({ min: -100_000, max: 200_000_000 }).map((ms) => (startMs + ms) as EpochMs),
      latitude: fc.double({ min: -200, max: 200 }),
      longitude: fc.double({ min: -400, max: 400 }),
      heartRateBpm: fc.integer({ min: -5, max: 400 }),
      powerW: fc.oneof(fc.double(), fc.constant(Number.NaN)),
    },
    { requiredKeys: ['timeMs'] },
  );
  fc.assert(
    fc.property(fc.array(wild, { maxLength: 40 }), (points) => {
      const { points: kept, droppedCount } = cleanPoints(points, startMs);
      const times = kept.map(({ timeMs }) => timeMs);
      expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
      expect(droppedCount).toBeGreaterThanOrEqual(points.length - kept.length);
      for (const { latitude, longitude, powerW = 0 } of kept) {
        expect((latitude === undefined) === (longitude === undefined)).toBe(true);
        expect(powerW >= 0).toBe(true);
      }
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});

test('ACT6 an activity keeps its id when its file is cut or packed, and has another in another file', () => {
  const idOf = (bytes: Uint8Array | string, onDamage?: 'keep') =>
    read(bytes, onDamage).activities[0]?.externalId;
  const fit = buildFit([RUN]);
  expect(idOf(fit.subarray(0, fit.length - 3), 'keep')).toBe(idOf(fit));
  expect(idOf(gzipSync(fit))).toBe(idOf(fit));
  expect(idOf(buildFit([RUN], { serial: 8 }))).not.toBe(idOf(fit));
  const gpx = gpxOf([[point(0), point(10), point(20)]]);
  expect(idOf(gpx.slice(0, -60), 'keep')).toBe(idOf(gpx));
  expect(idOf(gpxOf([[point(0), point(10)]], '<name>B</name><type>running</type>'))).not.toBe(idOf(gpx));
});

test('ACT4 a packed file that breaks off gives what unpacks of it to who asks, and nothing else', () => {
  const points = Array.from({ length: 60 }, (_, second) => point(second));
  const packed = gzipSync(gpxOf([points]));
  const cut = packed.subarray(0, Math.floor(packed.length * 0.7));
  expect(readAny(cut)).toMatchObject({
    failure: { code: 'activity.damaged', where: 'the packing' },
  });
  const kept = read(cut, 'keep');
  const [activity] = kept.activities;
  expect(kept.damage?.where).toMatch(/^line \d+$/);
  expect(activity?.points.length).toBeGreaterThan(5);
  expect(activity?.points.length).toBeLessThan(60);
  expect(activity?.externalId).toBe(read(packed).activities[0]?.externalId);
});

test('ACT1 a root behind a long comment is found, and a title is not cut within a character', () => {
  const name = `${'a'.repeat(99)}\u{1F3C3} and on`;
  const plain = gpxOf([[point(0), point(10)]], `<name>${name}</name><type>running</type>`);
  const [head = '', rest = ''] = plain.split('?>');
  const file = read(`${head}?><!-- ${'x'.repeat(5_000)} -->${rest}`);
  expect(file.activities[0]?.title).toBe('a'.repeat(99));
});
