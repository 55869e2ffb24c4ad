import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import type { FunctionThreadData } from '../../../../infra/local/functions/invocation.ts';
import { probeFunction } from './probe-function.ts';

/* What the local cloud runs in a thread, in a process: its first message is the thread's data. */
const port = Object.assign(new EventEmitter(), { postMessage: (message: object) => process.send?.(message) });

process.once('disconnect', () => process.exit());
process.once('message', (data: FunctionThreadData & { readonly probeLog: string }) => {
  process.on('message', (message) => port.emit('message', message));
  Object.assign(threads, { parentPort: port, workerData: data });
  syncBuiltinESMExports();
  probeFunction({ ...data, port, cpu: (since) => process.cpuUsage(since) });
  void import('../../../../infra/local/functions/function-thread.ts');
});
