import { expect, test } from 'vitest';
import { buildFit } from '../../test/support/fit-builder.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import { MAX_ACTIVITY_COUNT, MAX_LAP_ELEMENT_COUNT, MAX_POINT_COUNT } from './limits.ts';
import { readActivityFile } from './read-activity-file.ts';

const START_MS = 1_780_000_000_000;
const nowMs = 1_795_000_000_000 as EpochMs;
const at = (second: number): string => toIso((START_MS + second * 1_000) as EpochMs);
const read = (file: string | Uint8Array) => readActivityFile(Buffer.from(file), { onDamage: 'keep', nowMs });
function activitiesIn(file: string | Uint8Array) {
  const found = read(file);
  if (!found.ok) throw new Error(found.failure.reason);
  return found.value.activities;
}
const tooLarge = { ok: false, failure: { code: 'activity.too_large' } };

const trackpoint = (second: number): string =>
  `<Trackpoint><Time>${at(second)}</Time><HeartRateBpm><Value>120</Value></HeartRateBpm></Trackpoint>`;
const ride = (laps: string, start = at(0)): string =>
  `<Activity Sport="Biking"><Id>${start}</Id>${laps}</Activity>`;
const tcx = (inside: string): string =>
  `<TrainingCenterDatabase><Activities>${inside}</Activities></TrainingCenterDatabase>`;
const gpx = (times: readonly string[]): string =>
  `<gpx><trk><trkseg>${times.map((time) => `<trkpt lat="60" lon="25"><time>${time}</time></trkpt>`).join('')}</trkseg></trk></gpx>`;

test('ACT7 a lap of a TCX that lasts or measures what nothing can is read without that', () => {
  const lap = (inside: string, start = at(0)) => tcx(ride(`<Lap StartTime="${start}">${inside}</Lap>`));
  for (const seconds of ['1e13', '1e300', '172801'])
    expect(activitiesIn(lap(`<TotalTimeSeconds>${seconds}</TotalTimeSeconds>`))).toMatchObject([
      { startMs: START_MS, durationSec: 0, laps: [] },
    ]);
  const [wild] = activitiesIn(
    lap('<TotalTimeSeconds>60</TotalTimeSeconds><DistanceMeters>1e308</DistanceMeters>'),
  );
  expect(wild?.durationSec).toBe(60);
  expect(wild).not.toHaveProperty('distanceM');
  const [late] = activitiesIn(lap('<TotalTimeSeconds>60</TotalTimeSeconds>', '9999-12-31T23:59:59Z'));
  expect(late?.startMs).toBe(START_MS);
});

test('ACT7 a TCX of countless laps, empty or not, and a GPX of countless segments are too large', () => {
  const full =
    '<Lap><TotalTimeSeconds>1</TotalTimeSeconds><MaximumHeartRateBpm><Value>99</Value></MaximumHeartRateBpm></Lap>';
  for (const lap of ['<Lap/>', full])
    expect(read(tcx(ride(lap.repeat(2 * MAX_LAP_ELEMENT_COUNT))))).toMatchObject(tooLarge);
  expect(read(`<gpx><trk>${'<trkseg/>'.repeat(2 * MAX_POINT_COUNT)}</trk></gpx>`)).toMatchObject(tooLarge);
});

test('ACT7 a chain of FIT files and one of many sessions hold no more than a file does', () => {
  const session = (index: number) => ({ startSec: START_MS / 1_000 + index, elapsedSec: 1, sport: 1 });
  const one = buildFit([session(0)]);
  const chain = (count: number) => Buffer.concat(Array.from({ length: count }, () => one));
  expect(activitiesIn(chain(MAX_ACTIVITY_COUNT))).toHaveLength(MAX_ACTIVITY_COUNT);
  expect(read(chain(MAX_ACTIVITY_COUNT + 1))).toMatchObject(tooLarge);
  const many = buildFit(Array.from({ length: MAX_ACTIVITY_COUNT + 1 }, (_, index) => session(index)));
  expect(read(many)).toMatchObject(tooLarge);
  const long = buildFit([{ startSec: START_MS / 1_000, elapsedSec: 1_100_000, sport: 1 }]);
  expect(read(long).ok).toBe(true);
  expect(read(Buffer.concat([long, long]))).toMatchObject(tooLarge);
});

test('ACT5 a point whose clock was not set does not carry the activity away', () => {
  const times = [at(0), at(10), at(20)];
  for (const wrong of [
    '1970-01-01T00:00:00Z',
    '1999-08-22T00:00:00Z',
    '2006-10-12T00:00:00Z',
    '2099-01-01T00:00:00Z',
  ])
    expect(activitiesIn(gpx([wrong, ...times]))).toMatchObject([
      { startMs: START_MS, durationSec: 20, points: [{}, {}, {}] },
    ]);
  const lap = `<Lap StartTime="1970-01-01T00:00:00Z"><TotalTimeSeconds>20</TotalTimeSeconds><Track>${trackpoint(0)}${trackpoint(20)}</Track></Lap>`;
  expect(activitiesIn(tcx(ride(lap)))).toMatchObject([{ startMs: START_MS, points: [{}, {}] }]);
});

test('ACT5 the points of a whole rise in time, each instant once, also where its parts overlap', () => {
  const part = (from: number) =>
    ride(
      `<Lap StartTime="${at(from)}"><TotalTimeSeconds>20</TotalTimeSeconds><Track>${[0, 10, 20].map((second) => trackpoint(from + second)).join('')}</Track></Lap>`,
      at(from),
    );
  const [whole] = activitiesIn(tcx(`<MultiSportSession>${part(0)}${part(10)}</MultiSportSession>`));
  expect(whole?.points.map(({ timeMs }) => (timeMs - START_MS) / 1_000)).toEqual([0, 10, 20, 30]);
});

test('ACT4 zeros behind a whole FIT file are the end of a block and no damage, anything else is', () => {
  const run = buildFit([{ startSec: START_MS / 1_000, elapsedSec: 60, sport: 1 }]);
  const behind = (...bytes: readonly number[]) => read(Buffer.concat([run, Buffer.from(bytes)]));
  expect(behind(0, 0, 0)).toEqual(read(run));
  expect(read(run)).not.toHaveProperty('value.damage');
  expect(behind(0, 0, 1)).toHaveProperty('value.damage.where', `byte ${run.length}`);
});
