import { compareSources } from '../../lib/projections/priorities.ts';
import type { DeviceType, Source, SourceId } from '../../lib/samples/model.ts';
import { type ComputedNight, computeNight } from '../../lib/sleep/compute-night.ts';
import type { SleepSession, SleepStage, SourceSleep, StageSample } from '../../lib/sleep/model.ts';
import { at, dateOf } from './night-world.ts';

/** Its id is its name. */
export const sourceOf = (provider: string, type?: DeviceType): Source => ({
  sourceId: provider as SourceId,
  provider,
  ...(type === undefined ? {} : { device: { type } }),
});

/** `['deep', '20T01:00', '20T02:30']`: days of November 2026 on the wearer's clock. */
export type Told = readonly [stage: SleepStage, from: string, to: string];

export const samplesOf = (told: readonly Told[], offsetMinutes = 0): readonly StageSample[] =>
  told.map(([stage, from, to]) => ({
    stage,
    startMs: at(`2026-11-${from}`, offsetMinutes),
    endMs: at(`2026-11-${to}`, offsetMinutes),
    offsetMinutes,
  }));

export const sessionOf = (from: string, to: string, parts: Partial<SleepSession> = {}): SleepSession => {
  const offsetMinutes = parts.offsetMinutes ?? 0;
  const endMs = at(`2026-11-${to}`, offsetMinutes);
  return {
    recordId: `${from}-${to}`,
    startMs: at(`2026-11-${from}`, offsetMinutes),
    endMs,
    offsetMinutes,
    date: dateOf(`2026-11-${to.slice(0, 2)}`),
    isNap: false,
    stages: [],
    totals: {},
    ...parts,
  };
};

export const tells = (
  source: Source,
  samples: readonly StageSample[],
  sessions: readonly SleepSession[] = [],
): SourceSleep => ({ source, samples, sessions });

export const nightOf = (
  date: string,
  told: readonly SourceSleep[],
  order: readonly string[] = [],
): ComputedNight => computeNight(dateOf(date), told, compareSources(order));

export const minutes = (ms: number | null | undefined): number | null | undefined =>
  typeof ms === 'number' ? ms / 60_000 : ms;
