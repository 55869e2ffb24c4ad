import { expect, test } from 'vitest';
import { endedSessions } from '../../functions/http/read-health/ended-sessions.ts';
import { openImpactWorld, sessionIdOf } from '../../test/support/impact-world.ts';
import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import { type EndedSessions, withSessionGaps } from './session-gaps.ts';

const SCOPE = {} as UserScope;
const night = (sleepStart: string | null) => ({ sleepStart, hoursSinceSession: null });
const sessionsOf = (...told: readonly (readonly [start: string, end: string])[]): EndedSessions => ({
  list: async (_scope, { fromMs, toMs }) =>
    told
      .map(([start, end]) => ({
        startedAtMs: Date.parse(start) as EpochMs,
        endedAtMs: Date.parse(end) as EpochMs,
      }))
      .filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs <= toMs),
});
const gaps = async (sessions: EndedSessions, ...starts: readonly (string | null)[]) =>
  (await withSessionGaps(sessions, SCOPE, starts.map(night))).map(
    ({ hoursSinceSession }) => hoursSinceSession,
  );

test('SLP13 hours are those since the last session that began before falling asleep', async () => {
  const sessions = sessionsOf(
    ['2026-11-19T08:00:00Z', '2026-11-19T08:30:00Z'],
    ['2026-11-19T18:00:00Z', '2026-11-19T18:30:00Z'],
    ['2026-11-20T22:00:00Z', '2026-11-20T23:30:00Z'],
    ['2026-11-21T07:00:00Z', '2026-11-21T07:30:00Z'],
  );
  const starts = ['2026-11-19T22:20:00.000Z', null, '2026-11-20T23:00:00.000Z'];
  expect(await gaps(sessions, ...starts)).toEqual([3.83, null, 0]);
});

test('SLP13 without a session in seven days it is null, whatever other nights are read with it', async () => {
  const sessions = sessionsOf(['2026-11-10T21:00:00Z', '2026-11-10T22:00:00Z']);
  const [early, late] = ['2026-11-11T22:00:00.000Z', '2026-11-18T22:00:00.000Z'];
  expect(await gaps(sessions, early, late)).toEqual([24, null]);
  expect(await gaps(sessions, late)).toEqual([null]);
  expect(await gaps({ list: async () => undefined }, early)).toEqual([null]);
  const unread = { list: () => Promise.reject(new Error('nobody slept')) };
  expect(await gaps(unread, null)).toEqual([null]);
});

test('SLP13 sessions are told as they are now, and one that still runs does not count', async () => {
  const world = await openImpactWorld();
  const put = (index: number, hour: string, status: string) =>
    world.entity(`PUT sessions/${sessionIdOf(index)}`, {
      startedAt: `2026-11-20T${hour}:00:00Z`,
      endedAt: `2026-11-20T${hour}:30:00Z`,
      status,
    });
  await put(1, '18', 'COMPLETED');
  await put(2, '20', 'ACTIVE');
  const sessions = endedSessions(world.impact);
  const read = async () =>
    (await withSessionGaps(sessions, world.scope, [night('2026-11-20T22:30:00.000Z')]))[0]?.hoursSinceSession;
  expect(await read()).toBe(4);
  await put(2, '20', 'COMPLETED');
  expect(await read()).toBe(2);
  await world.entity(`DELETE sessions/${sessionIdOf(2)}`);
  expect(await read()).toBe(4);
});
