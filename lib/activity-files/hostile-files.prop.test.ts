import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toGpx, toTcx } from '../../test/support/activity-xml.ts';
import type { EpochMs } from '../core/instants.ts';
import { MAX_ACTIVITY_HOURS, MAX_FIT_FRAME_COUNT } from './limits.ts';
import type { ActivityFile } from './model.ts';
import { readActivityFile } from './read-activity-file.ts';

const FOLDER = new URL('../../test/fixtures/activities/', import.meta.url);
const nowMs = 1_795_000_000_000 as EpochMs;
const seeded = { seed: 20_261_121, numRuns: 120 };

const read = (bytes: Uint8Array, onDamage: 'refuse' | 'keep') => readActivityFile(bytes, { onDamage, nowMs });

const SMALL = ['garmin-edge-820-bike.fit', 'garmin-fenix-5-run.fit', 'garmin-fenix-5-walk.fit'].map((name) =>
  readFileSync(new URL(name, FOLDER)),
);
const [bike = Buffer.alloc(0)] = SMALL;
const bikeFile = read(bike, 'refuse');
const ride = bikeFile.ok ? bikeFile.value.activities[0] : undefined;
if (ride === undefined) throw new Error('the ride is not read');
const FILES = [...SMALL, Buffer.from(toTcx(ride)), Buffer.from(toGpx(ride))];

/** What holds of every file that is read, however it came about. */
function expectSound({ activities }: ActivityFile): void {
  expect(activities.length).toBeGreaterThan(0);
  for (const { startMs, endMs, points, durationSec, distanceM, laps } of activities) {
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(Number.isFinite(durationSec) && (distanceM === undefined || distanceM >= 0)).toBe(true);
    const times = points.map(({ timeMs }) => timeMs);
    expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
    expect(times.every((at) => at >= startMs && at <= startMs + MAX_ACTIVITY_HOURS * 3_600_000)).toBe(true);
    for (const { latitude = 0, longitude = 0, heartRateBpm = 60 } of points) {
      expect(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180).toBe(true);
      expect(heartRateBpm >= 20 && heartRateBpm <= 300).toBe(true);
    }
    for (const lap of laps) expect(lap.end >= lap.start).toBe(true);
  }
}

test('ACT4 every beginning of a real file is refused with a place, and what is kept of it is sound', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FILES), fc.double({ min: 0, max: 0.999, noNaN: true }), (file, share) => {
      const cut = file.subarray(0, Math.floor(file.length * share));
      const refused = read(cut, 'refuse');
      expect(refused.ok).toBe(false);
      if (!refused.ok)
        expect(['activity.damaged', 'activity.unknown_format']).toContain(refused.failure.code);
      const kept = read(cut, 'keep');
      if (!kept.ok) return;
      expect(kept.value.damage?.where).toMatch(/^(byte|line) \d+$/);
      expectSound(kept.value);
    }),
    seeded,
  );
});

test('ACT7 flipped bits never throw and never give an activity that cannot be', () => {
  const flips = fc.array(fc.tuple(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 20,
  });
  let readCount = 0;
  fc.assert(
    fc.property(fc.constantFrom(...FILES), flips, (file, changes) => {
      const bytes = Buffer.from(file);
      for (const [at, mask] of changes) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask;
      const kept = read(bytes, 'keep');
      read(bytes, 'refuse');
      if (!kept.ok) return;
      readCount += 1;
      expectSound(kept.value);
    }),
    { ...seeded, numRuns: 300 },
  );
  expect(readCount).toBeGreaterThan(50);
});

test('ACT7 bytes of any kind behind the mark of a FIT file are read to their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (body) => {
      const file = new Uint8Array(12 + body.length + 2);
      file.set([12, 0x20, 0, 0, body.length & 0xff, body.length >> 8, 0, 0, 0x2e, 0x46, 0x49, 0x54]);
      file.set(body, 12);
      const kept = read(file, 'keep');
      if (kept.ok) expectSound(kept.value);
    }),
    { ...seeded, numRuns: 300 },
  );
});

test('ACT7 a file of countless empty messages is too large, not too much', () => {
  // A session (18) without fields: each message of it is one byte.
  const body = new Uint8Array(MAX_FIT_FRAME_COUNT * 3);
  body.set([0x40, 0, 0, 18, 0, 0]);
  const file = new Uint8Array(12 + body.length + 2);
  file.set([12, 0x20, 0, 0, 0, 0, 0, 0, 0x2e, 0x46, 0x49, 0x54]);
  new DataView(file.buffer).setUint32(4, body.length, true);
  file.set(body, 12);
  expect(read(file, 'keep')).toMatchObject({ ok: false, failure: { code: 'activity.too_large' } });
});

test('ACT7 depth, attributes, entities and packing of hostile XML are bounded', () => {
  const gpx = (inside: string) => Buffer.from(`<gpx creator="x">${inside}</gpx>`);
  const deep = read(gpx('<a>'.repeat(100_000)), 'refuse');
  expect(deep).toMatchObject({ failure: { reason: 'elements lie too deep in each other' } });
  const wide = Array.from({ length: 10_000 }, (_, index) => `a${index}=""`).join(' ');
  expect(read(gpx(`<b ${wide}/>`), 'refuse')).toMatchObject({
    failure: { reason: 'an element has too many attributes' },
  });
  const laughs = Buffer.from(
    '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>',
  );
  expect(read(laughs, 'refuse')).toMatchObject({ ok: false, failure: { code: 'activity.damaged' } });
  const bomb = gzipSync(Buffer.alloc(70_000_000));
  expect(read(bomb, 'refuse')).toMatchObject({ ok: false, failure: { code: 'activity.too_large' } });
});
