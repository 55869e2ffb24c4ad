import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProviderRequest } from '../../providers/http.ts';
import { ProviderFault } from '../../providers/model.ts';
import { createAppHttp, createRawHttp } from './provider-http.ts';

let seen: { readonly request: IncomingMessage; readonly body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let base: string;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ request, body });
  answer(request, response);
});

beforeEach(async () => {
  seen = [];
  answer = (_, response) => response.end('{"ok":true}');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  base = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const raw = createRawHttp({ timeoutMs: 400, maxAnswerBytes: 2_000 });
const send = (request: Partial<ProviderRequest>, origin = `${base}/v2`) =>
  createAppHttp(
    raw,
    { name: 'sample', origins: { api: 'https://api.sample.test' } },
    { origins: { api: origin } },
  ).send({
    origin: 'api',
    path: '/things',
    ...request,
  });
const faultOf = (work: Promise<unknown>): Promise<ProviderFault> =>
  work.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => {
      if (error instanceof ProviderFault) return error;
      throw error;
    },
  );

test('CON16 a request goes to the configured origin with its query, headers and body', async () => {
  const reply = await send({ query: { from: 5, to: undefined, text: 'a b&c' }, headers: { 'x-own': '1' } });
  expect([reply.status, Buffer.from(reply.body).toString()]).toEqual([200, '{"ok":true}']);
  await send({ form: { grant_type: 'x', empty: '' } });
  await send({ json: { a: [1] }, method: 'PUT' });
  expect(
    seen.map(({ request, body }) => [request.method, request.url, request.headers['content-type'], body]),
  ).toEqual([
    ['GET', '/v2/things?from=5&text=a+b%26c', undefined, ''],
    ['POST', '/v2/things', 'application/x-www-form-urlencoded', 'grant_type=x&empty='],
    ['PUT', '/v2/things', 'application/json', '{"a":[1]}'],
  ]);
  expect(seen[0]?.request.headers).toMatchObject({ 'x-own': '1', 'user-agent': 'headwater' });
});

test('CON16 any status is an answer, header names are in lower case, and a redirect is not followed', async () => {
  answer = (_, response) => {
    response.writeHead(302, { Location: `${base}/elsewhere`, 'X-Rate': '7' });
    response.end();
  };
  const reply = await send({});
  expect([reply.status, reply.headers['location'], reply.headers['x-rate']]).toEqual([
    302,
    `${base}/elsewhere`,
    '7',
  ]);
  expect(seen).toHaveLength(1);
});

test.each([
  '/../admin',
  '/..%2f..//../x',
  '//evil.example/x',
  'things',
  '/\\evil.example/x',
  '@evil.example/',
])('CON16 the path %s leads nowhere but below the origin', async (path) => {
  const outcome = await send({ path }).catch((error: unknown) => error);
  if (outcome instanceof ProviderFault)
    expect([outcome.kind, outcome.reason]).toEqual(['rejected', 'address_outside']);
  for (const { request } of seen) expect(request.url).toMatch(/^\/v2\//);
});

test('CON16 an answer that takes too long, breaks off or is too large is an outage', async () => {
  answer = () => undefined;
  expect(await faultOf(send({}))).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    response.destroy();
  };
  expect(await faultOf(send({}))).toMatchObject({ kind: 'unavailable', reason: 'no_answer' });
  answer = (_, response) => {
    response.writeHead(200);
    response.write('slow');
  };
  expect(await faultOf(send({}))).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
  answer = (_, response) => response.end('x'.repeat(2_001));
  expect(await faultOf(send({}))).toMatchObject({ kind: 'unavailable', reason: 'answer_too_large' });
  answer = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync('x'.repeat(1_000_000)));
  };
  expect(await faultOf(send({}))).toMatchObject({ kind: 'unavailable', reason: 'answer_too_large' });
});

test('CON16 a host that is not there is an outage, and its fault names neither address nor secret', async () => {
  const request = { path: '/secret-path', headers: { authorization: 'Bearer secret-token' } };
  const fault = await faultOf(send(request, 'http://127.0.0.1:1'));
  expect(fault).toMatchObject({ kind: 'unavailable', reason: 'no_answer' });
  expect(fault.cause).toBeUndefined();
  expect(`${fault.message} ${fault.stack}`).not.toMatch(/secret|127\.0\.0\.1:1\b/);
});
