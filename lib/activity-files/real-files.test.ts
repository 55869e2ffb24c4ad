import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toGpx, toTcx } from '../../test/support/activity-xml.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Activity, ActivityFile, DamagePolicy } from './model.ts';
import { readActivityFile } from './read-activity-file.ts';

const FOLDER = new URL('../../test/fixtures/activities/', import.meta.url);
const nowMs = 1_795_000_000_000 as EpochMs;

interface Figures {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly errors: readonly string[];
        readonly recordsMeanHeartRate: number | null;
        readonly sessions: readonly {
          readonly startTime: string;
          readonly totalElapsedTimeSec: number;
          readonly totalTimerTimeSec: number;
          readonly totalDistanceM: number;
          readonly avgHeartRate: number | null;
        }[];
      }
    >
  >;
}
const { files }: Figures = JSON.parse(readFileSync(new URL('garmin-sdk-figures.json', FOLDER), 'utf8'));

function read(bytes: Uint8Array, onDamage: DamagePolicy = 'refuse'): ActivityFile {
  const file = readActivityFile(bytes, { onDamage, nowMs });
  if (!file.ok) throw new Error(`${file.failure.code}: ${file.failure.reason}`);
  return file.value;
}
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(name, FOLDER));

function onlyOf(file: ActivityFile): Activity {
  expect(file.activities).toHaveLength(1);
  const [activity] = file.activities;
  if (activity === undefined) throw new Error('no activity');
  return activity;
}

function expectWithin(percent: number, found: number | undefined, wanted: number): void {
  expect(found).toBeGreaterThanOrEqual(wanted * (1 - percent / 100));
  expect(found).toBeLessThanOrEqual(wanted * (1 + percent / 100));
}

test.each(Object.entries(files))(
  "ACT3 %s has the figures of Garmin's own decoder within 0.5 %%",
  (name, figures) => {
    const activity = onlyOf(
      read(
        bytesOf(name),
        name.startsWith('strava') ? 'summary' : figures.errors.length > 0 ? 'keep' : 'refuse',
      ),
    );
    const [session] = figures.sessions;
    if (session === undefined) throw new Error('no session');
    expect(new Date(activity.startMs).toISOString()).toBe(session.startTime);
    expectWithin(0.5, activity.durationSec, session.totalElapsedTimeSec);
    expectWithin(0.5, activity.movingSec, session.totalTimerTimeSec);
    expectWithin(0.5, activity.distanceM, session.totalDistanceM);
    const heartRate = session.avgHeartRate ?? figures.recordsMeanHeartRate;
    if (heartRate === null) expect(activity.avgHeartRateBpm).toBeUndefined();
    else expectWithin(0.5, activity.avgHeartRateBpm, heartRate);
  },
);

test.each([
  ['activity-small-fenix2-run.fit', [toTcx, toGpx]],
  ['garmin-edge-820-bike.fit', [toTcx, toGpx]],
  // Seven minutes of it are without a place, of which GPX can tell nothing.
  ['sample-activity.fit', [toTcx]],
] as const)('ACT3 %s written as TCX and as GPX is the same workout within 1 %%', (name, writers) => {
  const fit = onlyOf(read(bytesOf(name)));
  for (const write of writers) {
    const other = onlyOf(read(Buffer.from(write(fit))));
    expect(other.type).toBe(fit.type);
    expect(Math.abs(other.startMs - fit.startMs)).toBeLessThanOrEqual(1_000);
    expectWithin(1, other.durationSec, fit.durationSec);
    expectWithin(1, other.distanceM, fit.distanceM ?? 0);
    expectWithin(1, other.avgHeartRateBpm, fit.avgHeartRateBpm ?? 0);
    expect(other.maxHeartRateBpm).toBe(fit.maxHeartRateBpm);
  }
});

test('ACT4 the damaged file is refused with where and why, and what is before is there for who asks', () => {
  const bytes = bytesOf('activity-settings-corruptheader.fit');
  expect(readActivityFile(bytes, { onDamage: 'refuse', nowMs })).toEqual({
    ok: false,
    failure: { code: 'activity.damaged', where: 'byte 771', reason: 'the header does not say ".FIT"' },
  });
  const kept = read(bytes, 'keep');
  expect(kept.damage?.where).toBe('byte 771');
  expect(onlyOf(kept).distanceM).toBe(5.73);
});

test('ACT4 a file that breaks off behind its summary has whole figures, and is refused to who asks for all of it', () => {
  const bytes = bytesOf('strava-android-app-201.10-b1218918.fit');
  const refused = readActivityFile(bytes, { onDamage: 'refuse', nowMs });
  expect(refused).toMatchObject({ ok: false, failure: { code: 'activity.damaged', where: 'byte 7471' } });
  const summed = read(bytes, 'summary');
  expect(summed.damage?.where).toBe('byte 7471');
  expect(onlyOf(summed)).toMatchObject({ distanceM: 11274.04, durationSec: 3558 });
});

test.each([
  ['breaks off before its summary', (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
  ['has a value that its checksum denies', (bytes: Uint8Array) => bytes.with(2_000, 1 + (bytes[2_000] ?? 0))],
])('ACT4 a file that %s gives no summary', (_, harm) => {
  const harmed = new Uint8Array(harm(bytesOf('garmin-fenix-5-run.fit')));
  expect(readActivityFile(harmed, { onDamage: 'summary', nowMs })).toMatchObject({
    ok: false,
    failure: { code: 'activity.damaged' },
  });
});
