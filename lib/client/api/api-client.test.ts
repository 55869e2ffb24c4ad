import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { apiSource, type OpenApiDocument, operationsOf, typeText } from '../package/api-types.ts';
import { type ApiClient, createApiClient, type OperationName } from './api-client.ts';
import { OPERATIONS } from './operations.ts';

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../contracts/published/openapi.json'), 'utf8'),
) as OpenApiDocument;

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function answering(respond: () => Response | Error) {
  const sent: Sent[] = [];
  const client = createApiClient({
    baseUrl: 'https://api.example.com/',
    authorization: async () => 'Bearer token',
    fetch: async (url, init) => {
      sent.push({ url, ...init });
      const answer = respond();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { client, sent };
}
const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init });

test('CLI55 the types and routes are those of the published document: node lib/client/package/write-api.ts', () => {
  const written = readFileSync(join(import.meta.dirname, 'operations.ts'), 'utf8');
  expect(written === apiSource(document)).toBe(true);
});

test('CLI55 every operation of the document has a method, and every method an operation', () => {
  const ids = operationsOf(document).map(({ operationId }) => operationId);
  expect(ids.length).toBeGreaterThan(45);
  expect(new Set(ids).size).toBe(ids.length);
  const { client } = answering(() => json({}));
  expect(Object.keys(client).sort()).toEqual([...ids].sort());
});

test('CLI55 every operation is sent by its method to its path, with all of its parameters', async () => {
  const { client, sent } = answering(() => json({}));
  for (const operation of operationsOf(document)) {
    const parameters = operation.parameters ?? [];
    const of = (place: string) =>
      Object.fromEntries(
        parameters.filter((one) => one.in === place).map(({ name }) => [name, `${name} of ${place}/é`]),
      );
    const hasBody = operation.requestBody !== undefined;
    const input = {
      path: of('path'),
      query: of('query'),
      headers: of('header'),
      ...(hasBody ? { body: { a: 1 } } : {}),
    };
    const method = client[operation.operationId as OperationName] as (given: object) => Promise<unknown>;
    await method(input);
    const last = sent.at(-1);
    const url = new URL(last?.url ?? '');
    expect(last?.method, operation.operationId).toBe(operation.method);
    const path = operation.path.replace(/\{(\w+)\}/g, (_match, name) =>
      encodeURIComponent(`${name} of path/é`),
    );
    expect(url.pathname).toBe(path);
    expect(Object.fromEntries(url.searchParams)).toEqual(of('query'));
    expect(last?.headers).toMatchObject({ ...of('header'), authorization: 'Bearer token' });
    expect(last?.body).toBe(hasBody ? '{"a":1}' : undefined);
    expect(operation.path.split('{').length - 1).toBe(Object.keys(of('path')).length);
  }
  expect(sent).toHaveLength(Object.keys(OPERATIONS).length);
});

test('CLI55 an answer has its status, its headers and a body of its type', async () => {
  const found = { id: 'usr_1', externalId: 'runner-7' };
  const made = await answering(() => json(found, { status: 201 })).client.createUser({
    body: { externalId: 'runner-7' },
  });
  expect(made).toMatchObject({ status: 201, body: found });
  expectTypeOf(made.status).toEqualTypeOf<200 | 201>();
  expectTypeOf(made.body.externalId).toBeString();

  const unchanged = await answering(() => new Response(null, { status: 304 })).client.listMetrics({
    path: { userId: 'me' },
    headers: { 'if-none-match': '"7"' },
  });
  expect(unchanged).toMatchObject({ status: 304, body: undefined });
  if (unchanged.status === 200)
    expectTypeOf(unchanged.body.metrics[0]?.metric).toEqualTypeOf<string | undefined>();
  else expectTypeOf(unchanged.body).toBeUndefined();

  const page = new Response('<html>', { headers: { 'content-type': 'text/html' } });
  expect(await answering(() => page).client.readDocs()).toMatchObject({ body: '<html>' });
});

test('CLI55 what is not of the operation does not compile', () => {
  const use = (client: ApiClient) => {
    // @ts-expect-error a path parameter is missing
    void client.getUser({});
    // @ts-expect-error a required query parameter is missing
    void client.listRollups({ path: { userId: 'me' }, query: { metric: 'steps' } });
    const days = { metric: 'a', from: 'b', to: 'c' };
    // @ts-expect-error not one of the periods
    void client.listRollups({ path: { userId: 'me' }, query: { ...days, period: 'x' } });
    // @ts-expect-error no such field
    void client.createUser({ body: { externalId: 'a', shoeSize: 44 } });
    // @ts-expect-error no such operation
    void client.noSuchOperation;
  };
  expectTypeOf(use).toBeFunction();
});

test('CLI55 problems are typed errors, other answers too, and no answer is a NetworkError', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Too many requests',
    status: 429,
    code: 'request.rate_limited',
  };
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' };
  const limited = answering(() => json(problem, { status: 429, headers })).client.listUsers();
  await expect(limited).rejects.toMatchObject({
    name: 'ApiError',
    code: 'request.rate_limited',
    status: 429,
    retryable: true,
    retryAfterMs: 7_000,
    problem,
  });
  const proxy = answering(() => new Response('<html>', { status: 502, headers: { 'retry-after': 'soon' } }));
  await expect(proxy.client.listUsers()).rejects.toMatchObject({
    code: 'http.502',
    retryAfterMs: undefined,
    problem: undefined,
  });
  const forbidden = answering(() => json({ ...problem, code: 'auth.forbidden' }, { status: 403 }));
  await expect(forbidden.client.listUsers()).rejects.toMatchObject({ retryable: false });
  const offline = answering(() => new TypeError('fetch failed')).client.listUsers();
  await expect(offline).rejects.toMatchObject({ name: 'NetworkError' });
});

test('CLI55 a path parameter stays one segment, and an undefined query is none', async () => {
  const { client, sent } = answering(() => json({}));
  await client.getUser({ path: { userId: '../users?x#y' } });
  await client.listUsers({ query: { limit: 5, cursor: undefined } });
  expect(sent.map(({ url }) => url)).toEqual([
    'https://api.example.com/v1/users/..%2Fusers%3Fx%23y',
    'https://api.example.com/v1/users?limit=5',
  ]);
  for (const userId of ['', '.', '..']) {
    await expect(client.getUser({ path: { userId } })).rejects.toThrow('userId cannot be in a path');
  }
});

test('CLI55 schemas are said in TypeScript, and what cannot be is said loudly', () => {
  expect(typeText({ type: ['string', 'null'] })).toBe('(string | null)');
  expect(typeText({ type: 'array', items: { anyOf: [{ const: 1 }, { enum: ['a', 'b'] }] } })).toBe(
    'readonly ((1 | "a" | "b"))[]',
  );
  expect(typeText({ allOf: [{ $ref: '#/components/schemas/A' }, { type: 'object' }] })).toBe(
    "(Schemas['A'] & Readonly<Record<string, unknown>>)",
  );
  expect(typeText({ type: 'object', properties: { 'a-b': {} }, required: ['a-b'] })).toBe(
    "{ readonly 'a-b': unknown }",
  );
  expect(() => typeText({ type: 'tuple' })).toThrow('tuple');
});
