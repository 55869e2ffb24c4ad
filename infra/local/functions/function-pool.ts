import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionDeclaration } from '../assembly/declared.ts';
import { heapLimits } from './heap-limits.ts';
import type { FunctionThreadData, InvocationMessage, InvocationResult, Invoke } from './invocation.ts';

export interface FunctionPool {
  readonly invoke: Invoke;
  /** Loads the bundle in one thread, so that the first event does not wait for it. */
  warm(): void;
  stop(): Promise<void>;
}

export interface FunctionPoolSettings {
  readonly declaration: FunctionDeclaration;
  readonly environment: Readonly<Record<string, string>>;
  /** How many events run at once; more wait their turn. */
  readonly maxThreadCount: number;
  readonly logDirectory: string;
}

interface Thread {
  readonly worker: Worker;
  isLoaded: boolean;
  /** Starts the clock of the event that it has: loading is not the event's time, as on Lambda. */
  startClock: (() => void) | undefined;
  finish: ((result: InvocationResult) => void) | undefined;
}

interface Waiting {
  readonly event: unknown;
  readonly resolve: (result: InvocationResult) => void;
}

const THREAD = new URL('./function-thread.ts', import.meta.url);

/** Execution environments of one function: one event at a time in each, warm ones first. */
export class ThreadPool implements FunctionPool {
  readonly #settings: FunctionPoolSettings;
  readonly #log: WriteStream;
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  readonly #waiting: Waiting[] = [];

  constructor(settings: FunctionPoolSettings) {
    this.#settings = settings;
    this.#log = createWriteStream(join(settings.logDirectory, `${settings.declaration.name}.log`), {
      flags: 'a',
    });
  }

  readonly invoke: Invoke = (event) =>
    new Promise((resolve) => {
      this.#waiting.push({ event, resolve });
      this.#pump();
    });

  warm(): void {
    if (this.#all.size === 0) this.#idle.push(this.#open());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map(({ worker }) => worker.terminate()));
    await new Promise<void>((resolve) => this.#log.end(() => resolve()));
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const thread =
        this.#idle.pop() ?? (this.#all.size < this.#settings.maxThreadCount ? this.#open() : undefined);
      const next = thread === undefined ? undefined : this.#waiting.shift();
      if (thread === undefined || next === undefined) return;
      this.#run(thread, next);
    }
  }

  #run(thread: Thread, { event, resolve }: Waiting): void {
    const { timeoutMs } = this.#settings.declaration;
    const requestId = randomUUID();
    const seconds = (timeoutMs / 1_000).toFixed(2);
    let timer: NodeJS.Timeout | undefined;
    thread.startClock = () => {
      timer = setTimeout(() => {
        this.#drop(thread, {
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
        });
        void thread.worker.terminate();
      }, timeoutMs);
    };
    thread.finish = (result) => {
      clearTimeout(timer);
      thread.finish = undefined;
      thread.startClock = undefined;
      resolve(result.ok || result.requestId !== '' ? result : { ...result, requestId });
    };
    if (thread.isLoaded) thread.startClock();
    const message: InvocationMessage = { requestId, event, timeoutMs };
    thread.worker.postMessage(message);
  }

  #open(): Thread {
    const { declaration, environment } = this.#settings;
    const workerData: FunctionThreadData = {
      entry: declaration.entry,
      exportName: declaration.exportName,
      functionName: declaration.name,
      functionArn: declaration.arn,
      memoryMiB: declaration.memoryMiB,
    };
    const worker = new Worker(THREAD, {
      workerData,
      name: declaration.name,
      env: { ...environment },
      stdout: true,
      stderr: true,
      resourceLimits: heapLimits(declaration.memoryMiB, environment['NODE_OPTIONS']),
    });
    const thread: Thread = { worker, isLoaded: false, startClock: undefined, finish: undefined };
    this.#all.add(thread);
    worker.stdout.on('data', (chunk: Buffer) => this.#log.write(chunk));
    worker.stderr.on('data', (chunk: Buffer) => this.#log.write(chunk));
    worker.on('message', (result: InvocationResult | 'loaded') => {
      if (result === 'loaded') {
        thread.isLoaded = true;
        thread.startClock?.();
        return;
      }
      // One that timed out meanwhile is on its way out: it gets no further event.
      if (!this.#all.has(thread)) return;
      const { finish } = thread;
      this.#idle.push(thread);
      finish?.(result);
      this.#pump();
    });
    worker.on('error', (error) => {
      this.#log.write(`${error.stack ?? String(error)}\n`);
      this.#drop(thread, { errorType: `Runtime.${error.name}`, errorMessage: error.message });
    });
    worker.on('exit', () => {
      this.#drop(thread, {
        errorType: 'Runtime.ExitError',
        errorMessage: 'Runtime exited during the invocation',
      });
    });
    return thread;
  }

  /** The thread is gone: its event has failed, and the next event gets another thread. */
  #drop(thread: Thread, error: { readonly errorType: string; readonly errorMessage: string }): void {
    this.#all.delete(thread);
    const index = this.#idle.indexOf(thread);
    if (index >= 0) this.#idle.splice(index, 1);
    thread.finish?.({ ok: false, requestId: '', error: { ...error, trace: [] } });
    this.#pump();
  }
}
