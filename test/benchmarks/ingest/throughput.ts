import { type BenchCloud, startBenchCloud } from '../bench-cloud.ts';
import { table, thousands } from '../document.ts';
import { type BenchSample, insertAll, startPostgres } from './postgres.ts';
import type { RealBatch } from './real-batches.ts';

const ROUND_COUNT = 3;
const BATCH_COUNT = 500;
const POLL_MS = 100;
const WAIT_LIMIT_MS = 120_000;

/** Samples per second, the median of the rounds. */
export interface ThroughputFigures {
  readonly sampleCount: number;
  readonly acknowledged: number;
  readonly onBus: number;
  readonly projected: number;
  readonly requestMs: number;
  readonly clients: number;
  /** Undefined when PostgreSQL is not installed. */
  readonly postgres: { readonly version: string; readonly one: number; readonly four: number } | undefined;
}

interface Round {
  readonly acknowledged: number;
  readonly onBus: number;
  readonly projected: number;
  readonly requestMs: number;
  readonly one: number;
  readonly four: number;
}

/** Both take the same samples by turns, so that what else the machine does falls on both. */
export async function measureThroughput(batches: readonly RealBatch[]): Promise<ThroughputFigures> {
  const samples = batches.flatMap(toRows);
  const cloud = await startBenchCloud({ args: ['--no-simulator'] });
  const postgres = await startPostgres();
  try {
    await ingestRound(cloud, batches, 'warm');
    const rounds: Round[] = [];
    for (let round = 0; round < ROUND_COUNT; round += 1) {
      const ours = await ingestRound(cloud, batches, `round-${round}`);
      rounds.push({ ...ours, ...(await postgresRound(postgres?.port, samples)) });
    }
    const middle = (value: (round: Round) => number): number =>
      rounds.map(value).sort((left, right) => left - right)[Math.floor(ROUND_COUNT / 2)] ?? 0;
    return {
      sampleCount: samples.length,
      acknowledged: middle(({ acknowledged }) => acknowledged),
      onBus: middle(({ onBus }) => onBus),
      projected: middle(({ projected }) => projected),
      requestMs: middle(({ requestMs }) => requestMs),
      clients: new Set(batches.map(({ user }) => user)).size,
      postgres:
        postgres === undefined
          ? undefined
          : { version: postgres.version, one: middle(({ one }) => one), four: middle(({ four }) => four) },
    };
  } finally {
    postgres?.stop();
    await cloud.stop();
  }
}

async function postgresRound(port: number | undefined, samples: readonly BenchSample[]) {
  if (port === undefined) return { one: 0, four: 0 };
  const rate = async (connections: number): Promise<number> =>
    samples.length / (await insertAll(port, samples, { batchCount: BATCH_COUNT, connections }));
  return { one: await rate(1), four: await rate(4) };
}

/** One client for each wearer, each sending its batches one after the other, as a phone does. */
async function ingestRound(cloud: BenchCloud, batches: readonly RealBatch[], round: string) {
  const users = await createUsers(cloud, batches, round);
  const sampleCount = batches.reduce((sum, batch) => sum + batch.sampleCount, 0);
  const eventsBefore = await publishedEvents(cloud);
  const requestTimes: number[] = [];
  const startedMs = performance.now();
  const rate = (): number => sampleCount / ((performance.now() - startedMs) / 1_000);
  await Promise.all(
    [...users].map(async ([user, userId]) => {
      for (const { body } of batches.filter((batch) => batch.user === user)) {
        const sentMs = performance.now();
        const path = `/v1/users/${userId}/health/samples/batch-upsert`;
        const { status, text } = await cloud.send('POST', path, body);
        requestTimes.push(performance.now() - sentMs);
        if (status !== 200) throw new Error(`an ingest request was answered ${status} ${text}`);
      }
    }),
  );
  const acknowledged = rate();
  await until(async () => (await publishedEvents(cloud)) - eventsBefore >= batches.length);
  const onBus = rate();
  for (const userId of users.values()) await until(() => isProjected(cloud, userId));
  const projected = rate();
  requestTimes.sort((left, right) => left - right);
  return {
    acknowledged,
    onBus,
    projected,
    requestMs: requestTimes[Math.floor(requestTimes.length / 2)] ?? 0,
  };
}

async function createUsers(
  cloud: BenchCloud,
  batches: readonly RealBatch[],
  round: string,
): Promise<ReadonlyMap<string, string>> {
  const users = new Map<string, string>();
  for (const user of new Set(batches.map((batch) => batch.user))) {
    const wanted = JSON.stringify({ externalId: `${round}-${user}`, timeZone: 'America/New_York' });
    const { id } = JSON.parse((await cloud.send('POST', '/v1/users', wanted)).text) as { id: string };
    users.set(user, id);
  }
  return users;
}

/** What the local cloud's bus has handed to its queues since it started. */
async function publishedEvents(cloud: BenchCloud): Promise<number> {
  const { text } = await cloud.send('GET', `/console/state.json?after=${Number.MAX_SAFE_INTEGER}`);
  return (JSON.parse(text) as { totals: { publishedEvents: number } }).totals.publishedEvents;
}

async function isProjected(cloud: BenchCloud, userId: string): Promise<boolean> {
  for (const metric of ['heart_rate', 'steps']) {
    const path = `/v1/users/${userId}/health/rollups?metric=${metric}&from=2016-04-01&to=2016-05-20`;
    const { rollups } = JSON.parse((await cloud.send('GET', path)).text) as {
      rollups: readonly { readonly status: string }[];
    };
    if (!rollups.some(({ status }) => status === 'READY')) return false;
    if (rollups.some(({ status }) => status === 'STALE')) return false;
  }
  return true;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_LIMIT_MS; waitedMs += POLL_MS) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not done in ${WAIT_LIMIT_MS} ms`);
}

function toRows({ user, body }: RealBatch): readonly BenchSample[] {
  const { samples } = JSON.parse(body.toString()) as {
    samples: readonly Omit<BenchSample, 'owner'>[];
  };
  return samples.map((sample) => ({ ...sample, owner: user }));
}

export function throughputTable(figures: ThroughputFigures): string {
  const { acknowledged, onBus, projected, postgres } = figures;
  const ratio = (value: number): string =>
    postgres === undefined ? 'skipped' : (value / Math.max(postgres.one, postgres.four)).toFixed(2);
  const row = (name: string, value: number): readonly string[] => [name, thousands(value), ratio(value)];
  return table(
    ['samples per second, 2 cores, all parts on them', 'samples/s', 'to the faster PostgreSQL'],
    [
      row(`Headwater through HTTP, ${figures.clients} clients: acknowledged`, acknowledged),
      row('and event on the bus (goal: 2)', onBus),
      row('and projected', projected),
      ...(postgres === undefined
        ? [['PostgreSQL, a row per sample', 'skipped: not installed', '']]
        : [
            row(`${postgres.version}, a row per sample, 1 connection`, postgres.one),
            row('the same, 4 connections', postgres.four),
          ]),
    ],
  );
}
