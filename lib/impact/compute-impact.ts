import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  blockName,
  type Head,
  type PrioritySettings,
  type Sample,
  type StoredBlock,
} from '../samples/model.ts';
import type { ImpactDeps, SourceRules } from './impact-deps.ts';
import { type ImpactInputs, impactFingerprint } from './impact-inputs.ts';
import { IMPACT_COMPUTE_VERSION } from './limits.ts';
import type { CountedSession, ImpactFigures, ImpactRow } from './model.ts';
import { type InputRange, inputRangeOf, type SessionWindow, startsOf, windowOf } from './session-window.ts';
import { type ChosenReading, computeFigures, NO_WINDOW } from './window-figures.ts';

export interface ImpactReading {
  readonly session: CountedSession;
  readonly metric: Metric;
  /** In the range of `inputRangeOf`, as far as they were read. */
  readonly blocks: readonly StoredBlock[];
  /** The blocks to name as inputs: more than `blocks` when reading stopped at the bound (PRJ1). */
  readonly listed: ImpactInputs['blocks'];
  readonly isComplete: boolean;
  /** Read after the blocks, so that it knows their sources. */
  readonly head: Pick<Head, 'priorities' | 'sources'>;
  readonly workspace: PrioritySettings;
}

/**
 * The row of one (session, metric), apart from the time of computing it; undefined when no block is in reach,
 * `unknown_source` when a transaction is half visible. A block that cannot be decoded gives a `failed` row,
 * more than the bound a `partial` one (PRJ1).
 */
export function computeImpact(
  deps: Pick<ImpactDeps, 'rules' | 'decode'>,
  reading: ImpactReading,
): Omit<ImpactRow, 'computedAtMs'> | 'unknown_source' | undefined {
  const { session, metric } = reading;
  const window = windowOf(session);
  const range = inputRangeOf(window, metric);
  const inputs = impactFingerprint({
    range,
    blocks: reading.listed,
    sessionVersion: session.version,
    priorities: deps.rules.priorityVersions(metric.code, reading.head.priorities, reading.workspace),
  });
  if (inputs === undefined) return undefined;
  const { sessionId, startedAtMs } = session;
  const base = {
    metric: metric.code,
    sessionId,
    startedAtMs,
    inputs,
    computeVersion: IMPACT_COMPUTE_VERSION,
  };
  const gathered = gather(deps, reading, { window, range });
  switch (gathered.kind) {
    case 'unknown_source':
      return 'unknown_source';
    case 'undecodable':
      return { ...base, outcome: { kind: 'failed', reason: gathered.reason }, figures: NO_FIGURES };
    case 'readings': {
      const figures = computeFigures(window, metric.expectedSamplesPerHour, gathered.readings);
      return reading.isComplete
        ? { ...base, outcome: { kind: 'complete' }, figures }
        : {
            ...base,
            outcome: { kind: 'partial', reason: 'too_much_data' },
            figures: { ...figures, isReliable: false },
          };
    }
  }
}

export const NO_FIGURES: ImpactFigures = {
  count: 0,
  before: NO_WINDOW,
  during: NO_WINDOW,
  after: NO_WINDOW,
  deltaDuring: null,
  deltaDuringPct: null,
  deltaAfter: null,
  deltaAfterPct: null,
  isReliable: false,
};

type Gathered =
  | { readonly kind: 'readings'; readonly readings: readonly ChosenReading[] }
  | { readonly kind: 'undecodable'; readonly reason: string }
  | { readonly kind: 'unknown_source' };

/** Per minute the readings of the highest-priority source that has any, as rollups count them (SRC5). */
function gather(
  { rules, decode }: Pick<ImpactDeps, 'rules' | 'decode'>,
  { blocks, head, metric, workspace }: ImpactReading,
  { window, range }: { readonly window: SessionWindow; readonly range: InputRange },
): Gathered {
  const { fromMs, untilMs } = startsOf(window, metric);
  const bySource = new Map<string, Sample[]>();
  for (const block of blocks) {
    if (!mentions(block, range)) continue;
    if (head.sources[block.ref.sourceId] === undefined) return { kind: 'unknown_source' };
    const samples = decodeBlock(decode, block);
    if (typeof samples === 'string') return { kind: 'undecodable', reason: samples };
    const known = bySource.get(block.ref.sourceId) ?? [];
    bySource.set(block.ref.sourceId, known);
    for (const sample of samples) {
      if (sample.deletedAtMs === undefined && sample.startMs >= fromMs && sample.startMs < untilMs)
        known.push(sample);
    }
  }
  const { counted } = rules.decidePoints(inOrder(rules, bySource, { metric, head, workspace }));
  return {
    kind: 'readings',
    readings: counted.map(({ sample, amount }) => ({
      midpointMs: (sample.startMs + sample.endMs) / 2,
      value: amount,
    })),
  };
}

function inOrder(
  { compareSources, orderOf }: SourceRules,
  bySource: ReadonlyMap<string, readonly Sample[]>,
  { metric, head, workspace }: Pick<ImpactReading, 'metric' | 'head' | 'workspace'>,
) {
  const compare = compareSources(orderOf(metric.code, head.priorities, workspace));
  return [...bySource]
    .flatMap(([sourceId, samples]) => {
      const source = head.sources[sourceId];
      return source === undefined ? [] : [{ source, samples }];
    })
    .sort((left, right) => compare(left.source, right.source));
}

const mentions = ({ daySeqs }: StoredBlock, { firstDate, lastDate }: InputRange): boolean =>
  Object.keys(daySeqs).some((date) => date >= firstDate && date <= lastDate);

function decodeBlock(decode: ImpactDeps['decode'], block: StoredBlock): readonly Sample[] | string {
  try {
    return decode(block.payload);
  } catch (error) {
    const cause = error instanceof Error ? error.name : 'unknown fault';
    return `block ${blockName(block.ref)} cannot be decoded: ${cause}`;
  }
}
