import { STAGES } from '../../../infra/stages.ts';
import { table } from '../document.ts';
import {
  ENTRIES_PER_RELAY_RUN,
  HTTP_METER_BYTES,
  INGEST_WAIT_MS,
  ITEM_PER_SAMPLE_DOLLARS,
  MIB_PER_VCPU,
  PRICES,
  RELAY_WAIT_MS,
} from './prices.ts';
import type { RealBatch } from './real-batches.ts';
import { type ShippedFunctions, startShippedFunctions } from './shipped-functions.ts';

const { memoryMiB } = STAGES.prod;
const MIB_PER_GB = 1_024;
const MILLION = 1_000_000;

/** What one mix consumed, per request. */
export interface MixConsumption {
  readonly mix: string;
  readonly goalDollars: number | undefined;
  readonly sampleCount: number;
  readonly requestCount: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly httpUnits: number;
  readonly eventUnits: number;
  readonly ingestCpuMs: number;
  readonly relayCpuMs: number;
  /** Of block items, all attributes and keys, per sample. */
  readonly itemBytesPerSample: number;
}

/** The first warms caches and compiler; of the others the one with the least CPU counts. */
const ROUND_COUNT = 4;

/** The mix is sent to new users in each round, through the shipped functions. */
export async function measureMix(
  mix: { readonly name: string; readonly goalDollars: number | undefined },
  batches: readonly RealBatch[],
): Promise<MixConsumption> {
  const functions = await startShippedFunctions();
  const { consumed, counts } = functions;
  const sampleCount = batches.reduce((sum, batch) => sum + batch.sampleCount, 0);
  try {
    await sendAll(functions, batches, 'warm');
    const storedBefore = await functions.storedBytes();
    const before = { ...consumed, ...counts };
    const rounds = [await sendAll(functions, batches, 'round-1')];
    const stored = (await functions.storedBytes()) - storedBefore;
    const after = { ...consumed, ...counts };
    for (let round = 2; round < ROUND_COUNT; round += 1)
      rounds.push(await sendAll(functions, batches, `round-${round}`));
    const perRequest = (total: number): number => total / batches.length;
    const httpUnits = batches.map(({ body }) => Math.ceil(body.length / HTTP_METER_BYTES));
    return {
      mix: mix.name,
      goalDollars: mix.goalDollars,
      requestCount: batches.length,
      sampleCount,
      writeUnits: perRequest(after.writeUnits - before.writeUnits),
      readUnits: perRequest(after.readUnits - before.readUnits),
      httpUnits: perRequest(httpUnits.reduce((sum, units) => sum + units, 0)),
      eventUnits: perRequest(after.eventUnits - before.eventUnits),
      ingestCpuMs: perRequest(Math.min(...rounds.map(({ ingestCpuMs }) => ingestCpuMs))),
      relayCpuMs: perRequest(Math.min(...rounds.map(({ relayCpuMs }) => relayCpuMs))),
      itemBytesPerSample: stored / sampleCount,
    };
  } finally {
    await functions.stop();
  }
}

async function sendAll(functions: ShippedFunctions, batches: readonly RealBatch[], prefix: string) {
  const users = new Map<string, string>();
  for (const user of new Set(batches.map(({ user: owner }) => owner)))
    users.set(user, await functions.createUser(`${prefix}-${user}`));
  const ingestCpuMs = await cpuMs(async () => {
    for (const { user, body } of batches) {
      const status = await functions.ingest(users.get(user) ?? '', body);
      if (status !== 200) throw new Error(`an ingest request was answered ${status}`);
    }
  });
  const changes = functions.takeChanges();
  const relayCpuMs = await cpuMs(async () => {
    for (let from = 0; from < changes.length; from += ENTRIES_PER_RELAY_RUN)
      await functions.relay(changes.slice(from, from + ENTRIES_PER_RELAY_RUN));
  });
  return { ingestCpuMs, relayCpuMs };
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** CPU for the whole SDK path, per sample. */
export const cpuUsPerSample = ({ ingestCpuMs, requestCount, sampleCount }: MixConsumption): number =>
  (ingestCpuMs * 1_000 * requestCount) / sampleCount;

/** Dollars per million samples, by component. */
export function priceOf(mix: MixConsumption): Readonly<Record<string, number>> {
  const requests = (MILLION * mix.requestCount) / mix.sampleCount;
  return {
    'DynamoDB writes': requests * mix.writeUnits * PRICES.writeUnit,
    'DynamoDB reads': requests * mix.readUnits * PRICES.readUnit,
    'HTTP API': requests * mix.httpUnits * PRICES.httpRequest,
    'Lambda ingest': requests * runPrice(memoryMiB['ingest-samples'], mix.ingestCpuMs, INGEST_WAIT_MS),
    'Lambda relay':
      (requests / ENTRIES_PER_RELAY_RUN) *
      runPrice(memoryMiB['relay-outbox'], mix.relayCpuMs * ENTRIES_PER_RELAY_RUN, RELAY_WAIT_MS),
    EventBridge: requests * mix.eventUnits * PRICES.event,
  };
}

/** CPU takes as much longer as the function has less than one vCPU; waiting does not. Billed by the millisecond. */
export function runPrice(mebibytes: number, cpu: number, waitMs: number): number {
  const durationMs = Math.ceil(cpu * Math.max(1, MIB_PER_VCPU / mebibytes) + waitMs);
  return PRICES.lambdaRequest + (mebibytes / MIB_PER_GB) * (durationMs / 1_000) * PRICES.lambdaGbSecond;
}

export const totalOf = (prices: Readonly<Record<string, number>>): number =>
  Object.values(prices).reduce((sum, price) => sum + price, 0);

export function costTable(mixes: readonly MixConsumption[]): string {
  const prices = mixes.map(priceOf);
  const dollars = (value: number): string => `$${value.toFixed(4)}`;
  const components = Object.keys(prices[0] ?? {});
  const per = (name: string, value: (mix: MixConsumption) => string): readonly string[] => [
    name,
    ...mixes.map(value),
  ];
  return table(
    ['per 1 M samples, AWS list price', ...mixes.map(({ mix }) => mix)],
    [
      ...components.map((name) => [name, ...prices.map((price) => dollars(price[name] ?? 0))]),
      ['**total**', ...prices.map((price) => `**${dollars(totalOf(price))}**`)],
      per('goal', ({ goalDollars }) =>
        goalDollars === undefined ? 'none' : `at most ${dollars(goalDollars)}`,
      ),
      per('an item per sample, for comparison', () => `$${ITEM_PER_SAMPLE_DOLLARS.toFixed(2)}`),
      per(
        'consumed by one request',
        (mix) =>
          `${mix.writeUnits.toFixed(1)} write units, ${mix.readUnits.toFixed(1)} read units, ${mix.ingestCpuMs.toFixed(1)} ms CPU`,
      ),
    ],
  );
}
