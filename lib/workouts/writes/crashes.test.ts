import { expect, test } from 'vitest';
import { workoutInputs } from '../../../test/support/workout-inputs.ts';
import { batchOf, openWorkoutWrites } from '../../../test/support/workout-writes-world.ts';

/** Lets every promise that can go on do so; what hangs behind the crash stays. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
};
const NONE = { accepted: 0, updated: 0, duplicate: 0, superseded: 0, deleted: 0, notFound: 0, refused: 0 };
const EXPECTED = { ...NONE, accepted: 59, deleted: 1, notFound: 1, refused: 1 };
const batch = batchOf('r1', { workouts: [...workoutInputs(59), {}], deletions: ['w3', 'w99'], anchor: 'a1' });
/** Three reads and three transactions. */
const CALL_COUNT = 6;

const KILLS = Array.from({ length: CALL_COUNT }, (_, call) => call + 1).flatMap((call) =>
  (['before', 'after'] as const).map((when) => [call, when] as const),
);

test.each(KILLS)(
  'WKT41 a kill at call %i, %s it is done, ends with the right counts when the request comes again',
  async (call, when) => {
    const { send, crashes, list, syncStates, seqNow } = await openWorkoutWrites();
    crashes.arm(call, when);
    let isAnswered = false;
    void send(batch).then(() => {
      isAnswered = true;
    });
    await settle();
    crashes.disarm();
    const answer = await send(batch);
    expect(answer).toMatchObject({ status: 207, counts: EXPECTED, seq: 3 });
    expect([await seqNow(), (await list()).length]).toEqual([3, 58]);
    expect(await syncStates()).toMatchObject([
      { anchor: 'a1', lastStatus: 'partial', counts: EXPECTED, version: 1 },
    ]);
    expect((await send(batch)).text).toBe(answer.text);
    expect(isAnswered).toBe(false);
  },
);

test.each([2, 11, 30, 42])(
  'WKT41 WKT42 a worker that is killed at call %i leaves what the next one goes on with',
  async (call) => {
    const { send, work, crashes, list, syncStates, seqNow } = await openWorkoutWrites();
    const history = batchOf('h1', { workouts: workoutInputs(510), deletions: ['w3'], anchor: 'all' });
    expect((await send(history)).status).toBe(202);
    crashes.arm(call, call % 2 === 0 ? 'after' : 'before');
    void work();
    await settle();
    crashes.disarm();
    expect(await work()).toEqual(['done']);
    const answer = await send(history);
    expect(answer).toMatchObject({ status: 200, counts: { ...NONE, accepted: 510, deleted: 1 } });
    expect([await seqNow(), (await list()).length]).toEqual([21, 509]);
    expect(await syncStates()).toMatchObject([{ anchor: 'all', version: 1 }]);
  },
);
