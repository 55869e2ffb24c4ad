import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import type { SampleRecord } from '../model.ts';
import type { ExercisePayload } from './payloads.ts';

/** Types of samples that are taken (providers.md 8): 0 heart rate, 1 speed, 2 and 8 cadence, 4 power. */
const SERIES: Readonly<Record<string, { readonly metric: string; readonly unit: string }>> = {
  0: { metric: 'heart_rate', unit: '/min' },
  1: { metric: 'speed', unit: 'km/h' },
  2: { metric: 'cadence', unit: '/min' },
  4: { metric: 'power', unit: 'W' },
  8: { metric: 'cadence', unit: '/min' },
};
/** A reading a second for two days: no exercise is longer. */
const MAX_READING_COUNT = 172_800;

type Reading = Omit<SampleRecord, 'source' | 'zoneOffsetMinutes'>;

/**
 * What the sensors recorded, one value each `recording_rate` seconds, on the time of the exercise. Empty places
 * and a heart rate of 0 are no readings. Of two cadences the first counts: they would be at the same times.
 */
export function seriesOf({ samples = [], duration }: ExercisePayload, startMs: EpochMs): readonly Reading[] {
  const taken = new Set<string>();
  return samples.flatMap(({ sample_type, recording_rate, data }) => {
    const series = SERIES[sample_type];
    const isUsable = isRate(recording_rate) && data !== undefined;
    if (series === undefined || !isUsable || taken.has(series.metric)) return [];
    taken.add(series.metric);
    const lastIndex = Math.min(MAX_READING_COUNT, Math.ceil(duration / recording_rate) + 1);
    return data
      .split(',', lastIndex)
      .flatMap((text, index) => toReading(series, text, startMs + index * recording_rate * SECOND_MS));
  });
}

/** Seconds between readings: ten a second is the most that a sensor gives, one an hour the least. */
const isRate = (rateSec: number | undefined): rateSec is number =>
  rateSec !== undefined && rateSec >= 0.1 && rateSec <= 3_600;

function toReading(
  { metric, unit }: { readonly metric: string; readonly unit: string },
  text: string,
  atMs: number,
): readonly Reading[] {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0 || (value === 0 && metric === 'heart_rate')) return [];
  return [{ kind: 'sample', metric, start: toIso(Math.round(atMs) as EpochMs), value, unit }];
}
