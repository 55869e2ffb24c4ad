import { fork } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionThreadData } from '../../../../infra/local/functions/invocation.ts';
import { probeFunction } from './probe-function.ts';

/*
 * In the place of the local cloud's function thread: counts, and then runs that. The function that fetches pages has
 * a process of its own, as each has on Lambda, so that its memory is nobody else's.
 */
const data = workerData as FunctionThreadData & { readonly probeLog: string };
if (parentPort === null) throw new Error('this is a thread');

if (data.functionName.endsWith('-fetch-pages')) {
  const child = fork(new URL('./function-process.ts', import.meta.url), {
    execArgv: [],
    serialization: 'advanced',
    env: process.env,
  });
  const loaded = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      parentPort?.postMessage(message);
      if (message === 'loaded') resolve();
    });
  });
  child.once('exit', (code) => process.exit(code ?? 1));
  child.send(data);
  // Before it listens, what it is sent would be lost.
  parentPort.on('message', (message) => void loaded.then(() => child.send(message)));
} else {
  probeFunction({ ...data, port: parentPort, cpu: (since) => process.threadCpuUsage(since) });
  await import('../../../../infra/local/functions/function-thread.ts');
}
