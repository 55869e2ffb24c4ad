import { openEngineStorage } from '../../contract-suites/store-fixtures.ts';
import { openCountedReads } from '../../support/counted-reads.ts';
import { dynoxide } from '../../support/engines/dynamo-engines.ts';
import { minuteDays } from '../../support/minute-days.ts';
import { startBenchCloud } from '../bench-cloud.ts';
import { machineLine, table, thousands, writeSection } from '../document.ts';
import { type Latencies, measureReads } from './measure-reads.ts';

/*
 * `npm run bench:reads`: prints the latency of reads of 31 days on the local cloud, and the calls of DynamoDB that
 * each takes, and rewrites their section of docs/benchmarks.md.
 */
const LAST_DAY = '2026-11-20';
/** 2,880 samples a day: 100,800 in all. */
const DAY_COUNT = 35;
const RANGE = `from=2026-10-21&to=${LAST_DAY}`;
const GOAL_MS = 50;
const REQUESTS_PER_SEC = 20;
const DURATION_SEC = 30;
const READS = [
  { name: 'rollups of steps', operation: 'rollups', query: `metric=steps&${RANGE}` },
  { name: 'rollups of heart rate', operation: 'rollups', query: `metric=heart_rate&${RANGE}` },
  { name: 'rollups of steps, explained', operation: 'rollups', query: `metric=steps&${RANGE}&explain=true` },
  { name: 'nights', operation: 'sleep', query: RANGE },
] as const;

const say = (line: string): void => console.error(line);

async function countCalls(): Promise<readonly Readonly<Record<string, number>>[]> {
  const storage = await openEngineStorage(dynoxide);
  try {
    const counted = await openCountedReads(storage);
    for (const body of minuteDays(LAST_DAY, DAY_COUNT)) await counted.ingest(body);
    await counted.compute();
    const calls = [];
    for (const { operation, query } of READS) {
      // A container remembers keys and principals from its first request on.
      await counted.read(operation, query);
      calls.push((await counted.read(operation, query)).calls);
    }
    return calls;
  } finally {
    await storage.stop();
  }
}

async function measure(): Promise<readonly Latencies[]> {
  const cloud = await startBenchCloud({ args: ['--no-simulator'] });
  try {
    const user = await cloud.send('POST', '/v1/users', JSON.stringify({ externalId: 'reader' }));
    const base = `/v1/users/${JSON.parse(user.text).id}/health`;
    for (const body of minuteDays(LAST_DAY, DAY_COUNT)) {
      const { status } = await cloud.send('POST', `${base}/samples/batch-upsert`, JSON.stringify(body));
      if (status !== 200) throw new Error(`a batch was answered ${status}`);
    }
    const reads = READS.map(({ operation, query }) => `${base}/${operation}?${query}`);
    return await measureReads(cloud, reads, { perSec: REQUESTS_PER_SEC, durationSec: DURATION_SEC });
  } finally {
    await cloud.stop();
  }
}

say('calls ...');
const calls = await countCalls();
say('latency ...');
const latencies = await measure();
const rows = READS.map(({ name }, index) => {
  const { p50Ms = 0, p99Ms = 0, maxMs = 0, count = 0 } = latencies[index] ?? {};
  const each = Object.entries(calls[index] ?? {});
  const total = each.reduce((sum, [, number]) => sum + number, 0);
  const named = each.map(([call, number]) => `${number} ${call}`).join(', ');
  return [name, String(count), ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1)), `${total}: ${named}`];
});
const text = `## Reads of 31 days: \`npm run bench:reads\`

${machineLine()}

One user with ${thousands(DAY_COUNT * 2_880)} samples, ${REQUESTS_PER_SEC} requests a second for ${DURATION_SEC} s on the local cloud, started on time whether or not those before were
answered; the goal is a 99th percentile below ${GOAL_MS} ms. The calls of DynamoDB are those of the shipped function in one process, after its first request.

${table(['read', 'requests', 'median, ms', '99 %, ms', 'slowest, ms', 'calls of DynamoDB'], rows)}
`;
console.log(text);
writeSection('reads', text);
