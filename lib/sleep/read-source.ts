import { type JoinedItems, joinItems } from './join-items.ts';
import type { SetAside, SleepCluster, SourceSleep, Span, StageTimes, ToldStage } from './model.ts';
import { dateSleep, wakingClock } from './night-date.ts';
import { countWakes, isAsleep } from './paint-stages.ts';
import { sumOf, totalsOf } from './session-totals.ts';
import { itemsOf, type SourceItems, type StagedSession, stagedMs } from './source-items.ts';
import { hullOf, lengthOf, overlaps, totalLength, union } from './spans.ts';

export interface ReadSource {
  readonly clusters: readonly SleepCluster[];
  readonly setAside: readonly SetAside[];
}

/** The sleeps of one source with their figures (SLP2 to SLP6). */
export function readSource(told: SourceSleep): ReadSource {
  const items = itemsOf(told);
  const reported = reportedStages(items);
  const clusters = joinItems(items).map((joined) => toCluster(told, items, joined, reported));
  const contradictions = items.sessions
    .filter((session) => session.painted.length === 0 && totalsOf(session).isContradiction)
    .map(({ startMs, endMs }) => ({
      startMs,
      endMs,
      sourceId: told.source.sourceId,
      reason: 'totals_contradict' as const,
    }));
  return { clusters, setAside: [...items.setAside, ...contradictions] };
}

type Reported = ReadonlySet<ToldStage>;

/** A stage that the source tells anywhere in the dates it was read for: where it is missing, it is 0 (SLP6). */
function reportedStages(items: SourceItems): Reported {
  const told: readonly ToldStage[] = ['rem', 'deep', 'light', 'asleep', 'awake'];
  return new Set(told.filter((stage) => stagedMs(items, stage) > 0));
}

function toCluster(
  { source }: SourceSleep,
  items: SourceItems,
  joined: JoinedItems,
  reported: Reported,
): SleepCluster {
  const summaries = joined.sessions.filter(({ painted }) => painted.length === 0);
  const told = summaries.map(totalsOf);
  const hasStages = joined.stages.some(isAsleep);
  const asleep = hullOf([...joined.stages.filter(isAsleep), ...summaries.map(asleepOf)]);
  const bed = bedOf(joined);
  const toldMs = sumOf([
    hasStages ? totalLength(joined.stages.filter(isAsleep)) : null,
    ...told.map((totals) => totals.totalMs),
  ]);
  const times = timesOf(
    joined,
    reported,
    told.map((totals) => totals.times),
  );
  // A session may tell of stages and of no total: what it tells was slept.
  const totalMs = toldMs === null ? null : Math.max(toldMs, asleepIn(times));
  const span = { startMs: joined.startMs, endMs: joined.endMs };
  const clock = wakingClock([...joined.sessions, ...items.clocks.filter((each) => overlaps(each, span))]) ?? {
    ...span,
    offsetMinutes: undefined,
  };
  return {
    ...span,
    source,
    stages: joined.stages,
    asleep,
    bed,
    times,
    totalMs,
    latencyMs: latencyOf(joined, asleep, bed),
    wakeCount:
      hasStages && reported.has('awake') && asleep !== undefined ? countWakes(joined.stages, asleep) : null,
    coverage: coverageOf(joined, span, told),
    isNap: joined.isNap,
    isCut: joined.isCut,
    offsetMinutes: clock.offsetMinutes,
    ...dateSleep(asleep ?? span, clock),
  };
}

const asleepIn = ({ rem, deep, light, unspecified }: StageTimes): number =>
  sumOf([rem, deep, light, unspecified]) ?? 0;

/** A session without stages is asleep from its latency on until it ends. */
function asleepOf(session: StagedSession): Span {
  const { startMs, endMs } = session;
  return { startMs: Math.min(startMs + (totalsOf(session).latencyMs ?? 0), endMs), endMs };
}

/** Undefined when the source says nothing of a bed; else it holds all that it tells of this sleep. */
function bedOf(joined: JoinedItems): SleepCluster['bed'] {
  if (joined.beds.length === 0 && joined.sessions.length === 0) return undefined;
  const up = joined.stages.filter(({ stage }) => stage === 'out_of_bed');
  const inside = joined.stages.filter(({ stage }) => stage !== 'out_of_bed');
  const parts = union([...joined.beds, ...joined.sessions, ...inside]);
  const hull = hullOf(parts);
  if (hull === undefined) return undefined;
  const summaries = joined.sessions.filter(({ painted }) => painted.length === 0);
  const unused = summaries.reduce((sum, session) => sum + lengthOf(session) - totalsOf(session).bedMs, 0);
  const upMs = totalLength(up) - (totalLength(union([...parts, ...up])) - totalLength(parts));
  return { ...hull, lengthMs: Math.max(0, totalLength(parts) - upMs - unused) };
}

function timesOf(joined: JoinedItems, reported: Reported, told: readonly StageTimes[]): StageTimes {
  const hasStages = joined.stages.length > 0;
  const of = (stage: ToldStage): number | null =>
    hasStages && reported.has(stage)
      ? totalLength(joined.stages.filter((part) => part.stage === stage))
      : null;
  const both = (stage: ToldStage, name: keyof StageTimes) =>
    sumOf([of(stage), ...told.map((times) => times[name])]);
  return {
    rem: both('rem', 'rem'),
    deep: both('deep', 'deep'),
    light: both('light', 'light'),
    unspecified: both('asleep', 'unspecified'),
    awake: both('awake', 'awake'),
  };
}

/** From going to bed to falling asleep: what the stages or the bed show, else what the first session says. */
function latencyOf(
  { sessions }: JoinedItems,
  asleep: Span | undefined,
  bed: SleepCluster['bed'],
): number | null {
  const [first] = sessions;
  if (first !== undefined && first.painted.length === 0)
    return first.startMs === bed?.startMs ? totalsOf(first).latencyMs : null;
  if (asleep === undefined || bed === undefined) return null;
  return Math.max(0, asleep.startMs - bed.startMs);
}

function coverageOf(
  joined: JoinedItems,
  span: Span,
  told: readonly { readonly totalMs: number | null; readonly times: StageTimes }[],
): number {
  const totals = told.reduce((sum, one) => sum + (one.totalMs ?? 0) + (one.times.awake ?? 0), 0);
  const length = lengthOf(span);
  return length <= 0 ? 0 : Math.min(1, (totalLength(union(joined.stages)) + totals) / length);
}
