import { gunzipSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../../contracts/http/routes.ts';
import { MAX_DECODED_BODY_BYTES, MAX_WIRE_BODY_BYTES } from '../../../contracts/limits.ts';
import type { ApiKeyId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { Principal } from '../../../lib/access/model.ts';
import type { RateVerdict } from '../../../lib/access/rate-limiter.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { fail, ok } from '../../../lib/core/result.ts';
import type { Log } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { createHttpHandler } from './create-http-handler.ts';
import type { OperationHandlers } from './operation.ts';
import { parseJsonBody } from './parse-json-body.ts';

const WORKSPACE = 'ws_01kah3v5w8f0xq9d3m7t2c6e4r' as WorkspaceId;
const USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r' as UserId;
const OTHER_USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4s' as UserId;
const KEY: Principal = {
  kind: 'key',
  workspaceId: WORKSPACE,
  apiKeyId: 'key_01kah3v5w8f0xq9d3m7t2c6e4r' as ApiKeyId,
  scopes: ['users:read', 'users:write'],
  requestsPerMinute: 600,
};
const TOKEN: Principal = {
  kind: 'user',
  workspaceId: WORKSPACE,
  userId: USER,
  scopes: ['users:read', 'users:write'],
  requestsPerMinute: 120,
};
const ALLOWED: RateVerdict = { allowed: true, limit: 600, remaining: 599, resetSec: 42 };

const echo: OperationHandlers = {
  getUser: async (request) => ({ status: 200, body: request.userScope() }),
  updateUser: async (request) => ({
    status: 200,
    body: parseJsonBody(z.strictObject({ name: z.string(), age: z.int().max(150).optional() }), request),
  }),
  createUser: async (request) => ({ status: 201, body: { bytes: request.body.length } }),
  listUsers: async ({ query }) => ({
    status: 200,
    body: '{"kept":  "byte for byte"}',
    headers: { x: query['a'] ?? '' },
  }),
  readDocs: async () => ({ status: 200, body: '<p>', headers: { 'content-type': 'text/html' } }),
};

interface Stage {
  readonly principal?: Principal;
  readonly verdict?: RateVerdict;
  readonly operations?: OperationHandlers;
}

function open({ principal = KEY, verdict = ALLOWED, operations = echo }: Stage = {}) {
  const lines: { code: string; fields: Record<string, unknown> }[] = [];
  const log: Log = { write: (code, fields) => lines.push({ code, fields: { ...fields } }) };
  const asked: string[] = [];
  const handler = createHttpHandler({
    operations,
    access: {
      authenticator: {
        authenticate: async (credential) => {
          asked.push(credential);
          if (credential === 'expired') return fail({ kind: 'expired' });
          if (credential === 'away') return fail({ kind: 'unavailable' });
          return credential === 'good' ? ok(principal) : fail({ kind: 'invalid', reason: 'unknown' });
        },
      },
      rateLimiter: { take: async () => verdict },
    },
    settings: {
      clock: { now: () => 1_795_262_400_000 as EpochMs, sleep: async () => undefined },
      randomness: { bytes: (count) => new Uint8Array(count).fill(7) },
      log,
      meter: silentMeter,
    },
  });
  const call = async (routeKey: string, event: Partial<APIGatewayProxyEventV2> = {}) => {
    const answer = await handler(
      {
        version: '2.0',
        routeKey,
        headers: { Authorization: 'Bearer good', ...event.headers },
        requestContext: { requestId: 'JKJaXmPLvHcESHA=' },
        isBase64Encoded: false,
        ...Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'headers')),
      } as unknown as APIGatewayProxyEventV2,
      {},
    );
    return { ...answer, headers: answer.headers ?? {}, json: () => JSON.parse(answer.body ?? 'null') };
  };
  return { call, lines, asked };
}

const GET_USER = 'GET /v1/users/{userId}';
const user = (userId: string) => ({ pathParameters: { userId } });

describe('who may do what', () => {
  test('ACC10 a user token reaches no route that names no user, whatever its scopes: not the list of all users', async () => {
    const scopes: readonly string[] = TOKEN.scopes;
    const routes = ROUTES.filter(({ scope, path }) => scopes.includes(scope) && !path.includes('{userId}'));
    expect(routes.map(({ operation }) => operation)).toEqual(['createUser', 'listUsers']);
    for (const { method, path } of routes) {
      const answer = await open({ principal: TOKEN }).call(`${method} ${path}`, { body: '{}' });
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'auth.forbidden']);
    }
  });

  test('ACC10 a token is let in where devices sync: the user there is its own', async () => {
    const scopes = ['sync:read', 'sync:write'] as const;
    const operations: OperationHandlers = {
      pullChanges: async (request) => ({ status: 200, body: request.userScope() }),
    };
    const asToken = open({ principal: { ...TOKEN, scopes }, operations });
    expect((await asToken.call('GET /v1/sync/changes')).json()).toEqual({
      workspaceId: WORKSPACE,
      userId: USER,
    });
    const named = { headers: { 'X-Headwater-User': OTHER_USER } };
    expect((await asToken.call('GET /v1/sync/changes', named)).json().code).toBe('user.not_found');
    const asKey = open({ principal: { ...KEY, scopes }, operations });
    expect((await asKey.call('GET /v1/sync/changes', named)).json().userId).toBe(OTHER_USER);
    expect((await asKey.call('GET /v1/sync/changes')).json().code).toBe('sync.user_required');
  });

  test('ACC1 without credentials a request is 401, says how to come back, and nobody is asked', async () => {
    const { call, asked } = open();
    const answer = await call(GET_USER, { headers: { Authorization: '' } });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'auth.missing']);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(asked).toEqual([]);
  });

  test.each([
    ['Bearer bad', 401, 'auth.invalid'],
    ['Basic Z29vZA==', 401, 'auth.invalid'],
    ['good', 401, 'auth.invalid'],
    [`Bearer ${'a'.repeat(8_001)}`, 401, 'auth.invalid'],
    ['Bearer expired', 401, 'auth.expired'],
    ['Bearer away', 503, 'server.unavailable'],
  ])('ACC1 %s is %i %s', async (authorization, status, code) => {
    const answer = await open().call(GET_USER, { headers: { Authorization: authorization } });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('ACC13 a missing scope is 403 and named, whatever the operation', async () => {
    const principal: Principal = { ...KEY, scopes: [] };
    for (const route of ROUTES.filter(({ scope }) => scope !== 'public')) {
      const operations = { [route.operation]: async () => ({ status: 200, body: {} }) };
      const answer = await open({ principal, operations }).call(`${route.method} ${route.path}`);
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'auth.forbidden']);
      expect(answer.json().detail).toContain(route.scope);
    }
  });

  test('ACC12 rate headers are on every answer, and a refused request says how long to wait', async () => {
    const passed = await open().call(GET_USER, user(USER));
    expect(passed.headers).toMatchObject({
      'ratelimit-limit': '600',
      'ratelimit-remaining': '599',
      'ratelimit-reset': '42',
    });
    const verdict = { ...ALLOWED, allowed: false, remaining: 0 };
    const refused = await open({ verdict }).call(GET_USER, user(USER));
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'request.rate_limited']);
    expect(refused.headers).toMatchObject({ 'retry-after': '42', 'ratelimit-remaining': '0' });
  });

  test('ACC10 a key reaches users by id in its own workspace alone; me needs a user token', async () => {
    const { call } = open();
    expect((await call(GET_USER, user(USER))).json()).toEqual({ workspaceId: WORKSPACE, userId: USER });
    for (const wrong of ['me', 'usr_x', 'W#other', '', `${USER}#M#steps`])
      expect((await call(GET_USER, user(wrong))).json().code).toBe('user.not_found');
  });

  test('ACC10 a user token reaches its own user, as me and by id, and nobody else', async () => {
    const { call } = open({ principal: TOKEN });
    for (const own of ['me', USER])
      expect((await call(GET_USER, user(own))).json()).toEqual({ workspaceId: WORKSPACE, userId: USER });
    expect((await call(GET_USER, user(OTHER_USER))).json().code).toBe('user.not_found');
  });

  test.each(['$default', 'GET /v1/nothing', 'POST /v1/api-keys', 'constructor'])(
    'ACC1 %s is 404 here before anybody is asked who calls',
    async (routeKey) => {
      const { call, asked } = open();
      expect((await call(routeKey)).json()).toMatchObject({ status: 404, code: 'request.not_found' });
      expect(asked).toEqual([]);
    },
  );

  test('ACC1 a public operation asks nobody', async () => {
    const { call, asked } = open();
    const answer = await call('GET /docs', { headers: { Authorization: 'Bearer bad' } });
    expect([answer.statusCode, answer.headers['content-type'], asked]).toEqual([200, 'text/html', []]);
  });
});

describe('bodies', () => {
  const post = (body: Buffer, encoding?: string) =>
    open().call('POST /v1/users', {
      body: body.toString('base64'),
      isBase64Encoded: true,
      ...(encoding === undefined ? {} : { headers: { 'Content-Encoding': encoding } }),
    } as Partial<APIGatewayProxyEventV2>);

  test('ING8 plain and compressed bodies arrive as they were', async () => {
    const text = Buffer.from(JSON.stringify({ text: 'é'.repeat(100) }));
    expect((await post(text)).json().bytes).toBe(text.length);
    expect((await post(gzipSync(text), 'GZIP')).json().bytes).toBe(text.length);
    const plain = await open().call('POST /v1/users', { body: text.toString('utf8') });
    expect(plain.json().bytes).toBe(text.length);
  });

  test('ING8 a gzip bomb is 413, names the limit and the upload route', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const answer = await post(bomb, 'gzip');
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'request.too_large']);
    expect(answer.json().detail).toContain(String(MAX_DECODED_BODY_BYTES));
    expect(answer.json().detail).toContain('/health/samples/uploads');
  });

  test('ING8 the limits are exact, on the wire and decoded', async () => {
    expect((await post(Buffer.alloc(MAX_WIRE_BODY_BYTES))).statusCode).toBe(201);
    expect((await post(Buffer.alloc(MAX_WIRE_BODY_BYTES + 1))).json().code).toBe('request.too_large');
    expect((await post(gzipSync(Buffer.alloc(MAX_DECODED_BODY_BYTES)), 'gzip')).statusCode).toBe(201);
    const over = await post(gzipSync(Buffer.alloc(MAX_DECODED_BODY_BYTES + 1)), 'gzip');
    expect(over.json().code).toBe('request.too_large');
  });

  test('ING7 what says gzip and is not, or is cut off, is 400; other encodings are 415', async () => {
    expect((await post(Buffer.from('hello'), 'gzip')).json().code).toBe('request.bad_encoding');
    const cut = gzipSync(Buffer.alloc(9_999)).subarray(0, 20);
    expect((await post(cut, 'gzip')).json().code).toBe('request.bad_encoding');
    expect((await post(Buffer.from('x'), 'br')).json()).toMatchObject({ status: 415 });
    expect((await post(Buffer.from('x'), 'gzip, gzip')).json()).toMatchObject({ status: 415 });
  });

  const patch = (body: string, headers: Record<string, string> = {}) =>
    open().call('PATCH /v1/users/{userId}', { ...user(USER), body, headers });

  test.each([
    ['', 400, 'request.body_required'],
    ['{', 400, 'request.malformed_json'],
    ['{"name": NaN}', 400, 'request.malformed_json'],
    ['[]', 400, 'request.invalid'],
    ['null', 400, 'request.invalid'],
  ])('ING7 the body %j is %i %s', async (body, status, code) => {
    const answer = await patch(body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  test('ING7 bytes that are no UTF-8 are 400', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('base64');
    const answer = await open().call('PATCH /v1/users/{userId}', {
      ...user(USER),
      body,
      isBase64Encoded: true,
    });
    expect(answer.json().code).toBe('request.malformed_json');
  });

  test('ING7 another media type is 415', async () => {
    expect((await patch('{}', { 'Content-Type': 'text/plain' })).statusCode).toBe(415);
    expect(
      (await patch('{"name":"a"}', { 'Content-Type': 'application/json; charset=utf-8' })).statusCode,
    ).toBe(200);
  });

  test('ING7 faults name place, code and rule, and never what was sent', async () => {
    const answer = await patch('{"name": 12345, "age": 9999, "secret-field": "s3cret"}');
    expect(answer.json().errors).toEqual([
      { path: '/name', code: 'invalid_type', message: 'expected string' },
      { path: '/age', code: 'too_big', message: 'at most 150' },
      { path: '', code: 'unrecognized_keys', message: 'has fields that are not documented' },
    ]);
    expect(answer.body).not.toMatch(/12345|9999|s3cret|secret-field/);
  });
});

describe('answers', () => {
  test('P5 every answer carries the security headers and is kept by nobody', async () => {
    for (const routeKey of ['GET /v1/users', '$default']) {
      expect((await open().call(routeKey)).headers).toMatchObject({
        'strict-transport-security': expect.stringContaining('max-age='),
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
  });

  test('ING6 a text is sent byte for byte', async () => {
    expect((await open().call('GET /v1/users')).body).toBe('{"kept":  "byte for byte"}');
  });

  test('OBX3 correlation is taken when it is well formed, and made when it is not', async () => {
    const sent = async (headers: Record<string, string>) =>
      (await open().call('GET /v1/users', { headers })).headers['x-correlation-id'];
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await sent({ 'X-Correlation-Id': 'order-7' })).toBe('order-7');
    expect(await sent({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toBe(trace);
    for (const bad of ['a b', 'a\nb', 'x'.repeat(129), ''])
      expect(await sent({ 'X-Correlation-Id': bad })).toMatch(/^[0-9a-z]{26}$/);
    expect(await sent({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` })).toMatch(/^[0-9a-z]{26}$/);
  });

  test('P5 a fault of ours says nothing about itself outside, and is logged once without its message', async () => {
    const { call, lines } = open({
      operations: {
        listUsers: async () => {
          throw new TypeError('heart rate 61 of usr_7');
        },
      },
    });
    const answer = await call('GET /v1/users');
    expect(answer.json()).toMatchObject({
      status: 500,
      code: 'server.internal',
      requestId: 'JKJaXmPLvHcESHA=',
    });
    expect(answer.body).not.toContain('heart');
    expect(lines.map(({ code }) => code)).toEqual(['HTTP_REQUEST_FAILED', 'HTTP_REQUEST_COMPLETED']);
    expect(lines[0]?.fields).toMatchObject({ errorName: 'TypeError' });
    expect(JSON.stringify(lines)).not.toContain('heart');
  });

  test('P5 a problem of the catalogue keeps its detail, faults and Retry-After', async () => {
    const answer = await open({
      operations: {
        listUsers: async () => {
          throw new AppError('ingest.contention', 'Too many writers.', { retryAfterSec: 2.2 });
        },
      },
    }).call('GET /v1/users');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.json()).toMatchObject({ type: '/docs#ingest.contention', detail: 'Too many writers.' });
  });

  test('P5 one line tells of a request, without credential, path, body or query', async () => {
    const { call, lines } = open();
    await call('PATCH /v1/users/{userId}', {
      ...user(USER),
      body: '{"name":"Ada"}',
      queryStringParameters: { q: 'v' },
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({ operation: 'updateUser', status: 200, principalKind: 'key' });
    expect(JSON.stringify(lines)).not.toMatch(/good|Ada|usr_/);
  });

  test('P7 a large answer is compressed for those who take it', async () => {
    const operations: OperationHandlers = {
      listUsers: async () => ({ status: 200, body: { text: 'a'.repeat(9_000) } }),
    };
    const headers = { 'Accept-Encoding': 'br, gzip;q=0.8' };
    const answer = await open({ operations }).call('GET /v1/users', { headers });
    expect([answer.isBase64Encoded, answer.headers['content-encoding']]).toEqual([true, 'gzip']);
    const plain = gunzipSync(Buffer.from(answer.body ?? '', 'base64')).toString();
    expect(JSON.parse(plain).text).toHaveLength(9_000);
    const refused = await open({ operations }).call('GET /v1/users', {
      headers: { 'Accept-Encoding': 'gzip;q=0' },
    });
    expect(refused.isBase64Encoded).toBeUndefined();
  });
});
