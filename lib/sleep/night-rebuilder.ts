import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import {
  addDays,
  DAY_MS,
  datesBetween,
  type EpochMs,
  type LocalDate,
  localDateOf,
  MINUTE_MS,
} from '../core/instants.ts';
import { MAX_OFFSET_MINUTES } from '../core/iso-time.ts';
import { bucketStartMs } from '../core/time-buckets.ts';
import type { Rebuilder, RebuilderRange, RebuilderStep } from '../projections/rebuilder.ts';
import type { UserScope } from '../samples/model.ts';
import { windowsOf } from './coalesce-nights.ts';
import { MAX_WINDOW_NIGHTS, NIGHT_COMPUTE_VERSION } from './limits.ts';
import { NIGHT_METRIC, type NightDeps, STAGE_METRIC } from './night-deps.ts';
import { inputDatesOf, nightsOfDate } from './night-fingerprint.ts';
import {
  fingerprintNight,
  loadPeople,
  type NightOutcome,
  type People,
  projectNights,
} from './project-nights.ts';
import { inputRangeOf, type NightRange, stageBuckets } from './read-inputs.ts';

/** Nights, 31 at a time; dates of which nothing was ever told are passed over (PRJ5). */
export const createNightRebuilder = (deps: NightDeps): Rebuilder => ({
  model: 'sleep',
  rebuild: (scope, range) => rebuildNights(deps, scope, range),
});

async function* rebuildNights(
  deps: NightDeps,
  scope: UserScope,
  { metrics, ...given }: RebuilderRange,
): AsyncGenerator<RebuilderStep> {
  const isConcerned = metrics?.some((metric) => metric === NIGHT_METRIC || metric === STAGE_METRIC) ?? true;
  const people = isConcerned ? await loadPeople(deps, scope) : undefined;
  if (people === undefined) return;
  const range = nightsWithin(given, deps.clock.now());
  if (range.from > range.to) return;
  const marked = [...(await deps.recordDays.loadSleepDays(scope, inputRangeOf(range))).keys()].sort();
  let from = await nextNight(deps, scope, range, marked);
  while (from !== undefined) {
    const [to = range.to] = [addDays(from, MAX_WINDOW_NIGHTS - 1), range.to].sort();
    yield await rebuildStep(deps, scope, people, { from, to });
    from = await nextNight(deps, scope, { ...range, from: addDays(to, 1) }, marked);
  }
}

/** Those of the range that any sample or record of today can have; of no others is anything asked. */
function nightsWithin({ from, to }: Pick<RebuilderRange, 'from' | 'to'>, nowMs: EpochMs): NightRange {
  const first = localDateOf((EARLIEST_SAMPLE_MS - 2 * DAY_MS) as EpochMs, 0);
  const last = localDateOf((nowMs + 4 * DAY_MS) as EpochMs, 0);
  return {
    from: from === undefined || from < first ? first : from,
    to: to === undefined || to > last ? last : to,
  };
}

/** The first night of the range that a block or a record can touch; undefined when there is none. */
async function nextNight(
  deps: NightDeps,
  scope: UserScope,
  range: NightRange,
  marked: readonly LocalDate[],
): Promise<LocalDate | undefined> {
  if (range.from > range.to) return undefined;
  const [firstInput] = inputDatesOf(range.from);
  const record = marked.find((date) => firstInput === undefined || date >= firstInput);
  const { metric, fromBucket } = stageBuckets(inputRangeOf({ from: range.from, to: range.from }));
  const bucket = await deps.blocks.nextBucket(scope, metric, fromBucket);
  const block =
    bucket === undefined
      ? undefined
      : localDateOf((bucketStartMs(bucket) - MAX_OFFSET_MINUTES * MINUTE_MS) as EpochMs, 0);
  const [date] = [record, block].filter((each) => each !== undefined).sort();
  const [night] = date === undefined ? [] : nightsOfDate(date);
  if (night === undefined || night > range.to) return undefined;
  return [night, range.from].sort().at(-1);
}

async function rebuildStep(
  deps: NightDeps,
  scope: UserScope,
  people: People,
  range: NightRange,
): Promise<RebuilderStep> {
  const dates = inputRangeOf(range);
  const [recordDays, listed, rows] = await Promise.all([
    deps.recordDays.loadSleepDays(scope, dates),
    deps.blocks.listBlocks(scope, stageBuckets(dates)),
    deps.nights.load(scope, range),
  ]);
  const byDate = new Map(rows.map((row) => [row.date, row]));
  const stale: LocalDate[] = [];
  let currentCount = 0;
  for (const night of datesBetween(range.from, range.to)) {
    const inputs = fingerprintNight(deps, night, people, { listed, recordDays });
    if (inputs === undefined) continue;
    const { status } = deps.rules.freshnessOf(byDate.get(night), inputs, NIGHT_COMPUTE_VERSION);
    if (status === 'STALE') stale.push(night);
    else currentCount += 1;
  }
  const outcomes: NightOutcome[] = [];
  for (const window of windowsOf(stale)) {
    const needs = new Map(window.map((night) => [night, new Map<string, number>()]));
    outcomes.push(...(await projectNights(deps, scope, needs)).values());
  }
  const unsettledCount = outcomes.filter((outcome) => outcome === 'not_visible').length;
  const computedCount = outcomes.length - unsettledCount;
  return { throughDate: range.to, computedCount, currentCount, unsettledCount };
}
