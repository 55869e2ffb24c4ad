import { describe, expect, test } from 'vitest';
import { workoutInput, workoutInputs } from '../../../test/support/workout-inputs.ts';
import { APPLE, batchOf, openWorkoutWrites } from '../../../test/support/workout-writes-world.ts';

const NONE = { accepted: 0, updated: 0, duplicate: 0, superseded: 0, deleted: 0, notFound: 0, refused: 0 };

describe('a batch of workouts', () => {
  test('WKT40 is stored once: a repeat gets the stored answer byte for byte, another payload a conflict', async () => {
    const { send, list, seqNow } = await openWorkoutWrites();
    const batch = batchOf('r1', { workouts: workoutInputs(60), deletions: ['nothing'] });
    const first = await send(batch);
    expect(first).toMatchObject({ status: 200, counts: { ...NONE, accepted: 60, notFound: 1 }, refused: [] });
    expect(first.seq).toBe(3);
    expect((await send(batch)).text).toBe(first.text);
    expect([await seqNow(), (await list()).length]).toEqual([3, 60]);
    await expect(send({ ...batch, anchor: 'other' })).rejects.toMatchObject({
      code: 'ingest.payload_conflict',
    });
    expect(await send({ ...batch, requestId: 'r2' })).toMatchObject({
      seq: 3,
      counts: { ...NONE, duplicate: 60, notFound: 1 },
    });
    expect(await seqNow()).toBe(3);
  });

  test('WKT40 the ledger is that of samples: an id that samples took is taken', async () => {
    const { send, stores, scope, clock } = await openWorkoutWrites();
    await stores.samples.commit(scope, {
      requestId: 'r1' as never,
      ledger: {
        row: {
          payloadHash: 'of samples',
          expiresAtMs: (clock.now() + 1e9) as never,
          state: 'answered',
          status: 200,
          answer: { inline: '{}' },
        },
        replaces: 'nothing',
      },
      advance: undefined,
    });
    await expect(send(batchOf('r1'))).rejects.toMatchObject({ code: 'ingest.payload_conflict' });
  });

  test('WKT40 a claimed hash is compared, over anchor, deletions, source and workouts as sent', async () => {
    const { send } = await openWorkoutWrites();
    await expect(send(batchOf('r1', { payloadHash: 'a'.repeat(64) }))).rejects.toMatchObject({
      code: 'ingest.hash_mismatch',
    });
    // printf '{"anchor":null,"deletions":[],"source":{"app":"Watch","provider":"apple_health"},"workouts":[]}' | sha256sum
    const payloadHash = 'c8f90cff559b7747cf49a2d4cd2fe0e578a3afc760abf6db7663bb2af9a410f7';
    expect(await send(batchOf('r1', { payloadHash }))).toMatchObject({ status: 200, counts: NONE });
  });

  test('WKT43 revisions decide as of records: newer updated, older superseded, deletions stand against the same', async () => {
    const { send, list } = await openWorkoutWrites();
    const sent = async (requestId: string, parts: object, deletions: readonly string[] = []) =>
      (await send(batchOf(requestId, { workouts: [workoutInput(1, { ...parts })], deletions }))).counts;
    expect(await sent('r1', { revision: 2 })).toEqual({ ...NONE, accepted: 1 });
    expect(await sent('r2', { revision: 1, distanceM: 9 })).toEqual({ ...NONE, superseded: 1 });
    expect(await sent('r3', { revision: 3, distanceM: 9 })).toEqual({ ...NONE, updated: 1 });
    expect(await list()).toMatchObject([{ version: 2, body: { distanceM: 9, isManual: false } }]);
    expect(await sent('r4', { revision: 3, distanceM: 9 }, ['w1'])).toEqual({
      ...NONE,
      duplicate: 1,
      deleted: 1,
    });
    expect(await sent('r5', { revision: 3, distanceM: 9 })).toEqual({ ...NONE, superseded: 1 });
    expect(await list()).toEqual([]);
    expect(await sent('r6', { revision: 4 })).toEqual({ ...NONE, accepted: 1 });
  });

  test('WKT44 bad workouts refuse themselves alone, each with its reason', async () => {
    const { send, list } = await openWorkoutWrites();
    const { externalId: _id, ...nameless } = workoutInput(1);
    const { type: _type, ...typeless } = workoutInput(2);
    const workouts = [
      workoutInput(0),
      nameless,
      typeless,
      workoutInput(3, { end: '2026-11-01T00:00:00Z' }),
      workoutInput(4, { start: '2026-02-30T00:00:00Z' }),
      workoutInput(5, { distanceM: -1 }),
      workoutInput(6, { distanceM: '5 km' }),
      workoutInput(7, { start: '1999-12-31T23:00:00Z', end: '2000-01-01T00:00:00Z' }),
      workoutInput(0, { distanceM: 7 }),
      null,
      workoutInput(8, { externalId: 'x'.repeat(513) }),
      workoutInput(9, { durationSec: 49 * 3_600 }),
    ];
    const answer = await send(batchOf('r1', { workouts, deletions: [7, '', 'w99'] }));
    expect(answer).toMatchObject({ status: 207, counts: { ...NONE, accepted: 1, notFound: 1, refused: 13 } });
    expect(
      answer.refused.map((refusal: { index: number; reason: string }) => [refusal.index, refusal.reason]),
    ).toEqual([
      [0, 'duplicate_in_batch'],
      [1, 'identity_required'],
      [2, 'wrong_type'],
      [3, 'bad_interval'],
      [4, 'bad_time'],
      [5, 'out_of_bounds'],
      [6, 'wrong_type'],
      [7, 'start_out_of_range'],
      [9, 'wrong_type'],
      [10, 'identity_required'],
      [11, 'out_of_bounds'],
      [12, 'identity_required'],
      [13, 'identity_required'],
    ]);
    expect(await list()).toMatchObject([{ body: { distanceM: 7 } }]);
    expect(answer.text).not.toContain('5 km');
  });

  test('WKT44 faults of the envelope refuse the request', async () => {
    const { send, seqNow } = await openWorkoutWrites();
    const bad: readonly (readonly [unknown, string])[] = [
      [[], 'request.invalid'],
      [batchOf('r 1'), 'request.invalid'],
      [{ requestId: 'r1', workouts: [] }, 'request.invalid'],
      [batchOf('r1', { workouts: {} }), 'request.invalid'],
      [batchOf('r1', { source: { provider: '' } }), 'request.invalid'],
      [batchOf('r1', { origin: 'later' }), 'request.invalid'],
      [batchOf('r1', { anchor: '\u00e4'.repeat(513) }), 'request.invalid'],
      [batchOf('r1', { workouts: Array(10_001).fill({}) }), 'request.too_many_items'],
    ];
    for (const [json, code] of bad) await expect(send(json)).rejects.toMatchObject({ code });
    expect(await seqNow()).toBe(0);
  });

  test('WKT44 an unknown type is taken as other with its word kept; words of HealthKit are known', async () => {
    const { send, list } = await openWorkoutWrites();
    const typed = (index: number, type: string | undefined, providerType: string | undefined) => ({
      ...workoutInput(index),
      type,
      providerType,
    });
    const workouts = [
      typed(0, 'underwater_hockey', undefined),
      typed(1, undefined, 'HKWorkoutActivityTypeHighIntensityIntervalTraining'),
      typed(2, 'Trail Running', 'Berglauf'),
      typed(3, 'constructor', 'HKWorkoutActivityTypeconstructor'),
    ];
    await send(batchOf('r1', { workouts }));
    expect((await list()).map(({ body }) => body).reverse()).toMatchObject([
      { type: 'other', providerType: 'underwater_hockey' },
      { type: 'hiit', providerType: 'HKWorkoutActivityTypeHighIntensityIntervalTraining' },
      { type: 'trail_running', providerType: 'Berglauf' },
      { type: 'other', providerType: 'HKWorkoutActivityTypeconstructor' },
    ]);
  });

  test('WKT44 duration defaults to the time between, and the zone to what start says, then the user', async () => {
    const { send, list, stores, scope } = await openWorkoutWrites();
    await stores.headStore.saveSettings(scope, 0, { timeZone: 'Asia/Kathmandu' });
    const start = '2026-11-01T23:30:00';
    const workouts = [
      workoutInput(0, { start: `${start}+01:00`, end: '2026-11-02T00:00:00+01:00' }),
      workoutInput(1, { start: `${start}Z`, end: '2026-11-02T00:00:00Z' }),
    ];
    await send(batchOf('r1', { workouts }));
    expect(await list()).toMatchObject([
      { offsetMinutes: 60, date: '2026-11-01', body: { durationSec: 1_800 } },
      { offsetMinutes: 345, date: '2026-11-02', body: { durationSec: 1_800 } },
    ]);
  });

  test('WKT47 uploads off refuse the request, a blocked kind its workouts, an erased user all', async () => {
    const { send, stores, scope, list } = await openWorkoutWrites();
    const heads = stores.headStore;
    await heads.saveSettings(scope, 0, { privacy: { uploadEnabled: true, blockedMetrics: ['workout'] } });
    const blocked = await send(batchOf('r1', { workouts: workoutInputs(2), deletions: ['w0'], anchor: 'a' }));
    expect(blocked).toMatchObject({ status: 207, counts: { ...NONE, refused: 3 } });
    expect(blocked.refused).toMatchObject([{ reason: 'privacy_blocked' }, {}, { index: 2 }]);
    await heads.saveSettings(scope, 1, { privacy: { uploadEnabled: false, blockedMetrics: [] } });
    await expect(send(batchOf('r2'))).rejects.toMatchObject({ code: 'ingest.upload_disabled' });
    expect(await list()).toEqual([]);
    await stores.eraseUser(scope);
    await expect(send(batchOf('r3'))).rejects.toMatchObject({ code: 'user.not_found' });
    const nobody = { ...scope, userId: 'usr_00000000000000000000000000' as never };
    await expect(send(batchOf('r4'), nobody)).rejects.toMatchObject({ code: 'user.not_found' });
  });

  test('WKT47 a user who blocks workouts between two transactions keeps out what is left', async () => {
    const { send, base, stores, scope, list } = await openWorkoutWrites();
    const { commit } = base.store;
    let commitCount = 0;
    base.store.commit = async (...parameters) => {
      commitCount += 1;
      if (commitCount === 2)
        await stores.headStore.saveSettings(scope, 0, {
          privacy: { uploadEnabled: true, blockedMetrics: ['workout'] },
        });
      return await commit(...parameters);
    };
    const answer = await send(batchOf('r1', { workouts: workoutInputs(60) }));
    expect(answer.counts).toEqual({ ...NONE, accepted: 25, refused: 35 });
    expect(await list()).toHaveLength(25);
  });
});

describe('large batches', () => {
  test('WKT42 above 500 items are queued and answered 202 until done, whatever is delivered twice', async () => {
    const { send, work, messages, list } = await openWorkoutWrites();
    const batch = batchOf('r1', { workouts: workoutInputs(501), anchor: 'a1' });
    expect(await send(batch)).toMatchObject({ status: 202 });
    expect((await send(batch)).status).toBe(202);
    expect(messages).toHaveLength(2);
    expect(JSON.stringify(messages)).not.toContain('running');
    expect(await work()).toEqual(['done', 'done']);
    const done = await send(batch);
    expect(done).toMatchObject({ status: 200, counts: { ...NONE, accepted: 501 } });
    expect(await list()).toHaveLength(501);
    expect(await work()).toEqual(['done', 'done']);
    expect((await send(batch)).text).toBe(done.text);
    await expect(send({ ...batch, anchor: 'a2' })).rejects.toMatchObject({
      code: 'ingest.payload_conflict',
    });
  });

  test('WKT42 500 items of more than 1 MB are queued too', async () => {
    const { send, messages } = await openWorkoutWrites();
    const workouts = workoutInputs(500, { title: 'x'.repeat(200), note: 'y'.repeat(2_000) });
    expect((await send(batchOf('r1', { workouts }))).status).toBe(202);
    expect(messages).toHaveLength(1);
  });

  test('WKT42 a request of a user who is gone meanwhile, or whose row has expired, is dropped', async () => {
    const { send, work, clock, stores, scope } = await openWorkoutWrites();
    await send(batchOf('r1', { workouts: workoutInputs(501) }));
    clock.advance(31 * 86_400_000);
    expect(await work()).toEqual(['dropped']);
    await stores.eraseUser(scope);
    expect(await work()).toEqual(['dropped']);
  });
});

describe('the sync state of a source', () => {
  test('WKT45 has anchor, status and counts of the latest request; one that failed keeps the anchor', async () => {
    const { send, syncStates } = await openWorkoutWrites();
    await send(batchOf('r1', { workouts: workoutInputs(2), anchor: 'a1' }));
    expect(await syncStates()).toMatchObject([
      { source: APPLE, anchor: 'a1', lastStatus: 'success', counts: { accepted: 2 } },
    ]);
    await send(batchOf('r2', { workouts: [workoutInput(3), {}], anchor: 'a2' }));
    expect(await syncStates()).toMatchObject([
      { anchor: 'a2', lastStatus: 'partial', counts: { refused: 1 } },
    ]);
    await send(batchOf('r3', { workouts: [{}], anchor: 'a3' }));
    expect(await syncStates()).toMatchObject([{ anchor: 'a2', lastStatus: 'failed' }]);
    await send(batchOf('r4', {}));
    expect(await syncStates()).toMatchObject([{ anchor: 'a2', lastStatus: 'success', version: 4 }]);
    await send(batchOf('r5', { source: { provider: 'health_connect' }, anchor: 'other' }));
    expect((await syncStates()).map(({ anchor }) => anchor).sort()).toEqual(['a2', 'other']);
  });

  test('WKT45 an older request that ends later overwrites no newer anchor', async () => {
    const { send, work, syncStates, clock } = await openWorkoutWrites();
    const old = batchOf('old', { workouts: workoutInputs(501), anchor: 'old' });
    expect((await send(old)).status).toBe(202);
    clock.advance(5);
    await send(batchOf('new', { anchor: 'new' }));
    await work();
    expect(await send(old)).toMatchObject({ status: 200, counts: { accepted: 501 } });
    expect(await syncStates()).toMatchObject([{ anchor: 'new', counts: { accepted: 0 } }]);
    await send(batchOf('next', { anchor: 'next' }));
    expect(await syncStates()).toMatchObject([{ anchor: 'next' }]);
  });

  test('WKT45 neither anchors nor what was measured lie in the open', async () => {
    const { send, stores, scope } = await openWorkoutWrites();
    await send(batchOf('r1', { workouts: [workoutInput(1, { title: 'Secret run' })], anchor: 'Anchor-1' }));
    const stored = JSON.stringify(await stores.rawItems(scope));
    expect(stored).toContain('WORKOUTSYNC#');
    for (const secret of ['Secret run', 'Anchor-1', 'running']) expect(stored).not.toContain(secret);
  });
});
