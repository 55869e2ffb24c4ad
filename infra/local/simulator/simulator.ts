import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Layout, writePrivateFile } from '../data-directory/layout.ts';
import { findFreePort } from '../processes/free-port.ts';
import { endGuarded, endOrphanOf, spawnGuarded } from '../processes/guarded.ts';

export interface Simulator {
  readonly url: string;
  /** The provider applications as JSON: what the secret of the template holds on AWS. */
  apps(): Promise<string>;
  /**
   * Tells the clouds where pushes go, upon which they do their handshakes; resolves with the clouds that
   * could not, and why.
   */
  announce(apiUrl: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../providers/main.ts', import.meta.url));
const ANSWER_LIMIT_MS = 20_000;
const HANDSHAKE_COUNT = 3;
const MAX_PORT = 65_535;
const Webhooks = z.record(z.string(), z.string());

/**
 * The provider simulator as a child under a guardian. One that a killed start left behind is ended first. What the
 * clouds know of applications, consents and people is in a file of the data directory, and they keep their address,
 * where nobody else has taken it: a restart is none of theirs.
 */
export async function startSimulator(layout: Layout, onEnded: (error: Error) => void): Promise<Simulator> {
  const lastPort = readPort(layout);
  if (lastPort !== undefined) await endOrphanOf(layout.simulatorProcess, [`${PROGRAM} --port ${lastPort}`]);
  const port = String(await findFreePort(lastPort));
  writePrivateFile(layout.simulatorPort, port);
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(layout.logs, 'provider-simulator.log');
  const child = spawnGuarded({
    processFile: layout.simulatorProcess,
    logFile,
    program: process.execPath,
    programArguments: [PROGRAM, '--port', port, '--state', layout.simulatorState, '--guarded'],
  });
  let isStopping = false;
  const stop = (): Promise<void> => {
    isStopping = true;
    return endGuarded(child);
  };
  await untilAnswering(url, () => child.exitCode !== null).catch(async (cause: unknown) => {
    await stop();
    throw new Error(`the provider simulator did not start: see ${logFile}`, { cause });
  });
  child.once('exit', () => {
    if (!isStopping) onEnded(new Error(`the provider simulator ended: see ${logFile}`));
  });
  return {
    url,
    apps: async () => JSON.stringify(await call(`${url}/apps`)),
    announce: (apiUrl) => announce(url, apiUrl),
    stop,
  };
}

/** Where the clouds of the last start answered. */
function readPort(layout: Layout): number | undefined {
  if (!existsSync(layout.simulatorPort)) return undefined;
  const port = Number(readFileSync(layout.simulatorPort, 'utf8'));
  return Number.isInteger(port) && port > 0 && port <= MAX_PORT ? port : undefined;
}

/** The clouds wait a moment for each answer, and the first comes from a function that is still loading. */
async function announce(url: string, baseUrl: string): Promise<readonly string[]> {
  let failed: readonly (readonly [string, string])[] = [];
  for (let attempt = 1; attempt <= HANDSHAKE_COUNT; attempt += 1) {
    const only = attempt === 1 ? {} : { only: failed.map(([provider]) => provider) };
    const answered = await call(`${url}/control/webhooks`, { baseUrl, ...only });
    failed = Object.entries(Webhooks.parse(answered)).filter(([, state]) => state !== 'active');
    if (failed.length === 0) break;
  }
  return failed.map(([provider, state]) => `${provider} ${state}`);
}

/** GET, or PUT where there is a body. */
async function call(url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    ...(body === undefined
      ? {}
      : { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

async function untilAnswering(url: string, hasEnded: () => boolean): Promise<void> {
  const untilMs = performance.now() + ANSWER_LIMIT_MS;
  while (performance.now() < untilMs && !hasEnded()) {
    try {
      await call(`${url}/apps`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(hasEnded() ? 'it ended' : `no answer in ${ANSWER_LIMIT_MS} ms`);
}
