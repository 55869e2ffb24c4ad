import type { Nap, Night, NightDetail, StageOfNight } from '../../contracts/http/sleep.ts';
import { addDays, type EpochMs, type LocalDate, MINUTE_MS, toIso } from '../core/instants.ts';
import type { Freshness } from '../projections/row-status.ts';
import type { Source } from '../samples/model.ts';
import { type ComputedNight, NO_NIGHT } from './compute-night.ts';
import { NIGHT_COMPUTE_VERSION } from './limits.ts';
import type {
  MainFigures,
  NapFigures,
  NightFigures,
  NightRow,
  SleepCluster,
  Span,
  StageTimes,
} from './model.ts';

/** One requested date: its stored night, if any, and how fresh it is. */
export interface NightView {
  readonly date: LocalDate;
  readonly row: NightRow | undefined;
  readonly freshness: Freshness;
}

/**
 * A night as the API tells it, but for the hours since the last session (`withSessionGaps`). Minutes have two
 * decimals; what the source does not say is null.
 */
export function toNight({ date, row, freshness }: NightView): Night {
  const figures = row?.figures ?? NO_NIGHT;
  return {
    date,
    eveningDate: addDays(date, -1),
    ...freshness,
    ...reasonOf(row, freshness),
    sourceSeq: row?.inputs.sourceSeq ?? null,
    computedAt: row === undefined ? null : toIso(row.computedAtMs),
    computeVersion: row?.computeVersion ?? NIGHT_COMPUTE_VERSION,
    ...toMainFields(figures),
    sources: figures.sources.map(({ source, isUsed }) => ({ ...source, isUsed })),
    naps: figures.naps.map((nap) => toNap(nap, figures)),
  };
}

function reasonOf(row: NightRow | undefined, { status }: Freshness): { readonly reason?: string } {
  if (row === undefined || row.outcome.kind === 'complete') return {};
  return status === 'PARTIAL' || status === 'FAILED' ? { reason: row.outcome.reason } : {};
}

const isoOf = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms as EpochMs));

const minutesOf = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : Math.round((ms / MINUTE_MS) * 100) / 100;

const toStageMinutes = (totalMs: number | null | undefined, times: StageTimes | undefined) => ({
  totalSleepMin: minutesOf(totalMs),
  remMin: minutesOf(times?.rem),
  deepMin: minutesOf(times?.deep),
  lightMin: minutesOf(times?.light),
  awakeMin: minutesOf(times?.awake),
  unspecifiedMin: minutesOf(times?.unspecified),
});

function toMainFields({ main, sources }: NightFigures) {
  return {
    sleepStart: isoOf(main?.asleep?.startMs),
    sleepEnd: isoOf(main?.asleep?.endMs),
    inBedStart: isoOf(main?.bed?.startMs),
    inBedEnd: isoOf(main?.bed?.endMs),
    ...toStageMinutes(main?.totalMs, main?.times),
    inBedMin: minutesOf(main?.bed?.lengthMs),
    latencyMin: minutesOf(main?.latencyMs),
    wakeCount: main?.wakeCount ?? null,
    efficiencyPct: efficiencyOf(main),
    coverage: main === null ? null : Math.round(main.coverage * 10_000) / 10_000,
    hoursSinceSession: null,
    zoneOffsetMinutes: main?.zoneOffsetMinutes ?? null,
    source: main === null ? null : sourceOf(sources, main.sourceId),
  };
}

/** Two decimals; null without time in bed. */
function efficiencyOf(main: MainFigures | null): number | null {
  if (main === null || main.totalMs === null || main.bed === null || main.bed.lengthMs <= 0) return null;
  return Math.round((main.totalMs / main.bed.lengthMs) * 10_000) / 100;
}

function sourceOf(sources: NightFigures['sources'], sourceId: string): Omit<Source, 'sourceId'> {
  const found = sources.find(({ source }) => source.sourceId === sourceId)?.source;
  if (found === undefined) throw new Error('a night names a source that it does not list');
  const { sourceId: _sourceId, ...named } = found;
  return named;
}

function toNap(nap: NapFigures, { sources }: NightFigures): Nap {
  return {
    start: toIso(nap.startMs as EpochMs),
    end: toIso(nap.endMs as EpochMs),
    ...toStageMinutes(nap.totalMs, nap.times),
    zoneOffsetMinutes: nap.zoneOffsetMinutes,
    source: sourceOf(sources, nap.sourceId),
  };
}

/** The same night with its stages, and what each source told. */
export function toNightDetail(view: NightView, computed: ComputedNight | undefined): NightDetail {
  const { naps, ...night } = toNight(view);
  const spans = new Map((computed?.naps ?? []).map((nap) => [(nap.asleep ?? nap).startMs, nap]));
  const starts = view.row?.figures.naps ?? [];
  return {
    ...night,
    naps: naps.map((nap, index) => ({ ...nap, stages: toStages(spans.get(starts[index]?.startMs ?? 0)) })),
    stages: toStages(computed?.main),
    explain: computed === undefined ? [] : explain(computed),
  };
}

const toStages = (cluster: SleepCluster | undefined): StageOfNight[] =>
  (cluster?.stages ?? []).map((part) => ({ stage: part.stage, ...toTimes(part) }));

const toTimes = ({ startMs, endMs }: Span) => ({
  start: toIso(startMs as EpochMs),
  end: toIso(endMs as EpochMs),
});

function explain({ main, naps, figures, setAside }: ComputedNight): NightDetail['explain'] {
  const used = [
    ...(main === undefined ? [] : [{ as: 'night' as const, cluster: main }]),
    ...naps.map((cluster) => ({ as: 'nap' as const, cluster })),
  ];
  return figures.sources.map(({ source: { sourceId } }) => ({
    sourceId,
    used: used
      .filter(({ cluster }) => cluster.source.sourceId === sourceId)
      .map(({ as, cluster }) => ({ as, ...toTimes(cluster) })),
    setAside: setAside
      .filter((span) => span.sourceId === sourceId)
      .map((span) => ({ ...toTimes(span), reason: span.reason })),
  }));
}
