import { DAY_MS } from '../core/instants.ts';
import { studentT95 } from './student-t.ts';

/** A reliable session of the product with both deltas: the evidence. */
export interface Evidence {
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly baseline: number;
  readonly deltaDuring: number;
  readonly deltaDuringPct: number;
  readonly deltaAfter: number;
  readonly deltaAfterPct: number;
}

export interface DeltaFigures {
  readonly mean: number | null;
  readonly median: number | null;
  /** Of the mean, by Student's t; null with fewer than two sessions. */
  readonly interval95: { readonly low: number; readonly high: number } | null;
}

export type Confidence = 'HIGH' | 'MEDIUM' | 'LOW' | 'INSUFFICIENT';
export type ProductFlag =
  | 'PRIMARY_PRODUCT_ONLY'
  | 'LOW_SESSION_COUNT'
  | 'INCONSISTENT_DELTAS'
  | 'LOW_COVERAGE'
  | 'MIXED_RELIABILITY'
  | 'SHORT_OBSERVATION_PERIOD';

export interface ProductFigures {
  readonly sessionCount: number;
  readonly baselineMean: number | null;
  readonly during: DeltaFigures;
  readonly duringPct: DeltaFigures;
  readonly after: DeltaFigures;
  readonly afterPct: DeltaFigures;
  readonly consistency: number | null;
  readonly score: number;
  readonly confidence: Confidence;
  readonly isReliable: boolean;
  readonly flags: readonly ProductFlag[];
  readonly evidenceSessionIds: readonly string[];
}

/** read-models.md 6, from the best on. */
const TIERS = [
  { confidence: 'HIGH', sessionCount: 10, coverage: 0.8 },
  { confidence: 'MEDIUM', sessionCount: 5, coverage: 0.6 },
  { confidence: 'LOW', sessionCount: 3, coverage: 0.4 },
] as const;
const LOW_SESSION_COUNT = 3;
const LOW_CONSISTENCY = 0.3;
const LOW_COVERAGE = 0.5;
const SHORT_PERIOD_MS = 7 * DAY_MS;
const MAX_EVIDENCE_COUNT = 20;
/** sync-and-ingestion.md 1.10: the score is full from twenty sessions on. */
const FULL_SESSION_COUNT = 20;

/**
 * One (product, metric, period) from its reliable sessions (SIP8). `coverage` is the mean coverage of all the
 * product's sessions with data, reliable or not; `unreliableCount` are those set aside for it. Pure: the order of
 * `evidence` does not matter.
 */
export function productFigures(
  evidence: readonly Evidence[],
  { coverage, unreliableCount }: { readonly coverage: number; readonly unreliableCount: number },
): ProductFigures {
  const inOrder = [...evidence].sort(newestFirst);
  const sessionCount = inOrder.length;
  const column = (name: Exclude<keyof Evidence, 'sessionId'>) => inOrder.map((each) => each[name]);
  const consistency = consistencyOf(column('deltaAfterPct'));
  const confidence = tierOf(sessionCount, coverage);
  return {
    sessionCount,
    baselineMean: meanOf(column('baseline')),
    during: describe(column('deltaDuring')),
    duringPct: describe(column('deltaDuringPct')),
    after: describe(column('deltaAfter')),
    afterPct: describe(column('deltaAfterPct')),
    consistency,
    score: scoreOf(sessionCount, coverage, consistency ?? 0),
    confidence,
    isReliable: sessionCount >= LOW_SESSION_COUNT && confidence !== 'INSUFFICIENT',
    flags: flagsOf({ starts: column('startedAtMs'), coverage, consistency, unreliableCount }),
    evidenceSessionIds: inOrder.slice(0, MAX_EVIDENCE_COUNT).map(({ sessionId }) => sessionId),
  };
}

function newestFirst(left: Evidence, right: Evidence): number {
  if (left.startedAtMs !== right.startedAtMs) return right.startedAtMs - left.startedAtMs;
  return left.sessionId < right.sessionId ? -1 : 1;
}

function describe(values: readonly number[]): DeltaFigures {
  const mean = meanOf(values);
  const deviation = deviationOf(values);
  const count = values.length;
  if (mean === null || deviation === null) return { mean, median: medianOf(values), interval95: null };
  const reach = (studentT95(count - 1) * deviation) / Math.sqrt(count);
  return { mean, median: medianOf(values), interval95: { low: mean - reach, high: mean + reach } };
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: divided by n - 1; null of fewer than two. */
function deviationOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** 1 less the coefficient of variation, within 0 and 1; null of fewer than two, where nothing varies. */
function consistencyOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  const deviation = deviationOf(values);
  if (mean === null || deviation === null) return null;
  if (deviation === 0) return 1;
  return mean === 0 ? 0 : Math.max(0, 1 - deviation / Math.abs(mean));
}

const tierOf = (count: number, coverage: number): Confidence =>
  TIERS.find((tier) => count >= tier.sessionCount && coverage >= tier.coverage)?.confidence ?? 'INSUFFICIENT';

/** sync-and-ingestion.md 1.10: how many, how well covered, how much alike; 0 to 1. */
const scoreOf = (count: number, coverage: number, consistency: number): number =>
  0.4 * Math.min(1, Math.log(1 + count) / Math.log(1 + FULL_SESSION_COUNT)) +
  0.3 * coverage +
  0.3 * consistency;

interface Judged {
  readonly starts: readonly number[];
  readonly coverage: number;
  readonly consistency: number | null;
  readonly unreliableCount: number;
}

/** A session is credited to one product, whatever else was taken: that is always said. */
function flagsOf({ starts, coverage, consistency, unreliableCount }: Judged): readonly ProductFlag[] {
  const observedMs = starts.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts);
  const flags: readonly (readonly [ProductFlag, boolean])[] = [
    ['PRIMARY_PRODUCT_ONLY', true],
    ['LOW_SESSION_COUNT', starts.length < LOW_SESSION_COUNT],
    ['INCONSISTENT_DELTAS', consistency !== null && consistency < LOW_CONSISTENCY],
    ['LOW_COVERAGE', coverage < LOW_COVERAGE],
    ['MIXED_RELIABILITY', starts.length > 0 && unreliableCount > 0],
    ['SHORT_OBSERVATION_PERIOD', observedMs < SHORT_PERIOD_MS],
  ];
  return flags.flatMap(([flag, holds]) => (holds ? flag : []));
}
