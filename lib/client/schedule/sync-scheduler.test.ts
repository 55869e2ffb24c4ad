import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeTime, settle } from '../../../test/support/fake-time.ts';
import { createSyncScheduler, type TaskResource } from './sync-scheduler.ts';
import { isBefore, placeOf, type TaskPriority } from './task-order.ts';

function world() {
  const time = new FakeTime();
  let turns = 0;
  const scheduler = createSyncScheduler({
    clock: time.clock,
    yieldTurn: async () => {
      turns += 1;
    },
  });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const submit = (
    name: string,
    priority: TaskPriority,
    more: { deadlineMs?: number; resource?: TaskResource } = {},
  ) =>
    scheduler.submit({
      kind: 'data_sync',
      priority,
      resource: 'sqlite',
      ...more,
      run: () => {
        started.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      },
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { time, scheduler, submit, started, end, turns: () => turns };
}

test('CLI44 priority, then deadline, then order of arrival', async () => {
  const { time, submit, started, end } = world();
  const nowMs = time.clock.now();
  const done = [
    submit('first', 'low'),
    submit('low', 'low'),
    submit('normal', 'normal'),
    submit('normal later', 'normal', { deadlineMs: nowMs + 9_000 }),
    submit('normal sooner', 'normal', { deadlineMs: nowMs + 5_000 }),
    submit('critical', 'critical'),
    submit('high', 'high'),
  ];
  await settle();
  for (let index = 0; index < done.length; index += 1) await end(started[index] ?? '');
  expect(started).toEqual(['first', 'critical', 'high', 'normal sooner', 'normal later', 'normal', 'low']);
  expect(await Promise.all(done)).toHaveLength(7);
});

test('CLI44 at most two tasks on the network and one in SQLite', async () => {
  const { submit, started, end, scheduler } = world();
  const done = ['n1', 'n2', 'n3'].map((name) => submit(name, 'normal', { resource: 'network' }));
  done.push(submit('s1', 'normal'), submit('s2', 'normal'));
  await settle();
  expect(started).toEqual(['n1', 'n2', 's1']);
  expect(scheduler.counts()).toEqual({ queued: 2, running: { network: 2, sqlite: 1 } });
  await end('n2');
  await end('s1');
  expect(started).toEqual(['n1', 'n2', 's1', 'n3', 's2']);
  for (const name of ['n1', 'n3', 's2']) await end(name);
  await Promise.all(done);
  expect(scheduler.counts()).toEqual({ queued: 0, running: { network: 0, sqlite: 0 } });
});

test('CLI44 a queue of a hundred refuses the next one, and takes it when there is a place again', async () => {
  const { submit, end, scheduler, started } = world();
  const done = Array.from({ length: 101 }, (_unused, index) => submit(`${index}`, 'normal'));
  await expect(submit('too many', 'critical')).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
  await settle();
  await end('0');
  done.push(submit('later', 'critical'));
  const closed = scheduler.close();
  const refused = Promise.allSettled(done.slice(2));
  await end('1');
  await closed;
  expect((await refused).every((one) => one.status === 'rejected')).toBe(true);
  expect(started).toEqual(['0', '1']);
  await expect(submit('after', 'low')).rejects.toMatchObject({ code: 'SCHEDULER_CLOSED' });
});

test('CLI44 a task that fails fails alone', async () => {
  const { scheduler } = world();
  const run = (work: () => Promise<string>) =>
    scheduler.submit({ kind: 'health_ingest', priority: 'low', resource: 'sqlite', run: work });
  const failed = run(() => Promise.reject(new Error('own')));
  const thrown = run(() => {
    throw new Error('at once');
  });
  await expect(failed).rejects.toThrow('own');
  await expect(thrown).rejects.toThrow('at once');
  await expect(run(async () => 'next')).resolves.toBe('next');
});

test('CLI45 a low task waits for at most what was there within a minute, whatever comes later', async () => {
  const { time, submit, started, end } = world();
  void submit('running', 'critical');
  void submit('low', 'low');
  for (let second = 0; second < 120 && !started.includes('low'); second += 1) {
    void submit(`c${second}`, 'critical', { deadlineMs: time.clock.now() });
    await time.advance(1_000);
    await end(started.at(-1) ?? '');
  }
  expect(started).toContain('low');
  expect(started.length).toBeLessThan(65);
});

test('CLI45 after a minute nothing that comes later goes first, for any two tasks', () => {
  const task = fc.record({
    priority: fc.constantFrom<TaskPriority>('critical', 'high', 'normal', 'low'),
    deadlineMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(task, task, fc.integer({ min: 1, max: 200_000 }), (old, young, laterMs) => {
      const first = placeOf(old, 0, 1);
      const second = placeOf(young, 60_000 + laterMs, 2);
      expect(isBefore(first, second, 60_000 + laterMs)).toBe(true);
      expect(isBefore(second, first, 60_000 + laterMs)).toBe(false);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('CLI44 a task yields when its slice of 8 ms is over, and not before', async () => {
  const { time, scheduler, turns } = world();
  const seen: boolean[] = [];
  await scheduler.submit({
    kind: 'health_ingest',
    priority: 'normal',
    resource: 'sqlite',
    run: async (slice) => {
      for (let row = 0; row < 6; row += 1) {
        const turn = slice.breathe();
        seen.push(turn !== undefined);
        await turn;
        await time.advance(4);
      }
    },
  });
  expect(seen).toEqual([false, false, true, false, true, false]);
  expect(turns()).toBe(2);
});
