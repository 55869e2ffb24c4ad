import type { Metric } from '../../contracts/metrics/metric.ts';
import { DAY_MS, type LocalDate, localDateOf, MINUTE_MS } from '../core/instants.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { blockName, type Sample, type StoredBlock } from '../samples/model.ts';
import { datesOfSample } from './day-samples.ts';

/** lib/samples/block-codec.ts, handed in by the wiring. Throws on a payload that it did not write. */
export type DecodeBlock = (payload: Uint8Array) => readonly Sample[];

export interface DecodedBlocks {
  /** The block's living samples that touch the date, or why its payload cannot be read. */
  samplesOf(block: StoredBlock, date: LocalDate): Result<readonly Sample[], string>;
}

type ByDate = ReadonlyMap<LocalDate, readonly Sample[]>;

/**
 * Decodes each block once for neighbouring dates, and lets go of those that end before the date asked for:
 * dates are to be asked in order. What it holds is bounded by the blocks of one date.
 */
export function createDecodedBlocks(decode: DecodeBlock, metric: Pick<Metric, 'aggregation'>): DecodedBlocks {
  const kept = new Map<string, { readonly lastDate: string; readonly content: Result<ByDate, string> }>();
  return {
    samplesOf(block, date) {
      for (const [name, { lastDate }] of kept) if (lastDate < date) kept.delete(name);
      const name = blockName(block.ref);
      const known = kept.get(name)?.content ?? decodeByDate(decode, metric, block);
      const lastDate = Object.keys(block.daySeqs).sort().at(-1) ?? date;
      kept.set(name, { lastDate, content: known });
      return known.ok ? ok(known.value.get(date) ?? []) : known;
    },
  };
}

function decodeByDate(
  decode: DecodeBlock,
  metric: Pick<Metric, 'aggregation'>,
  block: StoredBlock,
): Result<ByDate, string> {
  let samples: readonly Sample[];
  try {
    samples = decode(block.payload);
  } catch (error) {
    const cause = error instanceof Error ? error.name : 'unknown fault';
    return fail(`block ${blockName(block.ref)} cannot be decoded: ${cause}`);
  }
  return ok(groupByDate(samples, metric));
}

/** Living samples by the local dates that they touch. */
export function groupByDate(samples: readonly Sample[], metric: Pick<Metric, 'aggregation'>): ByDate {
  const byDate = new Map<LocalDate, Sample[]>();
  const names = new Map<number, LocalDate>();
  for (const sample of samples) {
    if (sample.deletedAtMs !== undefined) continue;
    for (const date of datesOf(sample, metric, names)) {
      const known = byDate.get(date);
      if (known === undefined) byDate.set(date, [sample]);
      else known.push(sample);
    }
  }
  return byDate;
}

/** `datesOfSample`, without making the name of the same day for each of its samples. */
function datesOf(
  sample: Sample,
  metric: Pick<Metric, 'aggregation'>,
  names: Map<number, LocalDate>,
): readonly LocalDate[] {
  const shiftMs = sample.offsetMinutes * MINUTE_MS;
  const day = Math.floor((sample.startMs + shiftMs) / DAY_MS);
  const lastMs = Math.max(sample.startMs, sample.endMs - 1);
  if (metric.aggregation === 'sum' && Math.floor((lastMs + shiftMs) / DAY_MS) !== day) {
    return datesOfSample(sample, metric);
  }
  const name = names.get(day) ?? localDateOf(sample.startMs, sample.offsetMinutes);
  names.set(day, name);
  return [name];
}
