import { beforeEach, expect, test } from 'vitest';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  type ImpactWorld,
  MINUTE_MS,
  openImpactWorld,
  sessionIdOf,
} from '../../test/support/impact-world.ts';
import { type EpochMs, HOUR_MS } from '../core/instants.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { hasImpact } from './impact-metrics.ts';
import type { CountedSession } from './model.ts';
import { projectImpact } from './project-impact.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z') as EpochMs;
const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const session: CountedSession = {
  sessionId: sessionIdOf(1),
  version: 1,
  startedAtMs: START_MS,
  endedAtMs: (START_MS + 30 * MINUTE_MS) as EpochMs,
  status: 'COMPLETED',
  credit: { kind: 'none' },
};
const metric = metricOf('heart_rate') as Metric;

let world: ImpactWorld;
beforeEach(async () => {
  world = await openImpactWorld();
  await world.ingest(
    Array.from({ length: 150 }, (_, minute) => ({ at: START_MS - HOUR_MS + minute * MINUTE_MS, value: 70 })),
  );
  await world.entity(`PUT sessions/${session.sessionId}`, {
    startedAt: new Date(session.startedAtMs).toISOString(),
    endedAt: new Date(session.endedAtMs).toISOString(),
    status: 'COMPLETED',
  });
});

const project = (changed: Partial<ImpactDeps> = {}) =>
  projectImpact({ ...world.impact, ...changed }, world.scope, { session, metric });
const tell = async () => (await world.get('listSessionImpact', RANGE)).body.impacts[0];

test('PRJ1 over the bound of one key a row is PARTIAL of what was read, and never reliable', async () => {
  const { blocks } = world.impact;
  const cut = { ...blocks, readBlocks: async () => ({ blocks: [], complete: false }) };
  expect(await project({ blocks: cut })).toBe('saved');
  expect(await tell()).toMatchObject({ status: 'PARTIAL', reason: 'too_much_data', isReliable: false });
});

test('PRJ1 a block that cannot be decoded gives a FAILED row that says why, and is computed anew when it changes', async () => {
  const decode = () => {
    throw new RangeError('cut short');
  };
  expect(await project({ decode })).toBe('saved');
  const failed = await tell();
  expect(failed).toMatchObject({ status: 'FAILED', before: { count: 0, mean: null } });
  expect(failed.reason).toMatch(/^block 2026-11-21#\w+ cannot be decoded: RangeError$/);
  await world.ingest([{ at: START_MS + 500, value: 71 }]);
  expect(await world.project()).toEqual([]);
  expect(await tell()).toMatchObject({ status: 'READY', before: { count: 60 } });
});

test('PRJ2 a source that the head does not show yet is waited for, and a user who is gone is not', async () => {
  const head = await world.stores.headStore.load(world.scope);
  if (head === undefined) throw new Error('no head');
  expect(await project({ heads: { load: async () => ({ ...head, sources: {} }) } })).toBe('not_visible');
  expect(await project({ heads: { load: async () => undefined } })).toBe('no_user');
  expect(await tell()).toMatchObject({ status: 'STALE' });
});

test('PRJ2 of two projectors the one with newer inputs wins, whichever writes last', async () => {
  let late: (() => Promise<unknown>) | undefined;
  const { impacts } = world.impact;
  const slow = {
    ...impacts,
    save: async (...parameters: Parameters<typeof impacts.save>) => {
      late = () => impacts.save(...parameters);
      return 'saved' as const;
    },
  };
  await project({ impacts: slow });
  await world.ingest([{ at: START_MS + 500, value: 99 }]);
  expect(await project()).toBe('saved');
  expect(await late?.()).toBe('superseded');
  expect(await tell()).toMatchObject({ status: 'READY', during: { max: 99 } });
});

test('SIP7 a session that is corrected to a shorter one is computed anew, and a late projector of the long one loses', async () => {
  const put = (hours: number) =>
    world.entity(`PUT sessions/${sessionIdOf(2)}`, {
      startedAt: new Date(START_MS).toISOString(),
      endedAt: new Date(START_MS + hours * HOUR_MS).toISOString(),
      status: 'COMPLETED',
    });
  const tellIt = async () =>
    (await world.get('listSessionImpact', { ...RANGE, sessionId: sessionIdOf(2) })).body.impacts[0];
  // Two dates, each changed later than the one before: the numbers of the long session are many and high.
  for (let hour = 2; hour < 22; hour += 1) await world.ingest([{ at: START_MS + hour * HOUR_MS, value: 70 }]);
  await put(20);
  expect(await world.project()).toEqual([]);
  expect(await tellIt()).toMatchObject({ status: 'READY', sessionVersion: 1, during: { count: 109 } });
  const long = { ...session, sessionId: sessionIdOf(2), endedAtMs: (START_MS + 20 * HOUR_MS) as EpochMs };
  await put(0.5);
  expect(await world.project()).toEqual([]);
  const short = { status: 'READY', sessionVersion: 2, during: { count: 31 } };
  expect(await tellIt()).toMatchObject(short);
  expect(await projectImpact(world.impact, world.scope, { session: long, metric })).toBe('superseded');
  expect(await tellIt()).toMatchObject(short);
});

test('SIP4 metrics with impact are readings of which an hour has one or more', () => {
  const has = (code: string) => hasImpact(metricOf(code) as Metric);
  expect(
    ['heart_rate', 'hrv_rmssd', 'hrv_sdnn', 'spo2', 'respiratory_rate', 'blood_glucose'].map(has),
  ).toEqual(Array(6).fill(true));
  const without = ['steps', 'active_energy', 'weight', 'resting_heart_rate', 'heart_rate_max', 'sleep_stage'];
  expect(without.filter((code) => metricOf(code) !== undefined).some(has)).toBe(false);
});

test('SIP4 a metric that the user has blocked is in no answer, and refused by name', async () => {
  await project();
  const head = await world.stores.headStore.load(world.scope);
  if (head === undefined) throw new Error('no head');
  const privacy = { uploadEnabled: true, blockedMetrics: ['heart_rate'] };
  const saved = await world.stores.headStore.saveSettings(world.scope, head.settingsVersion, { privacy });
  expect(saved).toBe('saved');
  expect((await world.get('listSessionImpact', RANGE)).body.impacts).toEqual([]);
  const asked = await Promise.all([
    world.get('listSessionImpact', { ...RANGE, metric: 'heart_rate' }),
    world.get('listProductImpact', { metric: 'heart_rate' }),
    world.get('readSessionTelemetry', {}, { sessionId: session.sessionId }),
  ]);
  expect(asked.map(({ status, body }) => [status, body.code])).toEqual(
    Array(3).fill([403, 'read.metric_blocked']),
  );
});
