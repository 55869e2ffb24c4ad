import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import { createHeadwaterApi } from './headwater-api.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** Answers the given replies in turn, and records what was waited and asked. */
async function serve(
  replies: readonly { status: number; body: unknown; headers?: Record<string, string> }[],
) {
  const asked: { url: string; body: unknown }[] = [];
  const slept: number[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body: JSON.parse(text) });
      const reply = replies[asked.length - 1] ?? { status: 500, body: {} };
      response.writeHead(reply.status, reply.headers).end(JSON.stringify(reply.body));
    });
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const api = createHeadwaterApi({
    apiUrl: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    apiKey: 'k',
    fetch,
    clock: {
      now: () => 0 as EpochMs,
      sleep: async (ms) => {
        slept.push(ms);
      },
    },
    randomness: { bytes: (count) => new Uint8Array(count).fill(128) },
  });
  return { api, asked, slept };
}

const counts = { accepted: 1, updated: 0, duplicate: 0, superseded: 0, deleted: 0, notFound: 0, refused: 0 };
const done = { status: 200, body: { requestId: 'r', seq: 1, counts, refused: [] } };
const batch = { owner: '', index: 0, sources: { s0: { provider: 'fitbit' } }, samples: [{ source: 's0' }] };

describe('HeadwaterApi', () => {
  test('a queued batch is asked for again with the same request id until it is answered', async () => {
    const queued = { status: 202, body: { requestId: 'r', status: 'queued', retryAfterMs: 700 } };
    const { api, asked, slept } = await serve([queued, queued, done]);
    expect(await api.upload('usr_1', 'r', batch)).toEqual({ counts, refused: [] });
    expect(asked.map(({ body }) => (body as { requestId: string }).requestId)).toEqual(['r', 'r', 'r']);
    expect(slept).toEqual([700, 700]);
  });

  test('an outage is waited out, and the server’s Retry-After goes first', async () => {
    const { api, slept } = await serve([
      { status: 503, body: { code: 'server.unavailable' }, headers: { 'retry-after': '3' } },
      { status: 500, body: {} },
      done,
    ]);
    await api.upload('usr_1', 'r', batch);
    expect(slept).toEqual([3_000, 200]);
  });

  test('what a repeat cannot mend is thrown at once with its code', async () => {
    const { api, asked } = await serve([
      { status: 422, body: { code: 'ingest.payload_conflict', detail: 'other payload' } },
    ]);
    await expect(api.upload('usr_1', 'r', batch)).rejects.toThrow(
      '422 ingest.payload_conflict: other payload',
    );
    expect(asked).toHaveLength(1);
  });

  test('a server that never answers well is given up after ten attempts', async () => {
    const { api, asked } = await serve([]);
    await expect(api.ensureUser('a', undefined)).rejects.toThrow('10 attempts');
    expect(asked).toHaveLength(10);
  });
});
