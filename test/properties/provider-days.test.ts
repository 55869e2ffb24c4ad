import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { ProviderDefinition, PushItem, PushRequest } from '../../lib/providers/definition.ts';
import { fitbit } from '../../lib/providers/fitbit/fitbit.ts';
import { garmin } from '../../lib/providers/garmin/garmin.ts';
import type { ProviderRecord, SampleRecord } from '../../lib/providers/model.ts';
import { canonicalValue, connectReader, type Reader } from '../support/provider-reader.ts';
import {
  type App,
  type Received,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../support/simulated-clouds.ts';

/**
 * The two clouds whose days have to be added up: Google tells steps by the minute, Garmin sends instead of
 * answering. What their definitions make of a month is what the clouds know of it, and what they push is taken
 * as genuine.
 */
const NOW_MS = SIMULATED_NOW as EpochMs;
const WINDOW = { fromMs: (NOW_MS - 27 * DAY_MS) as EpochMs, toMs: NOW_MS };
const FIRST_DATE = '2026-10-25';
const PEOPLE = [
  ['cyclist', 'America/New_York'],
  ['shift_worker', 'Asia/Tokyo'],
  ['sparse', 'Australia/Adelaide'],
] as const;

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

const requestOf = ({ method, url, headers, body }: Received): PushRequest => ({
  method: method as PushRequest['method'],
  query: Object.fromEntries(url.searchParams),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: new TextEncoder().encode(body),
});
const keysOf = (app: App) => ({
  load: async (origin: string, path: string) => (await send(`${app.origins[origin]}${path}`)).json as unknown,
});

async function understood(
  definition: ProviderDefinition,
  requests: readonly PushRequest[],
): Promise<readonly PushItem[]> {
  const app = clouds.app(definition.name);
  const verdicts = await Promise.all(
    requests.map((request) => definition.push.verify(request, app, { nowMs: NOW_MS, keys: keysOf(app) })),
  );
  expect(new Set(verdicts)).toEqual(new Set(requests.length === 0 ? [] : ['genuine']));
  return requests.flatMap(({ body, headers }) => [...definition.push.parse(body, headers)]);
}

async function subscribe(definition: ProviderDefinition) {
  const app = clouds.app(definition.name);
  const receiver = await startReceiver(
    (one) => definition.push.handshake(requestOf(one), app) ?? { status: definition.push.okStatus },
  );
  const states = await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: [definition.name] });
  expect(states.json[definition.name]).toBe('active');
  receiver.received.length = 0;
  return receiver;
}

interface Mapped {
  readonly records: ProviderRecord[];
  readonly unreadable: string[];
}

/** What the pings of a backfill bring, each fetched as its address says. */
async function backfilled(reader: Reader): Promise<Mapped> {
  await using receiver = await subscribe(garmin);
  for (const type of garmin.dataTypes) {
    if (type.source.kind !== 'request') throw new Error(`${type.code} is not asked for`);
    expect([type.code, await type.source.request(reader.context, WINDOW)]).toEqual([type.code, 'requested']);
  }
  expect((await clouds.control('POST', 'flush')).json.pending).toBe(0);
  const mapped: Mapped = { records: [], unreadable: [] };
  for (const item of await understood(garmin, receiver.received.map(requestOf))) {
    if (item.kind !== 'changed' || item.at.kind !== 'callback') throw new Error(`unexpected: ${item.kind}`);
    const { dataType, at } = item;
    const type = garmin.dataTypes.find(({ code }) => code === dataType);
    const answer = await send(at.url, { token: reader.grant.accessToken });
    const page = type?.map(answer.json, { timeZone: undefined, nowMs: NOW_MS });
    mapped.records.push(...(page?.records ?? []));
    mapped.unreadable.push(...(page?.unreadable ?? []).map(({ reason }) => `${dataType}: ${reason}`));
  }
  return mapped;
}

/** Windows overlap by a day where days are asked for: what is named alike is stored once. */
function unique(records: readonly ProviderRecord[]): readonly ProviderRecord[] {
  const named = records.map((record, index) =>
    record.kind === 'sample' && record.recordId !== undefined
      ? ([`${record.metric} ${record.recordId}`, record] as const)
      : ([String(index), record] as const),
  );
  return [...new Map(named).values()];
}

/** Sums without day totals where there are intraday ones, means, and otherwise every value of the day. */
function daysOf(records: readonly ProviderRecord[], zone: string): ReadonlyMap<string, readonly number[]> {
  const local = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  const dateOf = (text: string) => (text.endsWith('Z') ? local.format(Date.parse(text)) : text.slice(0, 10));
  const groups = new Map<string, { readonly value: number; readonly isTotal: boolean }[]>();
  const put = (date: string, isTotal: boolean, one: Pick<SampleRecord, 'metric' | 'value' | 'unit'>) => {
    const key = `${date} ${one.metric}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push({ value: canonicalValue(one.metric, one.value, one.unit), isTotal });
  };
  for (const record of unique(records)) {
    if (record.kind === 'sample') put(dateOf(record.start), !record.start.endsWith('Z'), record);
    if (record.kind === 'sleep') for (const one of record.values) put(record.date ?? '', true, one);
  }
  return new Map(
    [...groups].map(([key, group]): readonly [string, readonly number[]] => {
      const metric = metricOf(key.slice(11));
      const intraday = group.filter(({ isTotal }) => !isTotal);
      const values = (intraday.length > 0 ? intraday : group).map(({ value }) => value);
      const sum = values.reduce((total, value) => total + value, 0);
      if (metric?.kind === 'sum') return [key, [sum]];
      return [key, metric?.kind === 'mean' ? [...values, sum / values.length] : values];
    }),
  );
}

interface Told {
  readonly daily: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sleeps: readonly { readonly externalId: string; readonly start: string; readonly end: string }[];
  readonly workouts: Told['sleeps'];
}

/** The cloud rounds the distance of every minute. */
const TOLERANCE: Readonly<Record<string, number>> = { distance: 0.001 };

async function expectTruth(provider: string, person: string, zone: string, { records, unreadable }: Mapped) {
  expect(unreadable).toEqual([]);
  const truth: Told = (await clouds.control('GET', `${provider}/people/${person}/truth?from=${FIRST_DATE}`))
    .json;
  for (const kind of ['sleep', 'workout'] as const) {
    const times = new Map(
      records.flatMap((one) =>
        one.kind === kind ? [[one.externalId, [Date.parse(one.start), Date.parse(one.end)]] as const] : [],
      ),
    );
    for (const { externalId, start, end } of kind === 'sleep' ? truth.sleeps : truth.workouts) {
      expect([externalId, times.get(externalId)]).toEqual([externalId, [Date.parse(start), Date.parse(end)]]);
    }
  }
  const days = daysOf(records, zone);
  const isAbout = (metric: string, wanted: number) => (found: number) =>
    Math.abs(found - wanted) <= (TOLERANCE[metric] ?? 1e-9) * Math.max(1, Math.abs(wanted));
  const missing = Object.entries(truth.daily).flatMap(([date, metrics]) =>
    Object.entries(metrics)
      .filter(([metric, value]) => !(days.get(`${date} ${metric}`) ?? []).some(isAbout(metric, value)))
      .map(
        ([metric, value]) =>
          `${date} ${metric}: ${value}, found ${days.get(`${date} ${metric}`)?.slice(0, 4)}`,
      ),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(truth.daily).length).toBeGreaterThan(5);
}

describe('days', () => {
  test.each(PEOPLE)(
    'PRV8 fitbit: what is read of the %s is what the cloud knows',
    async (person, zone) => {
      const reader = await connectReader(fitbit, clouds.app('fitbit'), person, NOW_MS);
      const read = await reader.read(WINDOW);
      await expectTruth('fitbit', person, zone, {
        records: [...read.records],
        unreadable: [...read.unreadable],
      });
    },
    60_000,
  );

  test.each(PEOPLE)(
    'PRV8 garmin: what is sent of the %s is what the cloud knows',
    async (person, zone) => {
      const reader = await connectReader(garmin, clouds.app('garmin'), person, NOW_MS);
      await expectTruth('garmin', person, zone, await backfilled(reader));
    },
    60_000,
  );
});

describe('pushes', () => {
  test.each([fitbit, garmin])(
    'PRV8 $name: what the cloud sends of a change is genuine and understood',
    async (definition) => {
      await connectReader(definition, clouds.app(definition.name), 'runner', NOW_MS);
      await using receiver = await subscribe(definition);
      for (const action of ['revise', 'record']) {
        receiver.received.length = 0;
        await clouds.control('POST', `${definition.name}/people/runner/${action}`, {});
        await clouds.control('POST', 'flush');
        const items = await understood(definition, receiver.received.map(requestOf));
        const changed = items.filter(({ kind }) => kind === 'changed');
        expect(changed.length).toBeGreaterThan(0);
        expect(items.filter(({ kind }) => kind !== 'changed' && kind !== 'ignored')).toEqual([]);
      }
    },
  );
});
