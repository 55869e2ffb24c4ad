import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MAX_REQUESTS_PER_MINUTE } from '../../contracts/limits.ts';
import { callApi, startLocalCloud } from '../support/local-cloud.ts';

export interface BenchCloud {
  readonly apiUrl: string;
  /** Missing with `--no-simulator`. */
  readonly simulatorUrl: string;
  readonly pid: number;
  /** Its rate limit is the highest there is. */
  readonly apiKey: string;
  readonly directory: string;
  /** What the probe wrote, where there is one. */
  readonly probeLog: string;
  /** Over connections that are kept alive. `headers` are further ones. */
  send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ): Promise<BenchAnswer>;
  stop(): Promise<void>;
}

export interface BenchAnswer {
  readonly status: number;
  /** Inflated, where the request allowed gzip. */
  readonly text: string;
  /** Of the body as it was sent. */
  readonly wireBytes: number;
}

export interface BenchCloudOptions {
  /** Of the local cloud, such as `--no-simulator`. */
  readonly args?: readonly string[];
  /** A module that is loaded before it, with the file it writes to as `?log=`: `probe.jsonl` in the folder. */
  readonly probe?: URL;
}

/** The local cloud as `npm start` brings it up, in a temporary folder that goes with it. */
export async function startBenchCloud({ args = [], probe }: BenchCloudOptions = {}): Promise<BenchCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const probeLog = join(directory, 'probe.jsonl');
  const nodeArgs = probe === undefined ? [] : ['--import', `${probe}?log=${encodeURIComponent(probeLog)}`];
  const cloud = await startLocalCloud({ dataDir: directory, args, nodeArgs });
  const made = await callApi<{ key: string }>(cloud, '/v1/api-keys', {
    body: {
      name: 'benchmark',
      mode: 'test',
      scopes: [
        'samples:write',
        'samples:read',
        'users:write',
        'users:read',
        'connections:read',
        'connections:write',
        'sync:read',
        'sync:write',
      ],
      requestsPerMinute: MAX_REQUESTS_PER_MINUTE,
    },
  });
  if (made.status !== 201) throw new Error(`no key for the benchmark: ${made.text}`);
  const apiKey = made.body.key;
  const agent = new Agent({ keepAlive: true });
  return {
    apiUrl: cloud.apiUrl,
    simulatorUrl: cloud.simulatorUrl,
    pid: cloud.pid,
    apiKey,
    directory,
    probeLog,
    send: (method, path, body, headers = {}) =>
      send(agent, { apiUrl: cloud.apiUrl, apiKey }, { method, path, body, headers }),
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
  call: {
    readonly method: string;
    readonly path: string;
    readonly body: string | Buffer | undefined;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<BenchAnswer> {
  const { method, path, body } = call;
  const content =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const headers = { authorization: `Bearer ${access.apiKey}`, ...content, ...call.headers };
  return new Promise((resolve, reject) => {
    const sent = request(`${access.apiUrl}${path}`, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const packed = Buffer.concat(chunks);
        const isPacked = response.headers['content-encoding'] === 'gzip';
        const text = (isPacked ? gunzipSync(packed) : packed).toString();
        resolve({ status: response.statusCode ?? 0, text, wireBytes: packed.length });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
