import { expect, test } from 'vitest';
import { workoutInput } from '../../../test/support/workout-inputs.ts';
import { batchOf, openWorkoutWrites } from '../../../test/support/workout-writes-world.ts';
import { deleteManualEntry, type EntryExpectation, putManualEntry } from './manual-entry.ts';

const YOGA = { type: 'yoga', start: '2026-11-20T18:00:00+01:00', end: '2026-11-20T18:45:00+01:00' };

async function open() {
  const world = await openWorkoutWrites();
  const { base, records, stores, scope } = world;
  const deps = { ...base, records, heads: stores.headStore };
  const callOf = (workoutId: string, expected?: EntryExpectation) => ({
    scope,
    workoutId,
    expected,
    correlationId: 'corr',
  });
  const put = async (workoutId: string, fields: object = YOGA, expected?: EntryExpectation) => {
    const { record, wasMade } = await putManualEntry(deps, {
      ...callOf(workoutId, expected),
      fields: { ...YOGA, ...fields },
    });
    return { id: record.recordId, version: record.version, wasMade, body: record.body };
  };
  const remove = (workoutId: string, expected?: EntryExpectation) =>
    deleteManualEntry(deps, callOf(workoutId, expected));
  return { ...world, put, remove };
}

test('WKT46 an entry is made once, replaced whole, and the same again changes nothing', async () => {
  const { put, list, seqNow } = await open();
  const made = await put('mine-1', { title: 'Class', distanceM: 10 });
  expect(made).toMatchObject({
    version: 1,
    wasMade: true,
    body: { externalId: 'mine-1', isManual: true, durationSec: 2_700, title: 'Class' },
  });
  expect(await put('mine-1', { title: 'Class', distanceM: 10 })).toMatchObject({
    version: 1,
    wasMade: false,
  });
  expect(await seqNow()).toBe(1);
  const replaced = await put('mine-1', { start: '2026-11-20T17:30:00+01:00' });
  expect(replaced).toMatchObject({ id: made.id, version: 2, wasMade: false });
  expect(replaced.body).not.toHaveProperty('title');
  expect(await put(made.id, {})).toMatchObject({ id: made.id, version: 3 });
  expect(await list()).toMatchObject([{ provider: 'manual', version: 3 }]);
});

test('WKT46 a deleted entry comes back under its own id, not under ours', async () => {
  const { put, remove, list } = await open();
  const { id } = await put('mine-1');
  await remove(id);
  await remove(id);
  await remove('mine-1');
  expect(await list()).toEqual([]);
  await expect(put(id)).rejects.toMatchObject({ code: 'workout.not_found' });
  expect(await put('mine-1')).toMatchObject({ id, version: 3, wasMade: true });
  await expect(remove('never')).rejects.toMatchObject({ code: 'workout.not_found' });
});

test('WKT46 what is expected is compared with what lives', async () => {
  const { put, remove } = await open();
  await expect(put('mine-1', {}, 1)).rejects.toMatchObject({ code: 'entity.changed' });
  await put('mine-1', {}, 'absent');
  await expect(put('mine-1', {}, 'absent')).rejects.toMatchObject({ code: 'entity.exists' });
  await expect(put('mine-1', { title: 'x' }, 2)).rejects.toMatchObject({ code: 'entity.changed' });
  expect(await put('mine-1', { title: 'x' }, 1)).toMatchObject({ version: 2 });
  await expect(remove('mine-1', 1)).rejects.toMatchObject({ code: 'entity.changed' });
  await remove('mine-1', 2);
  await expect(remove('mine-1', 3)).rejects.toMatchObject({ code: 'entity.changed' });
});

test('WKT46 records of other sources are changed by these alone', async () => {
  const { put, remove, send, list } = await open();
  await send(batchOf('r1', { workouts: [workoutInput(0)] }));
  const [theirs] = await list();
  await expect(put(theirs?.recordId ?? '')).rejects.toMatchObject({ code: 'workout.not_manual' });
  await expect(remove(theirs?.recordId ?? '')).rejects.toMatchObject({ code: 'workout.not_manual' });
  expect(await put('w0')).toMatchObject({ wasMade: true });
  expect(await list()).toHaveLength(2);
});

test('WKT46 an entry that a batch gave with a revision is replaced all the same', async () => {
  const { put, send, list } = await open();
  const workouts = [workoutInput(0, { revision: 7 })];
  await send(batchOf('r1', { source: { provider: 'manual' }, workouts }));
  expect(await list()).toMatchObject([{ body: { isManual: true } }]);
  expect(await put('w0', { title: 'by hand' })).toMatchObject({ version: 2, wasMade: false });
  expect(await list()).toMatchObject([{ body: { title: 'by hand' } }]);
});

test('WKT46 of two writers of one version one wins, and times that cannot be are refused', async () => {
  const { put } = await open();
  await put('mine-1', {});
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((title) => put('mine-1', { title }, 1)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const fields of [{ end: '2026-11-20T10:00:00Z' }, { start: '2026-02-30T10:00:00Z' }])
    await expect(put('mine-2', fields)).rejects.toMatchObject({ code: 'request.invalid' });
});

test('WKT47 who switched uploads off or blocks workouts enters none, and may delete', async () => {
  const { put, remove, stores, scope } = await open();
  await put('mine-1');
  const privacyOf = (uploadEnabled: boolean, blockedMetrics: readonly string[]) => ({
    privacy: { uploadEnabled, blockedMetrics },
  });
  await stores.headStore.saveSettings(scope, 0, privacyOf(true, ['workout']));
  await expect(put('mine-2')).rejects.toMatchObject({ code: 'read.metric_blocked' });
  await stores.headStore.saveSettings(scope, 1, privacyOf(false, []));
  await expect(put('mine-2')).rejects.toMatchObject({ code: 'ingest.upload_disabled' });
  await remove('mine-1');
  await stores.eraseUser(scope);
  await expect(put('mine-2')).rejects.toMatchObject({ code: 'user.not_found' });
});
