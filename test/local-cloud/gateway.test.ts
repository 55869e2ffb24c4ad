import { request } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, expect, test } from 'vitest';
import { createFlowLog } from '../../infra/local/flow/flow-log.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';
import { type Gateway, openGateway } from '../../infra/local/gateway/server.ts';

const answered = (body: object): InvocationResult => ({
  ok: true,
  requestId: 'r',
  payload: JSON.stringify(body),
});
let gateway: Gateway;
let events: APIGatewayProxyEventV2[] = [];
afterEach(() => gateway.stop());

async function open(result: InvocationResult = answered({ statusCode: 200, body: 'ok' })) {
  events = [];
  gateway = await openGateway(0);
  gateway.serve({
    routes: [
      { routeKey: 'GET /v1/users', functionName: 'users' },
      { routeKey: 'GET /v1/users/{userId}', functionName: 'user' },
      { routeKey: 'POST /v1/users/{userId}/batch-upsert', functionName: 'ingest' },
      { routeKey: 'GET /v1/users/{userId}/{entityType}', functionName: 'entities' },
      { routeKey: 'POST /v1/users/{userId}/{entityType}', functionName: 'entities' },
      { routeKey: 'GET /v1/users/{userId}/privacy', functionName: 'privacy' },
      { routeKey: 'GET /v1/users/{userId}/{entityType}/{entityId}', functionName: 'entity' },
      { routeKey: 'GET /v1/users/{userId}/connections/{connectionId}', functionName: 'connection' },
      { routeKey: 'HEAD /v1/inbound/{provider}', functionName: 'push' },
      { routeKey: 'GET /v1/inbound/{provider}', functionName: 'push' },
      { routeKey: 'POST /v1/inbound/{provider}', functionName: 'push' },
      { routeKey: '$default', functionName: 'fallback' },
    ],
    cors: {
      AllowOrigins: ['http://app.test'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['authorization'],
      ExposeHeaders: ['retry-after'],
      AllowCredentials: false,
      MaxAge: 60,
    },
    invokeOf: (functionName) => async (event) => {
      events.push({ ...(event as APIGatewayProxyEventV2), stageVariables: { functionName } });
      return result;
    },
    flow: createFlowLog(),
    extra: async () => false,
  });
  return gateway.url;
}

const calledFunction = () => events[0]?.stageVariables?.['functionName'];

test('a request becomes a payload 2.0 event of the most specific route', async () => {
  const url = await open();
  const response = await fetch(`${url}/v1/users/a%20b?x=1&x=2&y=%C3%A4`, {
    headers: { 'X-Trace': 'T', cookie: 'a=1; b=2' },
  });
  expect(response.status).toBe(200);
  expect(calledFunction()).toBe('user');
  expect(events[0]).toMatchObject({
    version: '2.0',
    routeKey: 'GET /v1/users/{userId}',
    rawPath: '/v1/users/a%20b',
    rawQueryString: 'x=1&x=2&y=%C3%A4',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { x: '1,2', y: 'ä' },
    pathParameters: { userId: 'a b' },
    isBase64Encoded: false,
    requestContext: {
      routeKey: 'GET /v1/users/{userId}',
      stage: '$default',
      http: { method: 'GET', path: '/v1/users/a%20b' },
    },
  });
  expect(events[0]?.headers['x-trace']).toBe('T');
  expect(events[0]?.headers['cookie']).toBeUndefined();
});

test.each([
  ['GET', '/v1/users', 'users'],
  ['GET', '/v1/users/', 'fallback'],
  ['GET', '/nowhere', 'fallback'],
  ['DELETE', '/v1/users', 'fallback'],
  // What is written out wins over a parameter, of the same method.
  ['GET', '/v1/users/me/privacy', 'privacy'],
  ['GET', '/v1/users/me/goals', 'entities'],
  ['POST', '/v1/users/me/batch-upsert', 'ingest'],
  ['POST', '/v1/users/me/privacy', 'entities'],
  ['GET', '/v1/users/me/connections/1', 'connection'],
  ['GET', '/v1/users/me/goals/1', 'entity'],
])('%s %s goes to %s', async (method, path, expected) => {
  const url = await open();
  await fetch(url + path, { method });
  expect(calledFunction()).toBe(expected);
});

test('JSON travels as text, a compressed body as base64', async () => {
  const url = await open();
  const path = `${url}/v1/users/me/batch-upsert`;
  await fetch(path, { method: 'POST', body: '{"a":"ä"}', headers: { 'content-type': 'application/json' } });
  expect([events[0]?.body, events[0]?.isBase64Encoded]).toEqual(['{"a":"ä"}', false]);
  const packed = Buffer.from([0x1f, 0x8b, 0x00, 0xff]);
  await fetch(path, {
    method: 'POST',
    body: packed,
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });
  expect([events[1]?.body, events[1]?.isBase64Encoded]).toEqual([packed.toString('base64'), true]);
});

test('answers of a function keep status, headers, cookies and bytes', async () => {
  const body = Buffer.from([0, 1, 255]).toString('base64');
  const url = await open(
    answered({
      statusCode: 207,
      headers: { 'X-A': 'b' },
      cookies: ['c=1', 'd=2'],
      body,
      isBase64Encoded: true,
    }),
  );
  const response = await fetch(`${url}/v1/users`);
  expect(response.status).toBe(207);
  expect(response.headers.get('x-a')).toBe('b');
  expect(response.headers.getSetCookie()).toEqual(['c=1', 'd=2']);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 255]);
});

test.each([
  [
    'a function that failed',
    { ok: false, requestId: 'r', error: { errorType: 'E', errorMessage: 'secret', trace: [] } } as const,
  ],
  ['a status that is none', answered({ statusCode: 'x' })],
])('%s is 500 in the words of the gateway', async (_name, result) => {
  const url = await open(result);
  const response = await fetch(`${url}/v1/users`);
  expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
});

test('an answer that is no proxy response is sent as JSON with 200', async () => {
  const url = await open(answered({ hello: 1 }));
  const response = await fetch(`${url}/v1/users`);
  expect([response.status, await response.json()]).toEqual([200, { hello: 1 }]);
});

test('a body above 10 MB is refused before any function sees it', async () => {
  const url = await open();
  const response = await fetch(`${url}/v1/users/me/batch-upsert`, {
    method: 'POST',
    body: Buffer.alloc(10 * 1_024 * 1_024 + 1),
  });
  expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  expect(events).toEqual([]);
});

test('an answer that cannot be read is 500, and the gateway stays', async () => {
  const url = await open({ ok: true, requestId: 'r', payload: 'not JSON' });
  expect((await fetch(`${url}/v1/users`)).status).toBe(500);
  expect((await fetch(`${url}/v1/users`)).status).toBe(500);
});

test('a path that cannot be decoded is 400', async () => {
  const url = new URL(await open());
  const status = await new Promise((resolve) => {
    request({ port: url.port, host: url.hostname, path: '/v1/users/%zz' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(400);
});

test('CORS answers an allowed origin and says nothing to another', async () => {
  const url = await open();
  const preflight = (origin: string) =>
    fetch(`${url}/v1/users`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
  const allowed = await preflight('http://app.test');
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://app.test');
  expect(allowed.headers.get('access-control-max-age')).toBe('60');
  expect((await preflight('http://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
  expect(events).toEqual([]);
  const plain = await fetch(`${url}/v1/users`, { headers: { origin: 'http://app.test' } });
  expect(plain.headers.get('access-control-expose-headers')).toBe('retry-after');
});

test('a port that is taken is told in a sentence', async () => {
  const url = await open();
  await expect(openGateway(Number(new URL(url).port))).rejects.toThrow(/port \d+ is taken/);
});

test('before it serves, the gateway holds its port and turns everything away', async () => {
  gateway = await openGateway(0);
  const early = await fetch(`${gateway.url}/v1/users`, { method: 'POST', body: 'x' });
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
});

test('HEAD and GET of one path are routes of their own, and HEAD is answered without a body', async () => {
  const url = await open();
  const head = await fetch(`${url}/v1/inbound/withings`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect([calledFunction(), events[0]?.requestContext.http.method]).toEqual(['push', 'HEAD']);
  await fetch(`${url}/v1/inbound/withings`);
  expect(events[1]?.stageVariables).toEqual({ functionName: 'push' });
});

test.each([
  ['application/json; charset=utf-8', '{ "a":1.0,\n\t"b":"\\u00e9 é 🚴" }\r\n', false],
  ['application/x-www-form-urlencoded', 'userid=1&appli=4&date=%32', false],
  ['application/octet-stream', '\u0000\u0001\n', true],
])('a signed body of type %s reaches the function byte by byte', async (type, text, isBase64) => {
  const url = await open();
  await fetch(`${url}/v1/inbound/oura`, { method: 'POST', body: text, headers: { 'content-type': type } });
  const [event] = events;
  expect(event?.isBase64Encoded).toBe(isBase64);
  expect(Buffer.from(event?.body ?? '', isBase64 ? 'base64' : 'utf8')).toEqual(Buffer.from(text));
});
