import { type BenchCloud, startBenchCloud } from '../bench-cloud.ts';
import { type CloudPerson, connectPerson, controlSimulator, totalsAtRest } from './cloud-person.ts';
import type { Event } from './cost.ts';
import { type InvocationReading, type PageReading, type Reading, readReadings } from './probe/readings.ts';
import { processorSeconds } from './processor-seconds.ts';

const PROBE = new URL('./probe/main.ts', import.meta.url);
const HEART_RATE = '/heart-rate/dataPoints:reconcile';
const MILLISECONDS_PER_SEC = 1_000;

/** One sync of many records of one type, among the person's others. */
export interface LargeSync {
  readonly wanted: number;
  readonly accepted: number;
  /** From the first page of any type to the end of the sync. */
  readonly seconds: number;
  /** The many records alone, from their first page to the first of the next type. */
  readonly typeSeconds: number;
  /** Of the function that fetches pages. */
  readonly fetchCpuSec: number;
  /** Processor time that the parts took meanwhile; empty where the system does not tell it. */
  readonly processors: ReadonlyMap<string, number>;
  /** Records to a page, as far as the last is full. */
  readonly pageSize: number;
  /** When the second page was asked for, and the first of the next type. */
  readonly early: PageReading;
  readonly late: PageReading;
  readonly largestResidentBytes: number;
}

export interface CloudFigures {
  readonly events: readonly Event[];
  readonly large: LargeSync;
}

/** Over HTTP, on the local cloud with its simulated providers; another person comes first, to warm it up. */
export async function measureOnCloud(records: number): Promise<CloudFigures> {
  const cloud = await startBenchCloud({ probe: PROBE });
  try {
    const warm = await connectPerson(cloud, 'cyclist', 'warm');
    await warm.newestSync();
    await push(cloud, 'cyclist');
    await totalsAtRest(cloud);
    let runner: CloudPerson | undefined;
    const first = await observe(cloud, 'first sync of 30 days', async () => {
      runner = await connectPerson(cloud, 'runner', 'month');
      return (await runner.newestSync()).counts.accepted;
    });
    const topUp = await observe(cloud, 'top-up', async () => {
      await runner?.startTopUp();
      return (await runner?.newestSync())?.counts.accepted ?? 0;
    });
    const pushed = await observe(cloud, 'push', () => push(cloud, 'runner'));
    const events = [first, topUp, { ...pushed, httpRequests: receivedPushes(pushed) }];
    return { events, large: await measureLarge(cloud, records) };
  } finally {
    await cloud.stop();
  }
}

/** Steps and sleep of the last day are revised, which is one notification. */
async function push(cloud: BenchCloud, person: string): Promise<number> {
  await controlSimulator(cloud, 'POST', `/fitbit/people/${person}/revise`, {});
  await controlSimulator(cloud, 'POST', '/flush', {});
  return 0;
}

const receivedPushes = ({ invocations }: Event): number =>
  invocations.filter(({ functionName }) => functionName.endsWith('-receive-push')).length;

async function observe(cloud: BenchCloud, name: string, happen: () => Promise<number>): Promise<Event> {
  const before = await totalsAtRest(cloud);
  const readCount = readReadings(cloud.probeLog).length;
  const accepted = await happen();
  const after = await totalsAtRest(cloud);
  return {
    name,
    accepted,
    httpRequests: 0,
    totals: {
      stateTransitions: after.stateTransitions - before.stateTransitions,
      queueReceives: after.queueReceives - before.queueReceives,
      queueDeletions: after.queueDeletions - before.queueDeletions,
    },
    invocations: readReadings(cloud.probeLog).slice(readCount).filter(isInvocation),
  };
}

async function measureLarge(cloud: BenchCloud, records: number): Promise<LargeSync> {
  await controlSimulator(cloud, 'PUT', '/fitbit/people/runner/load', { records });
  await totalsAtRest(cloud);
  const readCount = readReadings(cloud.probeLog).length;
  const before = processorSeconds(cloud.pid);
  const person = await connectPerson(cloud, 'runner', 'load');
  const { status, counts } = await person.newestSync();
  const after = processorSeconds(cloud.pid);
  // The sync says that it is over before the function that ends it has ended.
  await totalsAtRest(cloud);
  if (status !== 'succeeded' || counts.accepted < records)
    throw new Error(`the sync ended ${status} with ${counts.accepted} records`);
  const readings = readReadings(cloud.probeLog).slice(readCount);
  const processors = new Map([...after].map(([name, sec]) => [name, sec - (before.get(name) ?? 0)]));
  return { wanted: records, accepted: counts.accepted, processors, ...timesOf(readings, records) };
}

function timesOf(readings: readonly Reading[], records: number) {
  const invocations = readings.filter(isInvocation);
  const of = (name: string) => invocations.filter(({ functionName }) => functionName.endsWith(name));
  const pages = readings.filter(isPage).filter(({ functionName }) => functionName.endsWith('-fetch-pages'));
  const from = pages.findIndex(({ path }) => path.endsWith(HEART_RATE));
  const to = pages.findLastIndex(({ path }) => path.endsWith(HEART_RATE)) + 1;
  const [begun, asked, early, late] = [pages[0], pages[from], pages[from + 1], pages[to]];
  const end = of('-finish-sync').at(-1);
  if (!begun || !asked || !early || !late || !end) throw new Error('the probe saw no whole sync');
  return {
    seconds: (end.atMs - begun.atMs) / MILLISECONDS_PER_SEC,
    typeSeconds: (late.atMs - asked.atMs) / MILLISECONDS_PER_SEC,
    fetchCpuSec: of('-fetch-pages').reduce((sum, { cpuMs }) => sum + cpuMs, 0) / MILLISECONDS_PER_SEC,
    pageSize: Math.ceil(records / (to - from)),
    early,
    late,
    largestResidentBytes: Math.max(...pages.map(({ residentBytes }) => residentBytes)),
  };
}

const isInvocation = (reading: Reading): reading is InvocationReading => reading.kind === 'invocation';
const isPage = (reading: Reading): reading is PageReading => reading.kind === 'page';
