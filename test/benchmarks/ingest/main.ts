import { existsSync } from 'node:fs';
import { machineLine, table, writeSection } from '../document.ts';
import { costTable, cpuUsPerSample, type MixConsumption, measureMix } from './cost.ts';
import { type CpuFigures, measureCpu } from './cpu.ts';
import { liveBatches } from './live-batches.ts';
import { BUNDLE, type ModuleLoad, measureModuleLoad } from './module-load.ts';
import { INGEST_WAIT_MS, RELAY_WAIT_MS } from './prices.ts';
import { type RealBatch, realBatches } from './real-batches.ts';
import { shortfalls } from './shortfalls.ts';
import { measureThroughput, throughputTable } from './throughput.ts';

/*
 * `npm run bench:ingest`: prints the figures of ingestion and rewrites their section of docs/benchmarks.md.
 * It installs nothing; what it cannot measure here it names as skipped.
 */
const FULL_BATCH = 500;
const full = (batches: readonly RealBatch[]): readonly RealBatch[] =>
  batches.filter(({ sampleCount }) => sampleCount === FULL_BATCH);

const say = (line: string): void => console.error(line);

say('throughput, by turns with PostgreSQL ...');
const throughput = await measureThroughput(realBatches(false));
say('CPU in process ...');
const plainCpu = await measureCpu(false);
const cpu = [plainCpu, await measureCpu(true)];
say('cost ...');
const backfill = await measureMix({ name: 'backfill', goalDollars: 0.02 }, full(realBatches(false)));
const withIds = await measureMix(
  { name: 'backfill, record ids', goalDollars: undefined },
  full(realBatches(true)),
);
const live = await measureMix({ name: 'live', goalDollars: 0.06 }, liveBatches());
say('module load ...');
const load = existsSync(BUNDLE) ? await measureModuleLoad(bundleEnvironment()) : undefined;

const text = `## Ingestion: \`npm run bench:ingest\`

${machineLine()}

**Mix.** Backfill: the ${throughput.sampleCount.toLocaleString('en-US')} recorded minutes of \`test/data/fitabase\`, 500 samples a request, 2 metrics, 1 source, 1 day.
Live: 500 samples a request, 8 metrics (heart rate and steps recorded, six made up), 1 source, 1 day.

### What falls short

${shortfalls({ throughput, cpu: plainCpu, backfill, live, load })}

### Throughput on the local cloud

${throughputTable(throughput)}

Median of three rounds by turns, request ${throughput.requestMs.toFixed(1)} ms at the median. Both write to disk before they answer: PostgreSQL with its defaults, the local DynamoDB
engine with one \`fsync\` of SQLite's log per transaction (seen with strace). The figure is the local cloud's, where client, gateway, functions, database,
queues and projections share the cores with each other; on AWS each function has a processor of its own.

### Cost on AWS

${costTable([backfill, withIds, live])}

Consumed units and events are counted at the SDK client of the shipped functions; CPU is measured here and scaled to the memory of \`infra/stages.ts\`;
waiting for AWS is assumed (${INGEST_WAIT_MS} ms a request, ${RELAY_WAIT_MS} ms a run of the relay), storage, logs and projections are not in it.

### CPU of the handler, batch 500

${cpuLines(cpu, [backfill, withIds])}

### Stored bytes per sample

${bytesLines(cpu, [backfill, withIds])}

### Module load of the ingest bundle

${loadLines(load)}
`;
console.log(text);
writeSection('ingest', text);

function cpuLines(figures: readonly CpuFigures[], mixes: readonly MixConsumption[]): string {
  const us = (value: number): string => `${value.toFixed(2)} us`;
  return table(
    [
      'per sample',
      'JSON.parse',
      'above it, without SDK calls (goal: 3)',
      'above it, with them (goal: 6)',
      'a replay',
    ],
    figures.map(({ mix, parseUs, wholeUs, replayUs }, index) => {
      const consumption = mixes[index];
      const withSdk = consumption === undefined ? 0 : cpuUsPerSample(consumption) - parseUs;
      return [mix, us(parseUs), us(wholeUs - parseUs), us(withSdk), us(replayUs)];
    }),
  );
}

function bytesLines(figures: readonly CpuFigures[], mixes: readonly MixConsumption[]): string {
  const bytes = (value: number): string => `${value.toFixed(2)} B`;
  return table(
    ['real data', 'payload', 'whole item: sealed, with keys and plain attributes', 'goal'],
    figures.map(({ mix, storedBytesPerSample }, index) => [
      mix,
      bytes(storedBytesPerSample),
      bytes(mixes[index]?.itemBytesPerSample ?? 0),
      index === 0 ? 'at most 2 B' : 'at most 10 B',
    ]),
  );
}

function loadLines(measured: ModuleLoad | undefined): string {
  if (measured === undefined) return 'Skipped: no bundle; `npm run build` makes it.';
  const { ingestMs, clientsMs } = measured;
  return table(
    ['best of fresh processes', 'measured', 'goal'],
    [
      ['ingest bundle', `${ingestMs.toFixed(1)} ms`, ''],
      ['bundle with only its SDK clients', `${clientsMs.toFixed(1)} ms`, ''],
      ['ratio', (ingestMs / clientsMs).toFixed(2), 'within 1.3'],
    ],
  );
}

/** What the bundle asks of its environment before it loads. */
function bundleEnvironment(): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    STAGE: 'dev',
    CORE_TABLE_NAME: 'core',
    SAMPLES_TABLE_NAME: 'samples',
    VAULT_TABLE_NAME: 'vault',
    WORKSPACE_KMS_KEY_ID: 'key',
    USER_POOL_ID: 'none',
    USER_POOL_CLIENT_ID: 'none',
    PAYLOAD_BUCKET_NAME: 'payloads',
    LARGE_INGEST_QUEUE_URL: 'http://127.0.0.1/queue',
  };
}
