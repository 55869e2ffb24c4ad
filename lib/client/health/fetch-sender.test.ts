import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createFetchSender } from './fetch-sender.ts';
import { createGzip } from './gzip.ts';
import { readUploadAnswer } from './read-upload-answer.ts';

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

function sender(gzip?: (text: string) => Promise<Uint8Array>) {
  const sent: Sent[] = [];
  const send = createFetchSender({
    baseUrl: 'http://127.0.0.1:1/',
    userId: 'usr_1',
    authorization: async () => 'Bearer t',
    fetch: async (url, { headers, body }) => {
      sent.push({ url, headers, body });
      return new Response('{}', { status: 200, headers: { 'Retry-After': '3' } });
    },
    ...(gzip === undefined ? {} : { gzip }),
  });
  return { send, sent };
}

test('CLI53 a body of 1 KB and more goes gzipped, where there is a gzip, and unzips to the very text', async () => {
  const { send, sent } = sender(createGzip(CompressionStream));
  const text = JSON.stringify({
    name: 'Zoë',
    list: Array.from({ length: 5_000 }, (_unused, index) => index),
  });
  expect(await send(text)).toEqual({
    status: 200,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'retry-after': '3' },
    body: '{}',
  });
  await send('{"small":true}');
  expect(sent[0]?.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(sent[0]?.body ?? '').toString()).toBe(text);
  expect(sent[0]?.body.length).toBeLessThan(text.length);
  expect(sent[1]?.headers).toEqual({ authorization: 'Bearer t', 'content-type': 'application/json' });
  expect(sent[1]).toMatchObject({
    url: 'http://127.0.0.1:1/v1/users/usr_1/health/samples/batch-upsert',
    body: '{"small":true}',
  });
  const plain = sender();
  await plain.send(text);
  expect(plain.sent[0]?.body).toBe(text);
});

test('CLI53 every answer is taken, queued, later, never this one, or none at all', () => {
  const kindOf = (status: number, body: string, headers = {}) => readUploadAnswer({ status, headers, body });
  expect(kindOf(207, '{"refused":[{"index":0,"reason":"bad_time","message":"m"}]}')).toMatchObject({
    kind: 'taken',
    refused: [{ index: 0 }],
  });
  expect(kindOf(200, '<html>')).toEqual({ kind: 'retry', code: 'http.200', retryAfterMs: undefined });
  expect(kindOf(202, '[]')).toEqual({ kind: 'queued', retryAfterMs: 0 });
  expect(kindOf(429, 'null', { 'retry-after': '7' })).toMatchObject({ kind: 'retry', retryAfterMs: 7_000 });
  expect(kindOf(500, '', { 'retry-after': 'soon' })).toMatchObject({
    kind: 'retry',
    retryAfterMs: undefined,
  });
  expect(kindOf(401, '{"code":"auth.expired"}')).toEqual({ kind: 'stop', code: 'auth.expired' });
  expect(kindOf(413, '{"code":"request.too_large"}')).toEqual({ kind: 'park', code: 'request.too_large' });
  expect(kindOf(408, '{}')).toMatchObject({ kind: 'retry' });
});
