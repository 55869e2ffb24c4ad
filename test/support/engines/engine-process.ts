import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A child of this test file on a free port of 127.0.0.1; `stop` ends it by its own process id. */
export interface EngineProcess {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 3_000;
const POLL_MS = 40;
const START_ATTEMPTS = 3;

/**
 * Starts `command` with the arguments for a free port and waits until it answers HTTP. Neither engine can
 * name a port that it chose itself, so a port that somebody took in between costs another attempt.
 */
export async function startEngineProcess(
  command: string,
  argumentsFor: (port: number) => readonly string[],
  cwd: string,
): Promise<EngineProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(command, argumentsFor(port), { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    const endpoint = `http://127.0.0.1:${port}`;
    const failure = await waitUntilReady(child, endpoint);
    if (failure === undefined) return { endpoint, stop: () => stopChild(child) };
    await stopChild(child);
    if (attempt === START_ATTEMPTS) throw new Error(`${command} did not start: ${failure}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}

/** Undefined when it answers; else why not. Kills the child when this process ends without `stop`. */
async function waitUntilReady(child: ChildProcess, endpoint: string): Promise<string | undefined> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2_000);
  });
  let spawnFailure: string | undefined;
  child.once('error', (error) => {
    spawnFailure = error.message;
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  for (const deadlineMs = Date.now() + READY_LIMIT_MS; Date.now() < deadlineMs; ) {
    if (spawnFailure !== undefined || child.exitCode !== null) return spawnFailure ?? stderr;
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return undefined;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return `no answer in ${READY_LIMIT_MS} ms; ${stderr}`;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await gone;
  clearTimeout(force);
}
