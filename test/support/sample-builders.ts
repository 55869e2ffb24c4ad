import { type EpochMs, HOUR_MS, type LocalDate, MINUTE_MS, utcMidnightOf } from '../../lib/core/instants.ts';
import type { SourceSamples } from '../../lib/projections/day-samples.ts';
import type { DeviceType, Sample, Source, SourceId } from '../../lib/samples/model.ts';

export const dateOf = (text: string): LocalDate => text as LocalDate;

/** The instant at which a clock `offsetMinutes` east of UTC shows `time` (HH:MM) on the date. */
export function clockMs(date: LocalDate, time: string, offsetMinutes = 0): EpochMs {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (utcMidnightOf(date) + hours * HOUR_MS + (minutes - offsetMinutes) * MINUTE_MS) as EpochMs;
}

export function sampleAt(startMs: number, endMs: number, value: number, more: Partial<Sample> = {}): Sample {
  return {
    startMs: startMs as EpochMs,
    endMs: endMs as EpochMs,
    value,
    offsetMinutes: 0,
    recordHash: 0n,
    revision: undefined,
    seq: 1,
    deletedAtMs: undefined,
    ...more,
  };
}

export const sourceNamed = (sourceId: string, provider: string, type?: DeviceType): Source => ({
  sourceId: sourceId as SourceId,
  provider,
  ...(type === undefined ? {} : { device: { type } }),
});

export const samplesOf = (source: Source, ...samples: readonly Sample[]): SourceSamples => ({
  source,
  samples,
});
