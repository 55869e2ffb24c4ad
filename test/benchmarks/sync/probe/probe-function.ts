import { appendFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { countCalls } from './count-calls.ts';
import { emptyUsage, type Reading } from './readings.ts';

/** What of a thread's port is used; messages are events in, and their results out. */
interface Port {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  postMessage(message: unknown): unknown;
}

export interface Probed {
  readonly functionName: string;
  readonly probeLog: string;
  readonly port: Port;
  readonly cpu: (since?: NodeJS.CpuUsage) => NodeJS.CpuUsage;
}

const MICROSECONDS_PER_MS = 1_000;

/** Notes each invocation and each call of a provider. One event at a time: all between it and its answer is its. */
export function probeFunction({ functionName, probeLog, port, cpu }: Probed): void {
  let usage = emptyUsage();
  let startCpu = cpu();
  const note = (reading: Reading): void => appendFileSync(probeLog, `${JSON.stringify(reading)}\n`);
  countCalls(
    () => usage,
    (path) => {
      usage.providerCalls += 1;
      const residentBytes = process.memoryUsage.rss();
      const heapBytes = getHeapStatistics().used_heap_size;
      note({ kind: 'page', functionName, atMs: Date.now(), path, residentBytes, heapBytes });
    },
  );
  const { on, postMessage } = port;
  port.on = (event, listener) =>
    on.call(port, event, (message) => {
      usage = emptyUsage();
      startCpu = cpu();
      listener(message);
    });
  port.postMessage = (message) => {
    if (message !== 'loaded') {
      const { user, system } = cpu(startCpu);
      const cpuMs = (user + system) / MICROSECONDS_PER_MS;
      note({ kind: 'invocation', functionName, atMs: Date.now(), cpuMs, usage });
    }
    postMessage.call(port, message);
  };
}
