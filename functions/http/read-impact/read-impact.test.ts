import { beforeEach, expect, test } from 'vitest';
import {
  type ImpactWorld,
  MINUTE_MS,
  openImpactWorld,
  PRODUCT,
  sessionIdOf,
} from '../../../test/support/impact-world.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const END_MS = START_MS + 30 * MINUTE_MS;
const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const iso = (ms: number): string => new Date(ms).toISOString();

let world: ImpactWorld;
beforeEach(async () => {
  world = await openImpactWorld();
});

/** One reading a minute: 70 before, 84 during, 63 after. */
const readings = (fromMs = START_MS, scale = 1) =>
  Array.from({ length: 150 }, (_, minute) => ({
    at: fromMs - 60 * MINUTE_MS + minute * MINUTE_MS + 1_000,
    value: scale * (minute < 60 ? 70 : minute < 90 ? 84 : 63),
  }));

const putSession = (index = 1, more: object = {}) =>
  world.entity(`PUT sessions/${sessionIdOf(index)}`, {
    startedAt: iso(START_MS),
    endedAt: iso(END_MS),
    status: 'COMPLETED',
    ...more,
  });

test('IMP1 a completed session is told as before, during and after, with its deltas, once it was projected', async () => {
  await world.ingest(readings());
  await world.entity(`PUT products/${PRODUCT}`, { name: 'Valerian' });
  expect((await putSession(1, { primaryProductId: PRODUCT })).status).toBe(201);
  const early = await world.get('listSessionImpact', RANGE);
  expect(early.body.impacts).toMatchObject([{ sessionId: sessionIdOf(1), status: 'STALE', before: null }]);
  expect(await world.project()).toEqual([]);
  const { status, body } = await world.get('listSessionImpact', RANGE);
  expect(status).toBe(200);
  expect(body).toMatchObject({ isBehind: false, nextCursor: null });
  expect(body.impacts).toMatchObject([
    {
      sessionId: sessionIdOf(1),
      productId: PRODUCT,
      credit: 'primary',
      metric: 'heart_rate',
      status: 'READY',
      windowMin: 60,
      before: { mean: 70, min: 70, max: 70, count: 60, coverage: 1 },
      during: { mean: 84, count: 30, coverage: 1 },
      after: { mean: 63, count: 60, coverage: 1 },
      deltaDuring: 14,
      deltaDuringPct: 20,
      deltaAfter: -7,
      deltaAfterPct: -10,
      isReliable: true,
    },
  ]);
});
