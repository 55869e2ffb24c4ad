import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openActivityImports } from '../../../test/support/activity-import-world.ts';
import { buildFit } from '../../../test/support/fit-builder.ts';
import type { Activity } from '../../activity-files/model.ts';
import type { EpochMs } from '../../core/instants.ts';
import { startImport } from './ask-import.ts';
import { sampleOffsetOf } from './to-records.ts';

const FOLDER = new URL('../../../test/fixtures/activities/', import.meta.url);
const bike = readFileSync(new URL('garmin-edge-820-bike.fit', FOLDER));
const METRICS = ['heart_rate', 'cadence', 'power', 'speed'];
const TRIATHLON = [5, 3, 2, 1].map((sport, index) => ({
  startSec: 1_780_000_000 + index * 600,
  elapsedSec: 600,
  sport,
}));

/** Lets every promise that can go on do so; what hangs behind the crash stays. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
};

/** All that there is to see, but for when it was written. */
async function stateOf({ workouts, readings, tracks }: Awaited<ReturnType<typeof openActivityImports>>) {
  const records = await workouts();
  return {
    bodies: records.map(({ body, version, provider, date }) => ({ body, version, provider, date })),
    readings: await readings('file', METRICS),
    tracks: [...tracks.keys()],
  };
}

test('ACT8 a file is samples, a track and a workout; the same again changes nothing', async () => {
  const world = await openActivityImports();
  const first = await world.run(bike);
  expect(first).toMatchObject({ status: 'done', workouts: [{ outcome: 'created' }], droppedCount: 0 });
  expect(first.samples).toEqual({ accepted: 45, updated: 0, duplicate: 0, refused: 0 });
  const before = await stateOf(world);
  expect(before.bodies).toMatchObject([
    { version: 1, body: { distanceM: 457.12, track: { pointCount: 15 } } },
  ]);
  const again = await world.run(bike);
  expect([again.workouts[0]?.outcome, again.samples.duplicate]).toEqual(['unchanged', 45]);
  expect(await stateOf(world)).toEqual(before);
});

test('ACT8 killed at any call and delivered again, an import ends the same', async () => {
  const clean = await openActivityImports();
  const importId = await clean.begin(bike);
  const callsBefore = clean.callCountNow();
  await clean.work(importId);
  const callCount = clean.callCountNow() - callsBefore;
  const expected = await stateOf(clean);
  // The import's status, a read and two transactions for samples and workout.
  expect(callCount).toBeGreaterThanOrEqual(6);
  for (let kill = 0; kill < 2 * callCount; kill += 1) {
    const world = await openActivityImports();
    const id = await world.begin(bike);
    world.crashes.arm(Math.floor(kill / 2) + 1, kill % 2 === 0 ? 'before' : 'after');
    let hasEnded = false;
    void world.work(id).then(() => {
      hasEnded = true;
    });
    await settle();
    world.crashes.disarm();
    expect(hasEnded, `kill ${kill}`).toBe(false);
    await world.work(id);
    expect((await world.answer(id)).status, `kill ${kill}`).toBe('done');
    expect(await stateOf(world), `kill ${kill}`).toEqual(expected);
  }
});

test('ACT8 starting again is harmless: what is done stays, what failed is tried with what lies there now', async () => {
  const world = await openActivityImports();
  const importId = await world.begin(Buffer.from('nothing'));
  await world.work(importId);
  expect(await world.answer(importId)).toMatchObject({ status: 'failed', code: 'activity.unknown_format' });
  world.files.set(importId, bike);
  const call = { importId, correlationId: 'corr' };
  expect(await startImport(world.asked, world.scope, call)).toMatchObject({ status: 'queued' });
  await world.work(importId);
  expect(await startImport(world.asked, world.scope, call)).toMatchObject({ status: 'done' });
  expect(world.sent).toEqual([importId, importId]);
  expect(await world.work(importId)).toBeUndefined();
  const missing = { ...call, importId: 'imp_00000000000000000000000000' };
  await expect(startImport(world.asked, world.scope, missing)).rejects.toMatchObject({
    code: 'activity.import_not_found',
  });
});

test('ACT4 the whole file replaces what was kept of a damaged one, and never the other way round', async () => {
  const world = await openActivityImports();
  const cut = bike.subarray(0, bike.length - 300);
  const kept = await world.run(cut, { onDamage: 'keep' });
  expect(kept).toMatchObject({ status: 'done', damage: { reason: 'the file ends within a definition' } });
  expect((await world.run(bike)).workouts).toEqual([{ id: kept.workouts[0]?.id, outcome: 'updated' }]);
  const before = await stateOf(world);
  const later = await world.run(cut, { onDamage: 'keep' });
  expect(later.workouts).toEqual([{ id: kept.workouts[0]?.id, outcome: 'unchanged' }]);
  expect((await stateOf(world)).bodies).toEqual(before.bodies);
});

test('ACT2 the parts of an event name the whole, whose samples are stored once', async () => {
  const world = await openActivityImports();
  const done = await world.run(buildFit(TRIATHLON));
  expect(done.workouts.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'created'));
  expect(done.samples.accepted).toBe(240);
  const records = await world.workouts();
  const parents = records.flatMap(({ body }) => (body.kind === 'workout' ? [body.parentExternalId] : []));
  expect(new Set(parents).size).toBe(2);
});

test('ACT8 a file that ends its reader counts as failed with the last try, and is done when that succeeds', async () => {
  const world = await openActivityImports();
  const importId = await world.begin(bike);
  world.crashes.arm(4, 'before');
  void world.work(importId, true);
  await settle();
  world.crashes.disarm();
  expect(await world.answer(importId)).toMatchObject({ status: 'failed', code: 'activity.unreadable' });
  await world.work(importId, true);
  expect(await world.answer(importId)).toMatchObject({ status: 'done' });
});

test('ACT8 nothing is read for a user who switched uploads off, blocked workouts, or put no file', async () => {
  const world = await openActivityImports();
  const codeOf = async (importId: string) => {
    await world.work(importId);
    return (await world.answer(importId)).code;
  };
  const empty = await world.begin(bike);
  world.files.delete(empty);
  expect(await codeOf(empty)).toBe('activity.no_file');
  const large = await world.begin(new Uint8Array(25_000_001));
  expect(await codeOf(large)).toBe('activity.file_too_large');
  for (const [privacy, code] of [
    [{ uploadEnabled: false, blockedMetrics: [] as string[] }, 'ingest.upload_disabled'],
    [{ uploadEnabled: true, blockedMetrics: ['workout'] }, 'read.metric_blocked'],
  ] as const) {
    await world.setPrivacy(privacy);
    expect(await codeOf(await world.begin(bike))).toBe(code);
  }
  expect([await world.workouts(), world.tracks.size]).toEqual([[], 0]);
});

test('ACT12 without an offset the user has the say, then the sun', () => {
  const at = (longitude?: number) => ({
    timeMs: 0 as EpochMs,
    ...(longitude === undefined ? {} : { longitude }),
  });
  const activity = (points: Activity['points'], zoneOffsetMinutes?: number) =>
    ({ points, ...(zoneOffsetMinutes === undefined ? {} : { zoneOffsetMinutes }) }) as Activity;
  expect(sampleOffsetOf(activity([at(-79.4)], 330), false)).toBe(330);
  expect(sampleOffsetOf(activity([at(-79.4)]), true)).toBeUndefined();
  expect(sampleOffsetOf(activity([at(), at(-79.4)]), false)).toBe(-300);
  expect(sampleOffsetOf(activity([at()]), false)).toBe(0);
});

test('ACT10 a provider that is erased takes its ways along, and leaves those of others', async () => {
  const world = await openActivityImports();
  await world.run(bike, { source: 'garmin' });
  await world.run(bike);
  expect(world.tracks.size).toBe(2);
  await world.writer.eraseProvider(world.scope, 'garmin', 'corr');
  expect((await world.workouts()).map(({ provider }) => provider)).toEqual(['file']);
  expect([...world.tracks.keys()]).toEqual([expect.stringMatching(/^file\//)]);
});

test('ACT8 of a workout that is refused no samples and no way are kept', async () => {
  const world = await openActivityImports();
  const bytes = buildFit([{ startSec: 1_780_000_000, elapsedSec: 3 * 86_400, sport: 1 }]);
  const done = await world.run(bytes);
  expect(done).toMatchObject({ status: 'done', workouts: [{ outcome: 'refused', reason: 'bad_interval' }] });
  expect(done.samples).toEqual({ accepted: 0, updated: 0, duplicate: 0, refused: 0 });
  expect(await stateOf(world)).toEqual({ bodies: [], readings: [], tracks: [] });
});
