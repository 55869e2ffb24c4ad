import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
  consent,
  type Received,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
let access = '';
let refresh = '';
beforeEach(async () => {
  clouds = await startClouds();
  const code = await consent(app(), {
    authorize: `${api()}/oauth/oauth2/auth`,
    scope: `${SCOPES} offline`,
    person: 'runner',
  });
  const { json } = await token({ grant_type: 'authorization_code', code: code.get('code') ?? '' });
  [access, refresh] = [json.access_token, json.refresh_token];
});
afterEach(() => clouds[Symbol.asyncDispose]());

const SCOPES = 'read:recovery read:cycles read:sleep read:workout read:profile read:body_measurement';
const app = () => clouds.app('whoop');
const api = () => app().origins['api'] ?? '';
const token = (form: Record<string, string>) =>
  send(`${api()}/oauth/oauth2/token`, { form: { ...form, ...clientFields(app()) } });
const sleeps = () => send(`${api()}/developer/v2/activity/sleep`, { token: access });
const fault = (kind: string, more: object = {}) => clouds.control('POST', 'whoop/faults', { kind, ...more });

test.each([
  ['rate_limit', 429],
  ['server_error', 500],
  ['forbidden', 403],
])('SIMP12 %s happens once unless asked for more often, and then no more', async (kind, status) => {
  await fault(kind);
  expect([(await sleeps()).status, (await sleeps()).status]).toEqual([status, 200]);
  await fault(kind, { count: 2 });
  expect([(await sleeps()).status, (await sleeps()).status, (await sleeps()).status]).toEqual([
    status,
    status,
    200,
  ]);
});

test('SIMP12 a fault waits for its path, and is forgotten when it is cleared', async () => {
  await fault('server_error', { on: '/developer/v2/cycle', status: 503 });
  expect((await sleeps()).status).toBe(200);
  expect((await send(`${api()}/developer/v2/cycle`, { token: access })).status).toBe(503);
  await fault('server_error', { on: '/api/developer/v2/activity' });
  expect((await clouds.control('GET', 'whoop/faults')).json).toEqual({
    faults: [{ kind: 'server_error', left: 1 }],
  });
  expect((await clouds.control('DELETE', 'whoop/faults')).status).toBe(204);
  expect((await sleeps()).status).toBe(200);
});

test('SIMP12 tokens go wrong only when their address is named', async () => {
  await fault('server_error');
  expect((await token({ grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(200);
  await fault('server_error', { on: '/oauth/oauth2/token' });
  expect((await token({ grant_type: 'refresh_token', refresh_token: 'any' })).status).toBe(500);
  expect((await clouds.control('GET', 'whoop/faults')).json).toEqual({
    faults: [{ kind: 'server_error', left: 1 }],
  });
});

test('SIMP12 a rate limit comes with Retry-After or without', async () => {
  await fault('rate_limit', { retryAfterSec: 7 });
  await fault('rate_limit');
  expect([(await sleeps()).headers.get('retry-after'), (await sleeps()).headers.get('retry-after')]).toEqual([
    '7',
    null,
  ]);
});

test('SIMP12 an answer can be half a JSON, have a field of another type, or lack one', async () => {
  const whole = await sleeps();
  await fault('truncated');
  const cut = await sleeps();
  expect([cut.status, cut.json, cut.text]).toEqual([
    200,
    undefined,
    whole.text.slice(0, Math.floor(whole.text.length / 2)),
  ]);
  await fault('wrong_types', { field: 'start' });
  const wrong = (await sleeps()).json.records;
  expect(wrong[0].start).toEqual({ unexpected: true });
  expect(wrong.slice(1)).toEqual(whole.json.records.slice(1));
  await fault('missing_fields', { field: 'end' });
  const lacking = (await sleeps()).json.records;
  expect('end' in lacking[0]).toBe(false);
  expect(lacking.slice(1)).toEqual(whole.json.records.slice(1));
  expect((await sleeps()).text).toBe(whole.text);
});

test('SIMP12 a token answer is lost after the rotation', async () => {
  await fault('lost_token_response');
  await expect(token({ grant_type: 'refresh_token', refresh_token: refresh })).rejects.toThrow();
  expect((await sleeps()).status).toBe(401);
  const again = await token({ grant_type: 'refresh_token', refresh_token: refresh });
  expect(again.status).toBe(400);
  expect((await clouds.control('GET', 'whoop/stats')).json).toMatchObject({
    tokenRefreshes: 1,
    refreshFailures: 1,
  });
});

test('SIMP12 a request can wait, or never be answered', async () => {
  await fault('slow', { ms: 120 });
  const before = performance.now();
  expect((await sleeps()).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(115);
  await fault('timeout');
  const hung = fetch(`${api()}/developer/v2/cycle`, { signal: AbortSignal.timeout(150) });
  await expect(hung).rejects.toThrow();
  expect((await sleeps()).status).toBe(200);
});

async function pushed(kind: string) {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['whoop'] });
  await fault(kind);
  for (const type of ['workout', 'sleep'])
    await clouds.control('POST', 'whoop/people/runner/revise', { type });
  await clouds.control('POST', 'flush');
  return receiver.received.map(({ body, headers }: Received) => ({ ...JSON.parse(body), headers }));
}

test('SIMP12 a push can come twice', async () => {
  const traces = (await pushed('duplicate_push')).map(({ trace_id }) => trace_id);
  expect(traces[0]).toBe(traces[1]);
  expect(new Set(traces).size).toBe(traces.length - 1);
});

test('SIMP12 a push can be overtaken by the next', async () => {
  const types = (await pushed('reorder_push')).map(({ type }) => type);
  expect(types[0]).toBe('sleep.updated');
  expect(types.filter((type) => type === 'workout.updated')).toHaveLength(1);
});

test('SIMP12 a push can have an old timestamp, or no signature', async () => {
  const [stale, fresh] = await pushed('stale_push_timestamp');
  const at = (headers: Record<string, string>) => Number(headers['x-whoop-signature-timestamp']);
  expect(at(fresh.headers) - at(stale.headers)).toBe(3_600_000);
  const [unsigned] = await pushed('unsigned_push');
  expect(unsigned.headers['x-whoop-signature']).toBeUndefined();
});
