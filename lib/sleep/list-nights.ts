import type { Night } from '../../contracts/http/sleep.ts';
import { datesBetween } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { UserScope } from '../samples/model.ts';
import { windowsOf } from './coalesce-nights.ts';
import { MAX_INLINE_NIGHT_COUNT, NIGHT_COMPUTE_VERSION } from './limits.ts';
import { type NightView, toNight } from './night-answer.ts';
import { NIGHT_METRIC, type NightDeps, STAGE_METRIC } from './night-deps.ts';
import { fingerprintNight, loadPeople, type People, projectNights } from './project-nights.ts';
import { inputRangeOf, type NightRange, stageBuckets } from './read-inputs.ts';

/** How long `X-Min-Seq` waits for the projector, and how often it looks. */
const MAX_WAIT_MS = 2_000;
const FIRST_STEP_MS = 40;
/** Of one look: marks of dates, summaries of blocks and nights; each is one page unless it exceeds 1 MB. */
const QUERIES_PER_LOOK_COUNT = 3;

export interface NightQuery extends NightRange {
  readonly wait: boolean;
  readonly minSeq: number | undefined;
}

export interface NightPage {
  readonly nights: readonly Night[];
  /** The user's sequence number at the time of reading. */
  readonly seq: number;
  /** Queries that it took, without what `wait` computed. */
  readonly queryCount: number;
}

/**
 * One entry for each date with its exact freshness (SLP10): three Queries and two GetItems. `minSeq` looks
 * again, up to 2 s, until the head has reached it and no night is STALE; `wait` then computes up to seven STALE
 * nights on the spot. Throws AppError user.not_found, read.metric_blocked.
 */
export async function listNights(deps: NightDeps, scope: UserScope, query: NightQuery): Promise<NightPage> {
  let look = await waitForSeq(deps, scope, query);
  let { queryCount } = look;
  if (query.wait && (await computeStale(deps, scope, look.views))) {
    look = await lookAt(deps, scope, query);
    queryCount += look.queryCount;
  }
  return { nights: look.views.map(toNight), seq: look.people.head.seq, queryCount };
}

interface Look {
  readonly people: People;
  readonly views: readonly NightView[];
  readonly queryCount: number;
}

async function waitForSeq(deps: NightDeps, scope: UserScope, query: NightQuery): Promise<Look> {
  const { minSeq } = query;
  const deadlineMs = deps.clock.now() + MAX_WAIT_MS;
  let queryCount = 0;
  for (let stepMs = FIRST_STEP_MS; ; stepMs *= 1.5) {
    const look = await lookAt(deps, scope, query);
    queryCount += look.queryCount;
    const isReached = minSeq === undefined || (look.people.head.seq >= minSeq && !look.views.some(isStale));
    if (isReached || deps.clock.now() + stepMs > deadlineMs) return { ...look, queryCount };
    await deps.clock.sleep(stepMs);
  }
}

const isStale = ({ freshness }: NightView): boolean => freshness.status === 'STALE';

async function lookAt(deps: NightDeps, scope: UserScope, { from, to }: NightRange): Promise<Look> {
  const dates = inputRangeOf({ from, to });
  const [people, recordDays, listed, rows] = await Promise.all([
    requirePeople(deps, scope),
    deps.recordDays.loadSleepDays(scope, dates),
    deps.blocks.listBlocks(scope, stageBuckets(dates)),
    deps.nights.load(scope, { from, to }),
  ]);
  const byDate = new Map(rows.map((row) => [row.date, row]));
  const views: NightView[] = [];
  for (const date of datesBetween(from, to)) {
    const row = byDate.get(date);
    const current = fingerprintNight(deps, date, people, { listed, recordDays });
    views.push({ date, row, freshness: deps.rules.freshnessOf(row, current, NIGHT_COMPUTE_VERSION) });
  }
  return { people, views, queryCount: QUERIES_PER_LOOK_COUNT };
}

/** Head and orders of a living user whose sleep may be read. */
export async function requirePeople(deps: NightDeps, scope: UserScope): Promise<People> {
  const people = await loadPeople(deps, scope);
  if (people === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
  const blocked = [NIGHT_METRIC, STAGE_METRIC].find((metric) =>
    people.head.privacy.blockedMetrics.includes(metric),
  );
  if (blocked !== undefined) throw new AppError('read.metric_blocked', `The user has blocked "${blocked}".`);
  return people;
}

/** Whether anything was computed. The newest nights first: that is what a screen shows. */
async function computeStale(
  deps: NightDeps,
  scope: UserScope,
  views: readonly NightView[],
): Promise<boolean> {
  const stale = views.filter(isStale).slice(-MAX_INLINE_NIGHT_COUNT);
  for (const window of windowsOf(stale.map(({ date }) => date))) {
    await projectNights(deps, scope, new Map(window.map((night) => [night, new Map()])));
  }
  return stale.length > 0;
}
