import { Worker } from 'node:worker_threads';
import { findFreePort } from '../processes/free-port.ts';
import type { ServerSettings } from './server-worker.ts';

export interface QueueServer {
  /** SQS and S3 answer on the same address. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** fauxqs in a thread of its own, so that a burst of messages does not hold up the gateway. */
export async function startQueueServer(
  settings: Omit<ServerSettings, 'port'>,
  onGivenUp: (error: Error) => void,
): Promise<QueueServer> {
  const port = await findFreePort();
  const workerData: ServerSettings = { ...settings, port };
  const worker = new Worker(new URL('./server-worker.ts', import.meta.url), { workerData });
  let isStopping = false;
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  worker.on('error', (error) => onGivenUp(new Error('the queue server failed', { cause: error })));
  worker.on('exit', () => {
    if (!isStopping) onGivenUp(new Error('the queue server ended'));
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      isStopping = true;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('stop');
      const timer = setTimeout(() => void worker.terminate(), 1_500);
      await ended;
      clearTimeout(timer);
    },
  };
}
