import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_REQUESTS_PER_MINUTE } from '../../contracts/limits.ts';
import { callApi, startLocalCloud } from '../support/local-cloud.ts';

export interface BenchCloud {
  readonly apiUrl: string;
  /** Its rate limit is the highest there is. */
  readonly apiKey: string;
  readonly directory: string;
  /** Over connections that are kept alive. */
  send(method: string, path: string, body?: string | Buffer): Promise<BenchAnswer>;
  stop(): Promise<void>;
}

export interface BenchAnswer {
  readonly status: number;
  readonly text: string;
}

/** The local cloud as `npm start` brings it up, in a temporary folder that goes with it. */
export async function startBenchCloud(): Promise<BenchCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const cloud = await startLocalCloud({ dataDir: directory });
  const made = await callApi<{ key: string }>(cloud, '/v1/api-keys', {
    body: {
      name: 'benchmark',
      mode: 'test',
      scopes: ['samples:write', 'samples:read', 'users:write', 'users:read'],
      requestsPerMinute: MAX_REQUESTS_PER_MINUTE,
    },
  });
  if (made.status !== 201) throw new Error(`no key for the benchmark: ${made.text}`);
  const apiKey = made.body.key;
  const agent = new Agent({ keepAlive: true });
  return {
    apiUrl: cloud.apiUrl,
    apiKey,
    directory,
    send: (method, path, body) => send(agent, { apiUrl: cloud.apiUrl, apiKey }, { method, path, body }),
    stop: async () => {
      agent.destroy();
      await cloud.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function send(
  agent: Agent,
  access: { readonly apiUrl: string; readonly apiKey: string },
  call: { readonly method: string; readonly path: string; readonly body: string | Buffer | undefined },
): Promise<BenchAnswer> {
  const { method, path, body } = call;
  const content =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const headers = { authorization: `Bearer ${access.apiKey}`, ...content };
  return new Promise((resolve, reject) => {
    const sent = request(`${access.apiUrl}${path}`, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
