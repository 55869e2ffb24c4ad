import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface LocalCloudAccess {
  readonly apiUrl: string;
  /** Where the simulated provider clouds answer; missing with `--no-simulator`. */
  readonly simulatorUrl: string;
  readonly workspaceId: string;
  readonly apiKey: string;
  readonly userToken: string;
  readonly userId: string;
  readonly pid: number;
}

export interface RunningCloud extends LocalCloudAccess {
  /** What it printed so far. */
  output(): string;
  /** SIGTERM; resolves with the exit code once it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL to the whole process group, as when a machine loses power. */
  killGroup(): Promise<void>;
}

export interface CloudOptions {
  readonly dataDir: string;
  readonly faults?: number;
  readonly args?: readonly string[];
  /** Of Node itself, before the program. */
  readonly nodeArgs?: readonly string[];
}

const READY_TIMEOUT_MS = 120_000;

/** Starts `npm start` as a person would, on a free port, and resolves when it prints `ready`. */
export async function startLocalCloud(options: CloudOptions): Promise<RunningCloud> {
  const { dataDir, faults, args = [], nodeArgs = [] } = options;
  const faultArgs = faults === undefined ? [] : ['--faults', String(faults)];
  const child = spawn(
    process.execPath,
    [...nodeArgs, 'infra/local/main.ts', '--port', '0', '--data-dir', dataDir, ...faultArgs, ...args],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await waitForReady(child, lines);
  const access = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')) as LocalCloudAccess;
  return {
    ...access,
    output: () => lines.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      signalGroup(child, 'SIGKILL');
      return code;
    },
    async killGroup() {
      signalGroup(child, 'SIGKILL');
      await exited;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was asked for.
  }
}

function waitForReady(child: ChildProcess, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`not ready in ${READY_TIMEOUT_MS} ms`), READY_TIMEOUT_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      signalGroup(child, 'SIGKILL');
      reject(new Error(`the local cloud did not start: ${reason}\n${lines.join('\n')}`));
    };
    const onExit = (code: number | null) => fail(`exit ${code}`);
    child.once('exit', onExit);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (!line.startsWith('ready')) return;
        clearTimeout(timer);
        child.off('exit', onExit);
        resolve();
      });
    }
  });
}

export interface ApiAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** Calls the public API with the admin key, or with what `init.headers` says. */
export async function callApi<Body = Record<string, unknown>>(
  cloud: LocalCloudAccess,
  path: string,
  init: {
    readonly method?: string;
    readonly body?: unknown;
    readonly raw?: string | Uint8Array;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<ApiAnswer<Body>> {
  const payload = init.raw ?? (init.body === undefined ? undefined : JSON.stringify(init.body));
  const response = await fetch(`${cloud.apiUrl}${path}`, {
    method: init.method ?? (payload === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${cloud.apiKey}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...init.headers,
    },
    ...(payload === undefined ? {} : { body: payload as string }),
  });
  const text = await response.text();
  let body = {} as Body;
  try {
    body = JSON.parse(text) as Body;
  } catch {
    // Not every answer is JSON; the test looks at `text` then.
  }
  return { status: response.status, headers: response.headers, text, body };
}
