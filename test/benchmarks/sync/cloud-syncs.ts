import { type BenchCloud, startBenchCloud } from '../bench-cloud.ts';
import { connectPerson, controlSimulator, totalsAtRest } from './cloud-person.ts';
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
  /** When the second page of the sync was asked for; the second of the many; and the first after them. */
  readonly second: PageReading;
  readonly early: PageReading;
  readonly late: PageReading;
  readonly largestResidentBytes: number;
}

export interface CloudFigures {
  readonly events: readonly Event[];
  /** One for another user in the same process, which is warm by then. */
  readonly again: LargeSync;
  readonly large: LargeSync;
}

/** Over HTTP, on a local cloud with its simulated providers for each of the two. */
export const measureOnCloud = async (records: number): Promise<CloudFigures> => ({
  ...(await onCloud(async (cloud) => ({
    large: await measureLarge(cloud, records, 'cold'),
    again: await measureLarge(cloud, records, 'warm'),
  }))),
  events: await onCloud(measureEvents),
});

async function onCloud<Figures>(measure: (cloud: BenchCloud) => Promise<Figures>): Promise<Figures> {
  const cloud = await startBenchCloud({ probe: PROBE });
  try {
    return await measure(cloud);
  } finally {
    await cloud.stop();
  }
}

/** In containers that have been used before by another person. */
async function measureEvents(cloud: BenchCloud): Promise<readonly Event[]> {
  const other = await connectPerson(cloud, 'cyclist', 'warm');
  await other.newestSync();
  await push(cloud, 'cyclist');
  await totalsAtRest(cloud);
  let runner = other;
  const first = await observe(cloud, 'first sync of 30 days', async () => {
    runner = await connectPerson(cloud, 'runner', 'month');
    return (await runner.newestSync()).counts.accepted;
  });
  const topUp = await observe(cloud, 'top-up', async () => {
    await runner.startTopUp();
    return (await runner.newestSync()).counts.accepted;
  });
  const pushed = await observe(cloud, 'push', () => push(cloud, 'runner'));
  return [first, topUp, { ...pushed, httpRequests: receivedPushes(pushed) }];
}

/** Steps and sleep of the last day are revised, which is one notification. */
async function push(cloud: BenchCloud, person: string): Promise<undefined> {
  await controlSimulator(cloud, 'POST', `/fitbit/people/${person}/revise`, {});
  await controlSimulator(cloud, 'POST', '/flush', {});
  return undefined;
}

const receivedPushes = ({ invocations }: Event): number =>
  invocations.filter(({ functionName }) => functionName.endsWith('-receive-push')).length;

async function observe(
  cloud: BenchCloud,
  name: string,
  happen: () => Promise<number | undefined>,
): Promise<Event> {
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
      queueSends: after.queueSends - before.queueSends,
      queueReceives: after.queueReceives - before.queueReceives,
      queueDeletions: after.queueDeletions - before.queueDeletions,
    },
    invocations: readReadings(cloud.probeLog).slice(readCount).filter(isInvocation),
  };
}

async function measureLarge(cloud: BenchCloud, records: number, user: string): Promise<LargeSync> {
  await controlSimulator(cloud, 'PUT', '/fitbit/people/runner/load', { records });
  await totalsAtRest(cloud);
  const readCount = readReadings(cloud.probeLog).length;
  const before = processorSeconds(cloud.pid);
  const person = await connectPerson(cloud, 'runner', user);
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
  const [begun, second, asked, early, late] = [pages[0], pages[1], pages[from], pages[from + 1], pages[to]];
  const end = of('-finish-sync').at(-1);
  if (!begun || !second || !asked || !early || !late || !end) throw new Error('the probe saw no whole sync');
  return {
    seconds: (end.atMs - begun.atMs) / MILLISECONDS_PER_SEC,
    typeSeconds: (late.atMs - asked.atMs) / MILLISECONDS_PER_SEC,
    fetchCpuSec: of('-fetch-pages').reduce((sum, { cpuMs }) => sum + cpuMs, 0) / MILLISECONDS_PER_SEC,
    pageSize: Math.ceil(records / (to - from)),
    second,
    early,
    late,
    largestResidentBytes: Math.max(...pages.map(({ residentBytes }) => residentBytes)),
  };
}

const isInvocation = (reading: Reading): reading is InvocationReading => reading.kind === 'invocation';
const isPage = (reading: Reading): reading is PageReading => reading.kind === 'page';
