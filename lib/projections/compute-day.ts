import type { Metric } from '../../contracts/metrics/metric.ts';
import type { LocalDate } from '../core/instants.ts';
import type { Head, PrioritySettings, Sample, Source, StoredBlock } from '../samples/model.ts';
import { computeDailyFigures, NO_FIGURES } from './daily-figures.ts';
import type { SourceSamples } from './day-samples.ts';
import type { DecodedBlocks } from './decoded-blocks.ts';
import { type FingerprintInputs, fingerprintOf } from './fingerprint.ts';
import { COMPUTE_VERSION, MAX_DAY_SAMPLE_COUNT } from './limits.ts';
import type { RollupRow } from './model.ts';
import { compareSources, orderOf, priorityVersions } from './priorities.ts';

export interface DayInputs {
  readonly metric: Metric;
  /** All blocks that can hold samples of the date, as far as they were read. */
  readonly blocks: readonly StoredBlock[];
  readonly decoded: DecodedBlocks;
  readonly head: Pick<Head, 'priorities' | 'sources'>;
  readonly workspace: PrioritySettings;
  /** The blocks to name as inputs: more than `blocks` when reading stopped at the bound (PRJ1). */
  readonly listed: FingerprintInputs['blocks'];
  readonly isComplete: boolean;
}

/** A source is not on the head yet: the reading is of a transaction that is half visible. */
export type UnknownSource = 'unknown_source';

/**
 * The row of one local date, apart from the time of computing it; undefined when no block mentions the
 * date. A block that cannot be decoded gives a `failed` row, more than the bound a `partial` one: both say
 * why and are computed again when their inputs change, not for ever (PRJ1).
 */
export function computeDay(
  date: LocalDate,
  inputs: DayInputs,
): Omit<RollupRow, 'computedAtMs'> | UnknownSource | undefined {
  const { metric, head, workspace } = inputs;
  const fingerprint = fingerprintOf(date, {
    blocks: inputs.listed,
    priorities: priorityVersions(metric.code, head.priorities, workspace),
  });
  if (fingerprint === undefined) return undefined;
  const base = { metric: metric.code, date, inputs: fingerprint, computeVersion: COMPUTE_VERSION };
  const gathered = gatherDay(date, inputs);
  switch (gathered.kind) {
    case 'unknown_source':
      return 'unknown_source';
    case 'undecodable':
      return { ...base, outcome: { kind: 'failed', reason: gathered.reason }, figures: NO_FIGURES };
    case 'samples':
      return {
        ...base,
        outcome: gathered.isComplete
          ? { kind: 'complete' }
          : { kind: 'partial', reason: 'the day holds more data than one computation reads' },
        figures: computeDailyFigures(metric, date, gathered.sources),
      };
  }
}

export type Gathered =
  | { readonly kind: 'samples'; readonly sources: readonly SourceSamples[]; readonly isComplete: boolean }
  | { readonly kind: 'undecodable'; readonly reason: string }
  | { readonly kind: 'unknown_source' };

/** The date's living samples by source, highest priority first. */
export function gatherDay(date: LocalDate, inputs: Omit<DayInputs, 'listed'>): Gathered {
  const bySource = new Map<string, { readonly source: Source; readonly samples: Sample[] }>();
  let isComplete = inputs.isComplete;
  let count = 0;
  for (const block of inputs.blocks) {
    if (block.daySeqs[date] === undefined) continue;
    const source = inputs.head.sources[block.ref.sourceId];
    if (source === undefined) return { kind: 'unknown_source' };
    count += block.count;
    if (count > MAX_DAY_SAMPLE_COUNT) {
      isComplete = false;
      break;
    }
    const decoded = inputs.decoded.samplesOf(block, date);
    if (!decoded.ok) return { kind: 'undecodable', reason: decoded.failure };
    const known = bySource.get(source.sourceId) ?? { source, samples: [] };
    for (const sample of decoded.value) known.samples.push(sample);
    bySource.set(source.sourceId, known);
  }
  const order = orderOf(inputs.metric.code, inputs.head.priorities, inputs.workspace);
  const inOrder = compareSources(order);
  const sources = [...bySource.values()].sort((left, right) => inOrder(left.source, right.source));
  return { kind: 'samples', sources, isComplete };
}
