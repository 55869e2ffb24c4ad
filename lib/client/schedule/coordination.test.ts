import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FakeTime, settle } from '../../../test/support/fake-time.ts';
import { createNodeSqlite } from '../storage/node-sqlite.ts';
import { type Coordination, createMemoryCoordination, createWebLockCoordination } from './coordination.ts';
import { createSqlCoordination } from './sql-coordination.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-turns-'));
afterAll(() => rmSync(folder, { recursive: true }));
let fileCount = 0;

/** Two instances: of one process, of two tabs, of two processes that open one file. */
type Pair = { readonly one: Coordination; readonly other: Coordination };

async function overSql(time: FakeTime, path: string): Promise<Pair> {
  const open = (ownerId: string) =>
    createSqlCoordination({
      database: createNodeSqlite(path),
      ownerId,
      clock: time.clock,
      timers: time.timers,
    });
  return { one: await open('one'), other: await open('other') };
}
const nextPath = () => {
  fileCount += 1;
  return join(folder, `${fileCount}.db`);
};

const pairs: Record<string, (time: FakeTime) => Pair | Promise<Pair>> = {
  'one process': () => {
    const shared = createMemoryCoordination();
    return { one: shared, other: shared };
  },
  'web locks': () => {
    // Node has those of the browsers.
    const { locks } = navigator;
    return { one: createWebLockCoordination(locks), other: createWebLockCoordination(locks) };
  },
  'one SQLite file': (time) => overSql(time, nextPath()),
};

describe.each(Object.entries(pairs))('%s', (_name, open) => {
  test('CLI47 one runs, the other is told at once, and runs afterwards; other names do not matter', async () => {
    const { one, other } = await open(new FakeTime());
    let end = (): void => undefined;
    const running = one.tryRun('sync', () => new Promise<string>((resolve) => (end = () => resolve('done'))));
    await settle();
    expect(await other.tryRun('sync', async () => 'too')).toEqual({ ran: false });
    expect(await other.tryRun('other', async () => 'fine')).toEqual({ ran: true, value: 'fine' });
    end();
    expect(await running).toEqual({ ran: true, value: 'done' });
    expect(await other.tryRun('sync', async () => 'now')).toEqual({ ran: true, value: 'now' });
  });

  test('CLI47 a run that fails lets go, and one instance does not pass for two', async () => {
    const { one } = await open(new FakeTime());
    const failed = one.tryRun('sync', async () => {
      expect(await one.tryRun('sync', async () => 1)).toEqual({ ran: false });
      throw new Error('own');
    });
    await expect(failed).rejects.toThrow('own');
    expect(await one.tryRun('sync', async () => 2)).toEqual({ ran: true, value: 2 });
  });

  test('CLI47 a schedule is read back as it was written', async () => {
    const { one } = await open(new FakeTime());
    expect(await one.readSchedule('sync')).toMatchObject({ failureCount: 0, notBeforeMs: 0 });
    const schedule = { lastStartedAtMs: 5, notBeforeMs: 7, serverAsked: true, failureCount: 2 };
    await one.writeSchedule('sync', schedule);
    expect(await one.readSchedule('sync')).toEqual(schedule);
  });
});

test('CLI47 an owner that died holds others up for a minute; one that lives keeps its turn as long as it runs', async () => {
  const time = new FakeTime();
  const path = nextPath();
  const { one, other } = await overSql(time, path);
  let end = (): void => undefined;
  const running = one.tryRun('sync', () => new Promise<void>((resolve) => (end = resolve)));
  await time.advance(600_000);
  expect(await other.tryRun('sync', async () => 1)).toEqual({ ran: false });
  end();
  await running;

  // The owner's process dies: its timers are gone, and its turn is there.
  const dead = await overSql(new FakeTime(time.clock.now()), path);
  void dead.one.tryRun('sync', () => new Promise(() => undefined));
  await settle();
  await time.advance(59_999);
  expect(await other.tryRun('sync', async () => 1)).toEqual({ ran: false });
  await time.advance(1);
  expect(await other.tryRun('sync', async () => 1)).toEqual({ ran: true, value: 1 });
});

test('CLI47 who slept past its end sees that another took over, and does not end the other’s turn', async () => {
  const awake = new FakeTime();
  const asleep = new FakeTime();
  const path = nextPath();
  const sleeper = (await overSql(asleep, path)).one;
  const other = (await overSql(awake, path)).other;
  let ends: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => (ends = [...ends, resolve]));
  const seen: boolean[] = [];
  const slept = sleeper.tryRun('sync', async (turn) => {
    await wait();
    seen.push(turn.isLost());
  });
  await settle();
  await awake.advance(60_000);
  const second = other.tryRun('sync', wait);
  await settle();
  await asleep.advance(60_000);
  ends[0]?.();
  await slept;
  expect(seen).toEqual([true]);
  expect(await sleeper.tryRun('sync', async () => 1)).toEqual({ ran: false });
  ends[1]?.();
  await second;
});

test('CLI47 a turn from before the clock was set back is taken over', async () => {
  const time = new FakeTime();
  const { one, other } = await overSql(time, nextPath());
  void one.tryRun('sync', () => new Promise(() => undefined));
  await settle();
  time.setBack(86_400_000);
  expect(await other.tryRun('sync', async () => 1)).toEqual({ ran: true, value: 1 });
});
