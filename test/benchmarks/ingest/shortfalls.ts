import { cpuUsPerSample, type MixConsumption, priceOf, totalOf } from './cost.ts';
import type { CpuFigures } from './cpu.ts';
import type { ModuleLoad } from './module-load.ts';
import type { ThroughputFigures } from './throughput.ts';

/** Goals of the design; a figure that misses one is listed with its reason. */
const GOAL_RATIO = 2;
const GOAL_CPU_US = 3;
const GOAL_CPU_WITH_SDK_US = 6;
const GOAL_LOAD_RATIO = 1.3;
const MICROSECONDS_PER_MS = 1_000;

export interface Measured {
  readonly throughput: ThroughputFigures;
  readonly cpu: CpuFigures;
  readonly backfill: MixConsumption;
  readonly live: MixConsumption;
  readonly load: ModuleLoad | undefined;
}

/** What falls short of the goals and why, as a Markdown list. */
export function shortfalls({ throughput, cpu, backfill, live, load }: Measured): string {
  const { postgres, onBus } = throughput;
  const aboveParseUs = cpu.wholeUs - cpu.parseUs;
  const sdkUs = cpuUsPerSample(backfill) - cpu.parseUs;
  const ownMs = (cpu.wholeUs * backfill.sampleCount) / backfill.requestCount / MICROSECONDS_PER_MS;
  const lines: string[] = [];
  if (postgres === undefined)
    lines.push('- PostgreSQL is not installed here, so the ratio was not measured.');
  else if (onBus < GOAL_RATIO * Math.max(postgres.one, postgres.four))
    lines.push(
      `- **Throughput** does not reach ${GOAL_RATIO} times PostgreSQL. Reading, merging and packing 500 samples takes ${ownMs.toFixed(1)} ms of CPU; the rest of a request is two signed AWS calls, JSON with base64 on both sides of the local engine, gateway, stream, bus and queues, and the projector, all on the same cores as the client.`,
    );
  for (const mix of [backfill, live]) {
    const total = totalOf(priceOf(mix));
    if (mix.goalDollars !== undefined && total > mix.goalDollars)
      lines.push(
        `- **Cost** of the ${mix.mix} mix is $${(total - mix.goalDollars).toFixed(4)} above its goal: of ${mix.writeUnits.toFixed(1)} write units ledger, head and change entry take two each in a transaction, however small, and requests and events cost $0.0040 at 500 samples a request.`,
      );
  }
  if (aboveParseUs > GOAL_CPU_US)
    lines.push(`- **CPU** without SDK calls is above ${GOAL_CPU_US} us a sample.`);
  if (sdkUs > GOAL_CPU_WITH_SDK_US)
    lines.push(
      `- **CPU with SDK calls** is above ${GOAL_CPU_WITH_SDK_US} us a sample: BatchGetItem and TransactWriteItems take ${(sdkUs - aboveParseUs).toFixed(1)} us of it, which is the SDK's middleware, signing and HTTP.`,
    );
  if (load !== undefined && load.ingestMs > GOAL_LOAD_RATIO * load.clientsMs)
    lines.push(`- **Module load** is above ${GOAL_LOAD_RATIO} times that of the SDK clients.`);
  return lines.length === 0 ? 'Nothing: every goal was reached in this run.' : lines.join('\n');
}
