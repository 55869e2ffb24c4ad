import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCloud } from '../bench-cloud.ts';
import { processorSeconds } from '../sync/processor-seconds.ts';
import type { BenchRow } from './bench-rows.ts';
import { createPerson, ENTITY_TYPE, pullRows, pushRows } from './cloud-person.ts';
import { secondsOf } from './pouch.ts';
import { openSdkClient, recorded, syncAll, transportOf } from './sdk-device.ts';

/**
 * A snapshot begins the log where every commit is older than a minute. Sooner, a first sync has each row twice,
 * which is right and no figure of interest.
 */
const SETTLED_AFTER_MS = 61_000;

/** Processor time of the local cloud per row, which what else the machine does changes less than wall-clock time. */
export interface CloudCpu {
  readonly databaseUs: number;
  /** Gateway, functions, streams and queues. */
  readonly restUs: number;
}

export interface OurFigures {
  /** Creates in full pushes, one after the other, to the acknowledgement. */
  readonly pushSec: number;
  /** From the first page to the last, parsed; by one client. */
  readonly pullSec: number;
  readonly pullBytes: number;
  readonly pushCpu: CloudCpu;
  readonly pullCpu: CloudCpu;
  /** The SDK into SQLite: the whole first sync over HTTP, and the part of it that is not waiting for answers. */
  readonly firstSyncSec: number;
  readonly applySec: number;
}

/** A new person each time, so that nothing is warm but the cloud. */
export async function measureOurs(cloud: BenchCloud, rows: readonly BenchRow[]): Promise<OurFigures> {
  const person = await createPerson(cloud, 'gzip');
  const beforePush = processorSeconds(cloud.pid);
  const pushSec = await secondsOf(() => pushRows(person.door, rows, 'origin'));
  const beforePull = processorSeconds(cloud.pid);
  const pushedAtMs = performance.now();
  const bytesBefore = person.receivedBytes();
  let pulledCount = 0;
  const pullSec = await secondsOf(async () => {
    pulledCount = await pullRows(person.door);
  });
  const afterPull = processorSeconds(cloud.pid);
  assertRows('a pull', pulledCount, rows.length);
  const pullBytes = person.receivedBytes() - bytesBefore;
  await sleep(pushedAtMs + SETTLED_AFTER_MS - performance.now());
  const { transport, replay } = recorded(transportOf(cloud, person.userId));
  return {
    pushSec,
    pullSec,
    pullBytes,
    pushCpu: cpuPerRow(beforePush, beforePull, rows.length),
    pullCpu: cpuPerRow(beforePull, afterPull, rows.length),
    firstSyncSec: await firstSync(cloud, transport, rows.length),
    applySec: await firstSync(cloud, replay(), rows.length),
  };
}

type ProcessorSeconds = ReturnType<typeof processorSeconds>;

function cpuPerRow(before: ProcessorSeconds, after: ProcessorSeconds, rowCount: number): CloudCpu {
  const part = (name: string): number => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1e6;
  return {
    databaseUs: part('database') / rowCount,
    restUs: part('everything else of the local cloud') / rowCount,
  };
}

async function firstSync(
  cloud: BenchCloud,
  transport: Parameters<typeof openSdkClient>[1],
  rowCount: number,
): Promise<number> {
  const client = await openSdkClient(cloud, transport);
  const seconds = await secondsOf(() => syncAll(client));
  assertRows('a first sync', (await client.query(ENTITY_TYPE)).length, rowCount);
  await client.close();
  return seconds;
}

function assertRows(what: string, count: number, expected: number): void {
  if (count !== expected) throw new Error(`${what} brought ${count} of ${expected} rows`);
}
