import { describe, expect, test } from 'vitest';
import { batchOf, openWorkoutWrites, workoutInputs } from '../../../test/support/workout-writes-world.ts';

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
});
