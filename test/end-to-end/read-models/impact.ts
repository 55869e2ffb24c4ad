import { expect, test, vi } from 'vitest';
import type {
  ListProductImpactAnswer,
  ListSessionImpactAnswer,
  SessionTelemetry,
} from '../../../contracts/http/impact.ts';
import { HOUR_MS, MINUTE_MS } from '../../../lib/core/instants.ts';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';

const SESSION = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const PRODUCT = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
const WAIT = { timeout: 20_000, interval: 100 };
const SESSION_MIN = 30;

/** Sessions of device sync against samples, through the API. */
export const impactPart = (cloud: () => RunningCloud): void => {
  // On a minute that is over: what is told ends with the hour after the session.
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3 * HOUR_MS;
  const iso = (ms: number): string => new Date(ms).toISOString();
  let user = '';
  const health = (path: string) => `${user}/health/${path}`;
  const put = async (path: string, data: object) => {
    const answer = await callApi(cloud(), `${user}/${path}`, { method: 'PUT', body: { data } });
    expect([200, 201]).toContain(answer.status);
  };
  const upload = async (
    requestId: string,
    minutes: readonly number[],
    readingAt: (minute: number) => number,
  ) => {
    const samples = minutes.map((minute) => ({
      source: 'watch',
      metric: 'heart_rate',
      start: iso(startMs + minute * MINUTE_MS + 1_000),
      value: readingAt(minute),
      unit: '/min',
      zoneOffsetMinutes: 60,
    }));
    const sources = { watch: { provider: 'garmin', device: { type: 'watch' } } };
    const body = { requestId, sources, samples };
    expect((await callApi(cloud(), health('samples/batch-upsert'), { body })).status).toBe(200);
  };
  const range = `from=${encodeURIComponent(iso(startMs - HOUR_MS))}&to=${encodeURIComponent(iso(startMs + HOUR_MS))}`;
  const impacts = async () => {
    const path = health(`session-impact?metric=heart_rate&${range}`);
    const { status, body } = await callApi<ListSessionImpactAnswer>(cloud(), path);
    expect(status).toBe(200);
    return body;
  };
  const products = async () => {
    const path = health('impact/by-product?metric=heart_rate&periodDays=7');
    return (await callApi<ListProductImpactAnswer>(cloud(), path)).body.products;
  };

  test('SIP1 a session that ends is compared with the hours around it, and credited to its product', async () => {
    const made = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId: 'impact-1' } });
    user = `/v1/users/${made.body.id}`;
    await put(`products/${PRODUCT}`, { name: 'Valerian' });
    await put(`sessions/${SESSION}`, {
      startedAt: iso(startMs),
      status: 'ACTIVE',
      primaryProductId: PRODUCT,
    });
    const minutes = Array.from({ length: 120 + SESSION_MIN }, (_, index) => index - 60);
    await upload('impact-1', minutes, (minute) => (minute < 0 ? 70 : minute < SESSION_MIN ? 84 : 63));
    expect((await impacts()).impacts).toEqual([]);
    await put(`sessions/${SESSION}`, {
      startedAt: iso(startMs),
      endedAt: iso(startMs + SESSION_MIN * MINUTE_MS),
      status: 'COMPLETED',
      primaryProductId: PRODUCT,
    });
    await vi.waitFor(async () => expect((await impacts()).impacts[0]?.status).toBe('READY'), WAIT);
    expect(await impacts()).toMatchObject({
      isBehind: false,
      impacts: [
        {
          sessionId: SESSION,
          productId: PRODUCT,
          before: { mean: 70, count: 60, coverage: 1 },
          during: { mean: 84, count: SESSION_MIN, coverage: 1 },
          after: { mean: 63, count: 60, coverage: 1 },
          deltaDuringPct: 20,
          deltaAfterPct: -10,
          isReliable: true,
        },
      ],
    });
    expect(await products()).toMatchObject([
      {
        productId: PRODUCT,
        productName: 'Valerian',
        status: 'READY',
        sessionCount: 1,
        confidence: 'INSUFFICIENT',
      },
    ]);
  });

  test('SIP7 a later reading is counted, and a deleted session is in no answer from then on', async () => {
    await upload('impact-2', [-60.5], () => 10 ** 2);
    await upload('impact-3', [-30.5], () => 131);
    await vi.waitFor(
      async () =>
        expect((await impacts()).impacts[0]).toMatchObject({
          status: 'READY',
          before: { count: 61, mean: 71 },
        }),
      WAIT,
    );
    const telemetry = await callApi<SessionTelemetry>(
      cloud(),
      health(`sessions/${SESSION}/telemetry?metrics=heart_rate&resolution=5m`),
    );
    expect(telemetry.body).toMatchObject({ isRunning: false, isCut: false, series: [{ gaps: [] }] });
    expect((await callApi(cloud(), `${user}/sessions/${SESSION}`, { method: 'DELETE' })).status).toBe(204);
    expect(await impacts()).toMatchObject({ impacts: [], isBehind: false });
    expect(await products()).toEqual([]);
  });
};
