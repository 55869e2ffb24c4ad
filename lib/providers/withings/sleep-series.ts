import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import { fieldOf } from '../json-body.ts';
import type { SampleRecord, SleepStage, StageSegment } from '../model.ts';
import { type SleepPayload, SleepStretch } from './payloads.ts';

/** 4 was entered by hand and 5 is not told apart: asleep, in no stage that is known. */
const STAGES: readonly SleepStage[] = ['awake', 'light', 'deep', 'rem', 'asleep', 'asleep'];
/** A night of a day, minute by minute, and some more. */
const MAX_STRETCH_COUNT = 3_000;

const SERIES = [
  { field: 'hr', metric: 'heart_rate', unit: '/min' },
  { field: 'rmssd', metric: 'hrv_rmssd', unit: 'ms' },
  { field: 'sdnn_1', metric: 'hrv_sdnn', unit: 'ms' },
] as const;

type Reading = Omit<SampleRecord, 'source' | 'zoneOffsetMinutes'>;

/**
 * Stages and readings of a night from the answer about its stretches, within the night. Stretches that cannot be
 * read, or that overlap one before, are left out: the totals of the night are told by themselves.
 */
export function nightOf(
  body: unknown,
  night: Pick<SleepPayload, 'startdate' | 'enddate'>,
): { readonly stages: readonly StageSegment[]; readonly readings: readonly Reading[] } {
  const list = fieldOf(body, 'series');
  const stretches = (Array.isArray(list) ? list.slice(0, MAX_STRETCH_COUNT) : [])
    .flatMap((entry) => SleepStretch.safeParse(entry).data ?? [])
    .toSorted((a, b) => a.startdate - b.startdate);
  return { stages: stagesOf(stretches, night), readings: readingsOf(stretches, night) };
}

function stagesOf(
  stretches: readonly SleepStretch[],
  night: Pick<SleepPayload, 'startdate' | 'enddate'>,
): readonly StageSegment[] {
  const stages: { stage: SleepStage; startMs: EpochMs; endMs: EpochMs }[] = [];
  let freeFromMs = night.startdate;
  for (const { startdate, enddate, state } of stretches) {
    const stage = STAGES[state];
    const startMs = Math.max(startdate, freeFromMs) as EpochMs;
    const endMs = Math.min(enddate, night.enddate) as EpochMs;
    if (stage === undefined || endMs <= startMs) continue;
    const last = stages.at(-1);
    if (last?.stage === stage && last.endMs === startMs) last.endMs = endMs;
    else stages.push({ stage, startMs, endMs });
    freeFromMs = endMs;
  }
  return stages.map(({ stage, startMs, endMs }) => ({ stage, start: toIso(startMs), end: toIso(endMs) }));
}

function readingsOf(
  stretches: readonly SleepStretch[],
  night: Pick<SleepPayload, 'startdate' | 'enddate'>,
): readonly Reading[] {
  const readings = new Map<string, Reading>();
  for (const stretch of stretches) {
    for (const { field, metric, unit } of SERIES) {
      for (const [second, value] of Object.entries(stretch[field] ?? {})) {
        const atMs = (Number(second) * SECOND_MS) as EpochMs;
        if (!(atMs >= night.startdate && atMs <= night.enddate) || value <= 0) continue;
        readings.set(`${metric} ${second}`, { kind: 'sample', metric, start: toIso(atMs), value, unit });
      }
    }
  }
  return [...readings.values()];
}
