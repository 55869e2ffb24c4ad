import { createPrng } from '../../simulation/engine/prng.ts';
import { type RealBatch, realBatches } from './real-batches.ts';

/** Metrics of one day of a watch, its unit, and a made-up range where the recording has none. */
const SERIES = [
  { metric: 'heart_rate', unit: 'bpm' },
  { metric: 'steps', unit: 'count' },
  { metric: 'hrv_rmssd', unit: 'ms', from: 20, to: 90 },
  { metric: 'spo2', unit: '%', from: 93, to: 99 },
  { metric: 'respiratory_rate', unit: '/min', from: 12, to: 20 },
  { metric: 'skin_temperature', unit: 'Cel', from: 32, to: 36 },
  { metric: 'active_energy', unit: 'kcal', from: 0, to: 12 },
  { metric: 'distance', unit: 'm', from: 0, to: 90 },
] as const;
const SAMPLES_PER_BATCH = 500;
const SEED = 8;

interface Minute {
  readonly start: string;
  readonly end: string | undefined;
  readonly metric: string;
  readonly value: number;
}

/**
 * The live mix: each request carries one day of one wearer, 500 samples of 8 metrics. Heart rate and steps
 * are the recorded minutes of test/data/fitabase, the other six are made up at the same times.
 */
export function liveBatches(): readonly RealBatch[] {
  const days = new Map<string, { readonly user: string; readonly minutes: Minute[] }>();
  for (const { user, body } of realBatches(false)) {
    const { samples } = JSON.parse(body.toString()) as { samples: Minute[] };
    for (const minute of samples) {
      const name = `${user}/${minute.start.slice(0, 10)}`;
      const day = days.get(name) ?? { user, minutes: [] };
      days.set(name, day);
      day.minutes.push(minute);
    }
  }
  const prng = createPrng(SEED);
  return [...days].flatMap(([name, { user, minutes }]) => {
    const samples = samplesOf(minutes, prng);
    if (samples.length < SAMPLES_PER_BATCH) return [];
    const body = { requestId: `live-${name.replace('/', '-')}`, origin: 'live', sources: SOURCE, samples };
    return [{ user, body: Buffer.from(JSON.stringify(body)), sampleCount: samples.length }];
  });
}

const SOURCE = { w: { provider: 'fitbit', device: { type: 'watch' } } };

/** As many times of the day for each metric, evenly among its minutes. */
function samplesOf(minutes: readonly Minute[], prng: ReturnType<typeof createPrng>): readonly object[] {
  const recorded = {
    heart_rate: minutes.filter(({ metric }) => metric === 'heart_rate'),
    steps: minutes.filter(({ metric }) => metric === 'steps'),
  };
  return SERIES.flatMap((series, index) => {
    const from = series.metric === 'steps' ? recorded.steps : recorded.heart_rate;
    const count =
      Math.floor(SAMPLES_PER_BATCH / SERIES.length) + (index < SAMPLES_PER_BATCH % SERIES.length ? 1 : 0);
    if (from.length < count) return [];
    return Array.from({ length: count }, (_, place) => {
      const minute = from[Math.floor((place * from.length) / count)] as Minute;
      const { metric, unit } = series;
      const value =
        'from' in series ? series.from + prng.below((series.to - series.from) * 10) / 10 : minute.value;
      const end = minute.end === undefined ? {} : { end: minute.end };
      return { source: 'w', metric, start: minute.start, ...end, value, unit };
    });
  });
}
