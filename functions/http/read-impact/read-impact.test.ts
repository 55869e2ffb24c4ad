import { beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../lib/core/instants.ts';
import {
  type ImpactWorld,
  MINUTE_MS,
  OTHER_PRODUCT,
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

/** One reading a minute around a session of 30 min: 70 before, 84 during, 63 after. */
const readingsAround = (startMs = START_MS, source = 'watch', scale = 1) =>
  Array.from({ length: 150 }, (_, minute) => ({
    at: startMs - 60 * MINUTE_MS + minute * MINUTE_MS + 1_000,
    value: scale * (minute < 60 ? 70 : minute < 90 ? 84 : 63),
    source,
  }));

const putSession = (index = 1, more: object = {}) =>
  world.entity(`PUT sessions/${sessionIdOf(index)}`, {
    startedAt: iso(START_MS),
    endedAt: iso(END_MS),
    status: 'COMPLETED',
    ...more,
  });
const putProducts = async () => {
  await world.entity(`PUT products/${PRODUCT}`, { name: 'Valerian' });
  await world.entity(`PUT products/${OTHER_PRODUCT}`, { name: 'Ginger' });
};
const impacts = async (query: Record<string, string> = {}) =>
  (await world.get('listSessionImpact', { ...RANGE, ...query })).body.impacts;

describe('sessions', () => {
  test('SIP1 a completed session is told as before, during and after, with its deltas, once it was projected', async () => {
    await world.ingest(readingsAround());
    await putProducts();
    expect((await putSession(1, { primaryProductId: PRODUCT })).status).toBe(201);
    expect(await impacts()).toMatchObject([{ sessionId: sessionIdOf(1), status: 'STALE', before: null }]);
    expect(await world.project()).toEqual([]);
    const { status, body } = await world.get('listSessionImpact', RANGE);
    expect(status).toBe(200);
    expect(body).toMatchObject({ isBehind: false, nextCursor: null });
    expect(body.impacts).toMatchObject([
      {
        sessionId: sessionIdOf(1),
        sessionVersion: 1,
        productId: PRODUCT,
        credit: 'primary',
        metric: 'heart_rate',
        unit: '/min',
        status: 'READY',
        windowMin: 60,
        expectedPerHour: 60,
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

  test('SIP2 running, cancelled and backward sessions have no impact, and one over a day is PARTIAL', async () => {
    await world.ingest(readingsAround());
    await world.entity(`PUT sessions/${sessionIdOf(1)}`, { startedAt: iso(START_MS), status: 'ACTIVE' });
    await putSession(2, { status: 'CANCELLED' });
    await putSession(3, { endedAt: iso(START_MS - 1) });
    await putSession(4, { startedAt: iso(START_MS - 25 * HOUR_MS) });
    expect(await world.project()).toEqual([]);
    expect(await impacts()).toMatchObject([
      { sessionId: sessionIdOf(4), status: 'PARTIAL', reason: 'session_too_long', before: null },
    ]);
  });

  test('SIP5 in each minute the source of highest priority counts, and readings of the other are left out', async () => {
    await world.ingest(readingsAround());
    await world.ingest(readingsAround(START_MS, 'phone', 2));
    // The phone alone, where the watch has a gap.
    await world.ingest([{ at: START_MS - 30 * MINUTE_MS + 30_000, value: 200, source: 'phone' }]);
    await putSession();
    expect(await world.project()).toEqual([]);
    expect(await impacts()).toMatchObject([
      { before: { mean: 70, count: 60 }, during: { mean: 84, count: 30 } },
    ]);
  });

  test('SIP4 metrics that are read less than once an hour, and those of amounts, are refused by name', async () => {
    for (const metric of ['steps', 'weight', 'resting_heart_rate']) {
      const { status, body } = await world.get('listSessionImpact', { ...RANGE, metric });
      expect([status, body.code]).toEqual([400, 'read.metric_not_rolled_up']);
    }
    const unknown = await world.get('listSessionImpact', { ...RANGE, metric: 'nonsense' });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'read.metric_unknown']);
  });

  test('PRJ3 a later sample makes a READY impact STALE until it is projected; one of another day does not', async () => {
    await world.ingest(readingsAround());
    await putSession();
    await world.project();
    await world.ingest(readingsAround(START_MS - 3 * DAY_MS));
    expect(await impacts()).toMatchObject([{ status: 'READY' }]);
    await world.ingest([{ at: START_MS - 5 * MINUTE_MS + 30_000, value: 700 / 10 }]);
    const [stale] = await impacts();
    expect(stale).toMatchObject({ status: 'STALE', isReliable: false, before: { count: 60 } });
    expect(stale.behindSeq).toBeGreaterThan(0);
    expect(await world.project((await world.events()).slice(2, 3))).toEqual([]);
    expect(await impacts()).toMatchObject([{ status: 'READY', before: { count: 61 } }]);
  });

  test('SIP6 a session is told as it is now before any event of it comes: deleted, moved, completed', async () => {
    await world.ingest(readingsAround());
    await putSession(1);
    await putSession(2);
    await world.entity(`PUT sessions/${sessionIdOf(3)}`, { startedAt: iso(START_MS), status: 'ACTIVE' });
    await world.project();
    await world.entity(`DELETE sessions/${sessionIdOf(1)}`);
    await putSession(2, { startedAt: iso(START_MS + 10 * MINUTE_MS) });
    await world.entity(`PATCH sessions/${sessionIdOf(3)}`, { endedAt: iso(END_MS), status: 'COMPLETED' });
    const told = await impacts();
    expect(
      told.map((each: { sessionId: string; startedAt: string; status: string }) => [
        each.sessionId,
        each.startedAt,
        each.status,
      ]),
    ).toEqual([
      [sessionIdOf(3), iso(START_MS), 'STALE'],
      [sessionIdOf(2), iso(START_MS + 10 * MINUTE_MS), 'STALE'],
    ]);
    expect(await world.project()).toEqual([]);
    expect(await impacts()).toMatchObject([
      { sessionId: sessionIdOf(3), status: 'READY' },
      { sessionId: sessionIdOf(2), status: 'READY', before: { count: 60 }, during: { count: 20 } },
    ]);
    const { core } = world.storage.tables;
    const left = await world.itemsOf(core, '#I#heart_rate');
    expect(left.map(({ sk }) => sk?.S?.split('#')[1]).sort()).toEqual([sessionIdOf(2), sessionIdOf(3)]);
  });

  test('SRD1 pages by session and metric hold each impact once, whatever their size', async () => {
    for (let index = 0; index < 4; index += 1) {
      const startMs = START_MS - index * DAY_MS;
      await world.ingest(readingsAround(startMs));
      await world.ingest(
        readingsAround(startMs).map((each) => ({ ...each, metric: 'respiratory_rate', value: 15 })),
      );
      await putSession(index + 1, { startedAt: iso(startMs), endedAt: iso(startMs + 30 * MINUTE_MS) });
    }
    await world.project();
    const nameOf = (each: { sessionId: string; metric: string }) => `${each.sessionId} ${each.metric}`;
    const whole = (await impacts()).map(nameOf);
    expect(whole).toHaveLength(8);
    for (const limit of ['1', '2', '3', '5']) {
      const told: string[] = [];
      let cursor: string | null = null;
      do {
        const query: Record<string, string> = { ...RANGE, limit, ...(cursor === null ? {} : { cursor }) };
        const { status, body } = await world.get('listSessionImpact', query);
        expect(status).toBe(200);
        expect(body.impacts.length).toBeLessThanOrEqual(Number(limit));
        told.push(...body.impacts.map(nameOf));
        cursor = body.nextCursor;
        expect(told.length).toBeLessThanOrEqual(8);
      } while (cursor !== null);
      expect(told).toEqual(whole);
    }
    const one = await impacts({ sessionId: sessionIdOf(2), metric: 'respiratory_rate' });
    expect(one).toMatchObject([{ sessionId: sessionIdOf(2), metric: 'respiratory_rate', deltaAfter: 0 }]);
    const bad = await world.get('listSessionImpact', { ...RANGE, cursor: 'AAAA' });
    expect([bad.status, bad.body.code]).toEqual([400, 'request.bad_cursor']);
  });

  test('PRJ3 the calls of a read are few and do not grow with the samples', async () => {
    await world.ingest(readingsAround());
    await putSession();
    await world.project();
    const before = world.sends.count;
    const { headers } = await world.get('listSessionImpact', { ...RANGE, metric: 'heart_rate' });
    expect(headers['server-timing']).toBe('impacts;desc="2 queries"');
    const callCount = world.sends.count - before;
    expect(callCount).toBeLessThanOrEqual(9);
    await world.ingest(readingsAround(START_MS - 5 * DAY_MS));
    const again = world.sends.count;
    await impacts({ metric: 'heart_rate' });
    expect(world.sends.count - again).toBe(callCount);
  });
});

describe('products', () => {
  const PERIOD = { metric: 'heart_rate', periodDays: '7' };
  const addSessions = async (count: number, more: (index: number) => object) => {
    for (let index = 0; index < count; index += 1) {
      const startMs = START_MS - index * DAY_MS;
      await world.ingest(readingsAround(startMs));
      const times = { startedAt: iso(startMs), endedAt: iso(startMs + 30 * MINUTE_MS) };
      await putSession(index + 1, { ...times, ...more(index) });
    }
  };
  const products = async (query: Record<string, string> = PERIOD) =>
    (await world.get('listProductImpact', query)).body;

  test('SIP8 sessions of a product are folded up to now, with interval, confidence and evidence', async () => {
    await putProducts();
    await addSessions(5, () => ({ primaryProductId: PRODUCT }));
    expect((await products()).products).toMatchObject([{ status: 'STALE', sessionCount: 0 }]);
    await world.project();
    const { products: told, notCredited, isCut } = await products();
    expect([isCut, notCredited]).toEqual([false, { none: 0, several: 0, notCompleted: 0 }]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      productId: PRODUCT,
      productName: 'Valerian',
      metric: 'heart_rate',
      periodDays: 7,
      status: 'READY',
      sessionCount: 5,
      baselineMean: 70,
      afterPct: { mean: -10, median: -10, interval95: { low: -10, high: -10 } },
      duringPct: { mean: 20 },
      confidence: 'MEDIUM',
      isReliable: true,
      coverage: 1,
      consistency: 1,
      unreliableCount: 0,
      excluded: [],
      flags: ['PRIMARY_PRODUCT_ONLY', 'SHORT_OBSERVATION_PERIOD'],
    });
    expect(told[0].evidenceSessionIds).toEqual([1, 2, 3, 4, 5].map(sessionIdOf));
    world.clock.advance(1_000);
    const { headers } = await world.get('listProductImpact', PERIOD);
    world.clock.advance(1_000);
    expect((await world.get('listProductImpact', PERIOD)).headers['etag']).toBe(headers['etag']);
    world.clock.advance(5 * DAY_MS);
    expect((await products()).products).toMatchObject([{ sessionCount: 2 }]);
    expect((await products({ ...PERIOD, periodDays: '90' })).products).toMatchObject([{ sessionCount: 5 }]);
  });

  test('SIP3 a session without a primary product is credited to the single one of its consumptions', async () => {
    await putProducts();
    await addSessions(1, () => ({}));
    await world.project();
    expect(await products()).toMatchObject({ products: [], notCredited: { none: 1 } });
    const consume = (name: string, productId: string) =>
      world.entity(`PUT consumptions/${name}`, {
        consumedAt: iso(START_MS),
        sessionId: sessionIdOf(1),
        productId,
      });
    await consume('cup-1', PRODUCT);
    await consume('cup-2', PRODUCT);
    expect(await products()).toMatchObject({ products: [{ productId: PRODUCT }] });
    await world.project();
    expect(await impacts()).toMatchObject([{ productId: PRODUCT, credit: 'single', status: 'READY' }]);
    // A change of the consumption alone, which leaves the session's row as it is.
    await world.entity('PATCH consumptions/cup-2', { productId: OTHER_PRODUCT });
    expect(await products()).toMatchObject({ products: [], notCredited: { several: 1 } });
    await world.project();
    expect(await impacts()).toMatchObject([{ productId: null, credit: 'several' }]);
    await world.entity('DELETE consumptions/cup-1');
    await world.project();
    expect(await products()).toMatchObject({ products: [{ productId: OTHER_PRODUCT, sessionCount: 1 }] });
  });

  test('SIP3 another primary product takes the credit along', async () => {
    await putProducts();
    await addSessions(1, () => ({ primaryProductId: PRODUCT }));
    await world.project();
    await world.entity(`PATCH sessions/${sessionIdOf(1)}`, { primaryProductId: OTHER_PRODUCT });
    expect(await products()).toMatchObject({ products: [{ productId: OTHER_PRODUCT, status: 'STALE' }] });
    await world.project();
    expect(await products()).toMatchObject({
      products: [{ productId: OTHER_PRODUCT, productName: 'Ginger', status: 'READY', sessionCount: 1 }],
    });
    expect((await products({ ...PERIOD, productId: PRODUCT })).products).toEqual([]);
  });

  test('SIP8 what cannot be used is counted with its reason, and said in the flags', async () => {
    await putProducts();
    await addSessions(3, () => ({ primaryProductId: PRODUCT }));
    // Of this day half of the readings are missing, of the next one all, and the last is too long.
    const poorMs = START_MS - 4 * DAY_MS;
    await world.ingest(readingsAround(poorMs).filter((_, index) => index % 2 === 0));
    const times = (startMs: number) => ({ startedAt: iso(startMs), endedAt: iso(startMs + 30 * MINUTE_MS) });
    await putSession(4, { ...times(poorMs), primaryProductId: PRODUCT });
    await putSession(5, { ...times(START_MS - 6 * DAY_MS), primaryProductId: PRODUCT });
    await putSession(6, { startedAt: iso(START_MS - 30 * HOUR_MS), primaryProductId: PRODUCT });
    await world.project();
    const [told] = (await products()).products;
    expect(told).toMatchObject({
      status: 'PARTIAL',
      sessionCount: 3,
      unreliableCount: 1,
      excluded: [
        { reason: 'no_data', count: 1 },
        { reason: 'too_long', count: 1 },
      ],
      confidence: 'LOW',
    });
    expect(told.coverage).toBeCloseTo((3 + 0.5) / 4, 2);
    expect(told.flags).toContain('MIXED_RELIABILITY');
  });
});

describe('telemetry', () => {
  const telemetry = (index: number, query: Record<string, string> = {}) =>
    world.get('readSessionTelemetry', query, { sessionId: sessionIdOf(index) });

  test('SIP9 a running session has its series up to now, with gaps of two and more missing minutes', async () => {
    const startMs = world.clock.now() - 20 * MINUTE_MS;
    await world.entity(`PUT sessions/${sessionIdOf(1)}`, { startedAt: iso(startMs), status: 'ACTIVE' });
    const minutes = Array.from({ length: 80 }, (_, minute) => minute);
    const isThere = (minute: number) => minute !== 5 && !(minute >= 10 && minute < 13);
    await world.ingest(
      minutes
        .filter(isThere)
        .map((minute) => ({ at: startMs - HOUR_MS + minute * MINUTE_MS, value: 60 + minute / 4 })),
    );
    const { status, body } = await telemetry(1);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sessionId: sessionIdOf(1),
      sessionStatus: 'ACTIVE',
      isRunning: true,
      endedAt: null,
      from: iso(startMs - HOUR_MS),
      to: iso(world.clock.now()),
      isCut: false,
    });
    const [series] = body.series;
    expect(series).toMatchObject({ metric: 'heart_rate', unit: '/min', isComplete: true });
    expect(series.points).toHaveLength(76);
    expect(series.points[0]).toEqual({ start: iso(startMs - HOUR_MS), count: 1, min: 60, max: 60, mean: 60 });
    expect(series.gaps).toEqual([
      {
        from: iso(startMs - HOUR_MS + 10 * MINUTE_MS),
        to: iso(startMs - HOUR_MS + 13 * MINUTE_MS),
        missingCount: 3,
      },
    ]);
    const coarse = (await telemetry(1, { resolution: '5m' })).body.series[0];
    expect([coarse.points.length, coarse.gaps]).toEqual([16, []]);
  });

  test('SIP9 an ended session is told to an hour behind its end; without readings it is one gap', async () => {
    await putSession();
    const { body } = await telemetry(1, { metrics: 'heart_rate,steps' });
    expect(body).toMatchObject({
      isRunning: false,
      from: iso(START_MS - HOUR_MS),
      to: iso(END_MS + HOUR_MS),
    });
    const gaps = [{ from: iso(START_MS - HOUR_MS), to: iso(END_MS + HOUR_MS), missingCount: 150 }];
    expect(body.series).toMatchObject([
      { metric: 'heart_rate', points: [], gaps },
      { metric: 'steps', points: [], gaps },
    ]);
  });

  test('SIP9 of a session that was never ended the last 26 hours are told, of a long one the first', async () => {
    const startMs = world.clock.now() - 5 * DAY_MS;
    await world.entity(`PUT sessions/${sessionIdOf(1)}`, { startedAt: iso(startMs), status: 'PAUSED' });
    await putSession(2, { startedAt: iso(startMs) });
    const running = (await telemetry(1)).body;
    expect([running.isCut, running.to]).toEqual([true, iso(world.clock.now())]);
    expect(running.from).toBe(iso(world.clock.now() - 26 * HOUR_MS));
    const ended = (await telemetry(2)).body;
    expect([ended.isCut, ended.from, ended.to]).toEqual([
      true,
      iso(startMs - HOUR_MS),
      iso(startMs + 25 * HOUR_MS),
    ]);
  });

  test('SIP9 no session, a deleted one, and metrics without minutes are said as such', async () => {
    expect((await telemetry(9)).body.code).toBe('entity.not_found');
    await putSession();
    await world.entity(`DELETE sessions/${sessionIdOf(1)}`);
    expect((await telemetry(1)).body.code).toBe('entity.not_found');
    expect((await telemetry(1, { metrics: 'sleep_stage' })).body.code).toBe('read.metric_not_rolled_up');
    expect((await telemetry(1, { metrics: 'a,b,c,d,e,f' })).body.code).toBe('request.invalid');
    expect((await telemetry(1, { resolution: '15m' })).body.code).toBe('request.invalid');
  });
});
