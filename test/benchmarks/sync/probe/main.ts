import { syncBuiltinESMExports } from 'node:module';
import threads, { Worker, type WorkerOptions } from 'node:worker_threads';

/*
 * Loaded into the local cloud with `--import <this>?log=<file>`: its functions run as they are, behind a module that
 * notes what each of them costs. The local cloud itself knows nothing of it.
 */
const FUNCTION_THREAD = '/infra/local/functions/function-thread.ts';
const PROBE = new URL('./function-thread.ts', import.meta.url);
const probeLog = new URL(import.meta.url).searchParams.get('log') ?? '';

class ProbedWorker extends Worker {
  constructor(entry: string | URL, options?: WorkerOptions) {
    const isFunction = entry instanceof URL && entry.pathname.endsWith(FUNCTION_THREAD);
    if (isFunction) super(PROBE, { ...options, workerData: { ...options?.workerData, probeLog } });
    else super(entry, options);
  }
}

Object.assign(threads, { Worker: ProbedWorker });
syncBuiltinESMExports();
