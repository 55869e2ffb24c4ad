import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCloud } from '../bench-cloud.ts';

export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const SETTLE_MS = 120_000;
const LOOK_MS = 500;
const WARM_COUNT = 20;

/** Each read by turns at its rate, once every row of all of them is computed. */
export async function measureReads(
  cloud: BenchCloud,
  paths: readonly string[],
  load: { readonly perSec: number; readonly durationSec: number },
): Promise<readonly Latencies[]> {
  for (const path of paths) await settle(cloud, path);
  const measured: Latencies[] = [];
  for (const path of paths) measured.push(await measureOne(cloud, path, load));
  return measured;
}

/** No row of the read is STALE any more, and the function is warm. */
async function settle(cloud: BenchCloud, path: string): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while ((await cloud.send('GET', path)).text.includes('"STALE"')) {
    if (performance.now() > endMs) throw new Error(`${path} stays STALE`);
    await sleep(LOOK_MS);
  }
  for (let count = 0; count < WARM_COUNT; count += 1) await cloud.send('GET', path);
}

async function measureOne(
  cloud: BenchCloud,
  path: string,
  { perSec, durationSec }: { readonly perSec: number; readonly durationSec: number },
): Promise<Latencies> {
  const startMs = performance.now();
  const answers = Array.from({ length: perSec * durationSec }, async (_, index) => {
    const dueMs = startMs + (index * 1_000) / perSec;
    await sleep(Math.max(0, dueMs - performance.now()));
    const { status } = await cloud.send('GET', path);
    if (status !== 200) throw new Error(`${path} was answered ${status}`);
    // From when it was due: a late start is waiting too.
    return performance.now() - dueMs;
  });
  const tookMs = (await Promise.all(answers)).sort((left, right) => left - right);
  const at = (share: number): number => tookMs[Math.ceil(tookMs.length * share) - 1] ?? 0;
  return { count: tookMs.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
