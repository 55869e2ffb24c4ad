import type { ListNightsAnswer } from '../../../contracts/http/sleep.ts';
import { metricOf } from '../../../contracts/metrics/catalog.ts';
import { callApi } from '../../support/local-cloud.ts';
import type { ProviderWorld, Truth } from './world.ts';

const DAY_MS = 86_400_000;

interface RollupView {
  readonly date: string;
  readonly status: string;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: { readonly value: number } | null;
}

/** What a day of a metric comes to, as the truth tells it: sums of what adds up, else the day's one or last value. */
function dayFigure(metric: string, row: RollupView | undefined): number | null {
  if (row === undefined) return null;
  const { aggregation } = metricOf(metric) ?? {};
  if (aggregation === 'sum') return row.sum;
  if (metric === 'heart_rate_min') return row.min;
  if (metric === 'heart_rate_max') return row.max;
  return row.last?.value ?? row.mean;
}

/** Providers round to what their fields hold; the truth is asked in the same units. */
const isClose = (left: number | null, right: number): boolean =>
  left !== null && Math.abs(left - right) <= Math.max(1e-6, Math.abs(right) * 1e-6);

/** The dates that a truth is of, in order; where the days have no figures (Strava), those of its records. */
function datesOf({ daily, sleeps, workouts }: Truth): readonly string[] {
  const dates = Object.keys(daily);
  const starts = [...sleeps, ...workouts].map(({ start }) => start.slice(0, 10));
  return [...new Set(dates.length > 0 ? dates : starts)].sort();
}

/** Every difference between what the simulated person's data are and what the API says, as sentences. */
export async function differences(
  world: ProviderWorld,
  userId: string,
  truth: Truth,
): Promise<readonly string[]> {
  const dates = datesOf(truth);
  const metrics = [...new Set(Object.values(truth.daily).flatMap((day) => Object.keys(day)))];
  const found: string[] = [];
  for (const metric of metrics) {
    const query = `metric=${metric}&from=${dates[0]}&to=${dates.at(-1)}&wait=true&limit=1000`;
    const { status, body, text } = await callApi<{ rollups: RollupView[] }>(
      world.cloud,
      `/v1/users/${userId}/health/rollups?${query}`,
    );
    if (status !== 200) {
      found.push(`${metric}: ${status} ${text.slice(0, 120)}`);
      continue;
    }
    const rows = new Map(body.rollups.map((row) => [row.date, row]));
    for (const date of dates) {
      const expected = truth.daily[date]?.[metric];
      const got = dayFigure(metric, rows.get(date));
      if (expected === undefined) continue;
      if (!isClose(got, expected)) found.push(`${date} ${metric}: ${got} instead of ${expected}`);
    }
  }
  const records = await recordDifferences(world, userId, truth);
  return [...found, ...records, ...(await nightDifferences(world, userId, truth))];
}

async function recordDifferences(
  world: ProviderWorld,
  userId: string,
  truth: Truth,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [kind, expected] of [
    ['sleep', truth.sleeps],
    ['workouts', truth.workouts],
  ] as const) {
    const dates = datesOf(truth);
    const range = `from=${dates[0]}T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000`;
    const path = `/v1/users/${userId}/health/records/${kind}?${range}`;
    type Listed = { readonly externalId: string; readonly start: string };
    const { body } = await callApi<{ sessions?: Listed[]; workouts?: Listed[] }>(world.cloud, path);
    const listed = new Map((body.sessions ?? body.workouts ?? []).map((each) => [each.externalId, each]));
    const firstMs = Date.parse(`${dates[0]}T00:00:00Z`) + DAY_MS;
    for (const { externalId, start } of expected) {
      const got = listed.get(externalId);
      listed.delete(externalId);
      if (Date.parse(start) < firstMs) continue;
      if (got === undefined) found.push(`${kind} ${externalId} of ${start} is missing`);
      else if (Date.parse(got.start) !== Date.parse(start))
        found.push(`${kind} ${externalId} starts ${got.start} instead of ${start}`);
    }
    for (const extra of listed.values()) {
      if (Date.parse(extra.start) >= firstMs)
        found.push(`${kind} ${extra.externalId} of ${extra.start} should not be there`);
    }
  }
  return found;
}

/** Each sleep is a night or a nap that is current, and there are no others. */
async function nightDifferences(
  world: ProviderWorld,
  userId: string,
  { sleeps }: Truth,
): Promise<readonly string[]> {
  if (sleeps.length === 0) return [];
  const firstMs = Math.min(...sleeps.map(({ start }) => Date.parse(start))) + DAY_MS;
  const lastMs = Math.max(...sleeps.map(({ end }) => Date.parse(end)));
  const range = `from=${dayOf(firstMs - 2 * DAY_MS)}&to=${dayOf(lastMs + DAY_MS)}`;
  const path = `/v1/users/${userId}/health/sleep?${range}`;
  const { body } = await callApi<ListNightsAnswer>(world.cloud, path);
  const stale = body.nights
    .filter(({ status }) => status === 'STALE')
    .map(({ date }) => `night ${date} is stale`);
  const told = body.nights.flatMap((night) => [
    ...(night.inBedStart === null || night.inBedEnd === null
      ? []
      : [{ startMs: Date.parse(night.inBedStart), endMs: Date.parse(night.inBedEnd) }]),
    ...night.naps.map((nap) => ({ startMs: Date.parse(nap.start), endMs: Date.parse(nap.end) })),
  ]);
  const expected = sleeps.map(({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) }));
  const misses = (some: typeof told, others: typeof told) =>
    some.filter(
      ({ startMs, endMs }) =>
        startMs >= firstMs && !others.some((other) => other.startMs < endMs && startMs < other.endMs),
    );
  return [
    ...stale,
    ...misses(expected, told).map(({ startMs }) => `sleep of ${dayOf(startMs)} is no night`),
    ...misses(told, expected).map(({ startMs }) => `night of ${dayOf(startMs)} should not be there`),
  ];
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
