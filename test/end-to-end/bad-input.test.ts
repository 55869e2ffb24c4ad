import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiAnswer, callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

const SOURCES = { w: { provider: 'garmin', device: { type: 'watch' } } };
const good = {
  source: 'w',
  metric: 'heart_rate',
  start: '2026-11-01T10:00:00+01:00',
  value: 61,
  unit: 'bpm',
};
const MEGABYTE = 1_000_000;

let dataDir = '';
let cloud: RunningCloud;
let userId = '';
let seed = 0;
const nextId = () => `bad-${seed++}`;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-bad-'));
  cloud = await startLocalCloud({ dataDir });
  const user = await callApi<{ id: string }>(cloud, '/v1/users', { body: { externalId: 'bad-input' } });
  userId = user.body.id;
}, 180_000);

afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

const path = (user = userId) => `/v1/users/${user}/health/samples/batch-upsert`;
const batch = (fields: Record<string, unknown> = {}) => ({
  requestId: nextId(),
  sources: SOURCES,
  samples: [good],
  ...fields,
});
const send = (body: unknown, headers: Record<string, string> = {}) =>
  callApi(cloud, path(), { body, headers });
const sendRaw = (raw: string | Uint8Array, headers: Record<string, string> = {}) =>
  callApi(cloud, path(), { raw, headers });
const sample = (fields: Record<string, unknown>) => batch({ samples: [{ ...good, ...fields }] });

function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  expect([answer.status, answer.body['code']], answer.text).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    status,
    title: expect.any(String),
    detail: expect.any(String),
    requestId: expect.any(String),
  });
}

async function storedCount(): Promise<number> {
  const answer = await callApi<{ metrics: { count: number }[] }>(cloud, `/v1/users/${userId}/health/metrics`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.metrics.reduce((sum, metric) => sum + metric.count, 0);
}

describe('bad input through the real door', () => {
  test('ING7 a body that cannot be read is refused whole', async () => {
    expectProblem(await sendRaw('{"requestId":'), 400, 'request.malformed_json');
    expectProblem(
      await sendRaw(`{"requestId":"a","sources":{},"samples":[{"value":NaN}]}`),
      400,
      'request.malformed_json',
    );
    expectProblem(await send({ ...batch(), samples: 'all of them' }), 400, 'request.invalid');
    expectProblem(await send(batch({ requestId: '' })), 400, 'request.invalid');
    expectProblem(await send([]), 400, 'request.invalid');
    expectProblem(
      await send(batch({ samples: [{ ...good, source: 'unknown' }] })),
      400,
      'ingest.unknown_source',
    );
    expectProblem(await send(batch({ payloadHash: '0'.repeat(64) })), 400, 'ingest.hash_mismatch');
    expect(await storedCount()).toBe(0);
  });

  test.each([
    ['unknown_metric', { metric: 'aura' }],
    ['unknown_metric', { metric: '__proto__' }],
    ['unknown_unit', { unit: 'furlong' }],
    ['wrong_type', { value: '61' }],
    ['wrong_type', { value: null }],
    ['bad_time', { start: '2026-02-30T10:00:00Z' }],
    ['bad_time', { start: 'yesterday' }],
    ['bad_interval', { end: '2026-11-01T09:00:00+01:00' }],
    ['out_of_bounds', { value: 1e300 }],
    ['out_of_bounds', { value: -1 }],
    ['start_out_of_range', { start: '1999-12-31T23:59:59+00:00' }],
    ['start_out_of_range', { start: '2999-01-01T00:00:00+00:00' }],
    ['zone_required', { start: '2026-11-01T10:00:00Z' }],
  ])('ING7 a sample is refused alone as %s: %j', async (reason, fields) => {
    const answer = await send(sample(fields));
    expect(answer.status, answer.text).toBe(207);
    expect(answer.body).toMatchObject({
      counts: { accepted: 0, refused: 1 },
      refused: [{ index: 0, reason }],
    });
    expect(await storedCount()).toBe(0);
  });

  test('ING7 numbers beyond a double are refused, not stored as infinity', async () => {
    const text = JSON.stringify(sample({})).replace('61', '1e999');
    const answer = await sendRaw(text);
    expect(answer.status, answer.text).toBe(207);
    expect(await storedCount()).toBe(0);
  });

  test('ING4 a deletion without identity is refused alone', async () => {
    const answer = await send(batch({ samples: [], deletions: [{ source: 'w', metric: 'heart_rate' }] }));
    expect([answer.status, answer.body['refused']]).toMatchObject([
      207,
      [{ index: 0, reason: 'identity_required' }],
    ]);
  });

  test('ING8 501 samples are queued and answered in the end, 10,001 are refused', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...good,
        start: `2026-10-01T00:00:00.${String(index % 1000).padStart(3, '0')}+01:00`,
        value: 60 + Math.floor(index / 1000),
      }));
    expectProblem(await send(batch({ samples: many(10_001) })), 413, 'request.too_many_items');
    expect(await storedCount()).toBe(0);
    const queued = batch({ samples: many(501) });
    let answer = await send(queued);
    expect([answer.status, answer.body]).toMatchObject([
      202,
      { status: 'queued', retryAfterMs: expect.any(Number) },
    ]);
    for (let attempt = 0; answer.status === 202 && attempt < 200; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await send(queued);
    }
    expect([answer.status, answer.body]).toMatchObject([200, { counts: { accepted: 501 } }]);
    expect((await send(queued)).text).toBe(answer.text);
    const all = many(501).map(({ source, metric, start }) => ({ source, metric, start }));
    const removal = await send(batch({ samples: [], deletions: all.slice(0, 500) }));
    expect(removal.body).toMatchObject({ counts: { deleted: 500 } });
    expect((await send(batch({ samples: [], deletions: all.slice(500) }))).body).toMatchObject({
      counts: { deleted: 1 },
    });
    expect(await storedCount()).toBe(0);
  });

  test('ING8 bodies of 4 and 6 MB and gzip bombs name the limit', async () => {
    const padded = (bytes: number) => JSON.stringify({ ...batch(), padding: 'x'.repeat(bytes) });
    for (const raw of [padded(4.2 * MEGABYTE), padded(6 * MEGABYTE)]) {
      const answer = await sendRaw(raw);
      expectProblem(answer, 413, 'request.too_large');
      expect(answer.body['detail']).toMatch(/\d/);
    }
    const bomb = gzipSync(Buffer.alloc(200 * MEGABYTE, 32));
    expectProblem(await sendRaw(bomb, { 'content-encoding': 'gzip' }), 413, 'request.too_large');
    expectProblem(await sendRaw('not gzip', { 'content-encoding': 'gzip' }), 400, 'request.bad_encoding');
    expectProblem(await sendRaw('{}', { 'content-encoding': 'br' }), 415, 'request.unsupported_encoding');
    expectProblem(
      await sendRaw('{}', { 'content-type': 'text/plain' }),
      415,
      'request.unsupported_media_type',
    );
  });

  test('ING6 a request id keeps its first payload and its answer', async () => {
    const first = batch({ samples: [{ ...good, start: '2026-11-02T10:00:00+01:00' }] });
    const answer = await send(first);
    expect(answer.status, answer.text).toBe(200);
    expect((await send(first)).text).toBe(answer.text);
    expectProblem(
      await send({ ...first, samples: [{ ...good, value: 62 }] }),
      422,
      'ingest.payload_conflict',
    );
    expect(await storedCount()).toBe(1);
    const zipped = gzipSync(JSON.stringify(first));
    expect((await sendRaw(zipped, { 'content-encoding': 'gzip' })).text).toBe(answer.text);
  });

  test('ING13 nobody else’s user, forged and tampered credentials, and no way to tell which user exists', async () => {
    const stranger = `usr_${'0'.repeat(26)}`;
    expectProblem(await callApi(cloud, path(stranger), { body: batch() }), 404, 'user.not_found');
    expectProblem(await callApi(cloud, path('../../users'), { body: batch() }), 404, 'request.not_found');
    expectProblem(
      await callApi(cloud, path(), { body: batch(), headers: { authorization: '' } }),
      401,
      'auth.missing',
    );
    for (const token of [
      `${cloud.apiKey.slice(0, -1)}!`,
      'hw_live_0',
      `${cloud.userToken.slice(0, -4)}AAAA`,
      await forgedToken(cloud.userToken),
    ]) {
      expectProblem(
        await callApi(cloud, path('me'), { body: batch(), headers: { authorization: `Bearer ${token}` } }),
        401,
        'auth.invalid',
      );
    }
    const asUser = { authorization: `Bearer ${cloud.userToken}` };
    expectProblem(
      await callApi(cloud, path(userId), { body: batch(), headers: asUser }),
      404,
      'user.not_found',
    );
    expectProblem(await callApi(cloud, '/v1/api-keys', { headers: asUser }), 403, 'auth.forbidden');
    expect((await callApi(cloud, path('me'), { body: batch(), headers: asUser })).status).toBe(200);
    expect(await storedCount()).toBe(1);
  });

  test('ING10 a blocked metric is refused alone, a switched-off user whole', async () => {
    const privacy = `/v1/users/${userId}/privacy`;
    await callApi(cloud, privacy, {
      method: 'PUT',
      body: { uploadEnabled: true, blockedMetrics: ['heart_rate'] },
    });
    expect((await send(sample({}))).body).toMatchObject({ refused: [{ reason: 'privacy_blocked' }] });
    expectProblem(
      await callApi(
        cloud,
        `/v1/users/${userId}/health/samples?metric=heart_rate&from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z`,
      ),
      403,
      'read.metric_blocked',
    );
    await callApi(cloud, privacy, { method: 'PUT', body: { uploadEnabled: false, blockedMetrics: [] } });
    expectProblem(await send(sample({})), 403, 'ingest.upload_disabled');
    await callApi(cloud, privacy, { method: 'PUT', body: { uploadEnabled: true, blockedMetrics: [] } });
    expect(await storedCount()).toBe(1);
  });

  test('ING7 whatever the body, the answer is never a 500', async () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('w', 'heart_rate', 'steps', 'bpm', '2026-11-01T10:00:00Z', 1e308, -0, ''),
    );
    const sampleLike = fc.dictionary(
      fc.constantFrom(
        'source',
        'metric',
        'start',
        'end',
        'value',
        'category',
        'unit',
        'zoneOffsetMinutes',
        'recordId',
        'revision',
        'from',
        'to',
      ),
      field,
    );
    const bodyLike = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          requestId: fc.oneof(fc.string(), fc.uuid()),
          sources: fc.oneof(fc.constant(SOURCES), fc.dictionary(fc.string(), field)),
          samples: fc.oneof(fc.array(sampleLike, { maxLength: 5 }), field),
          deletions: fc.oneof(fc.array(sampleLike, { maxLength: 5 }), field),
          origin: field,
          payloadHash: field,
        },
        { requiredKeys: [] },
      ),
    );
    const victim = await callApi<{ id: string }>(cloud, '/v1/users', {
      body: { externalId: 'fuzz', timeZone: 'Europe/Berlin' },
    });
    await fc.assert(
      fc.asyncProperty(bodyLike, async (body) => {
        const answer = await callApi(cloud, path(victim.body.id), { body });
        expect(answer.status, JSON.stringify(body)).toBeLessThan(500);
      }),
      { numRuns: 300, seed: 7 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (raw) => {
        expect((await sendRaw(raw)).status).toBeLessThan(500);
      }),
      { numRuns: 50, seed: 8 },
    );
  }, 120_000);
});

/** The same claims under a key of our own. */
async function forgedToken(token: string): Promise<string> {
  const [, payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'forged' }).sign(privateKey);
}
