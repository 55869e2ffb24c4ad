import type { ProductImpact } from '../../contracts/http/impact.ts';
import type { worstStatus } from '../projections/row-status.ts';
import { productOf } from './impact-answer.ts';
import { WINDOW_MINUTES } from './limits.ts';
import type { ImpactFigures } from './model.ts';
import { type Evidence, productFigures } from './product-figures.ts';
import type { ImpactView } from './view-impacts.ts';

type Excluded = 'not_computed' | 'too_long' | 'incomplete' | 'no_data' | 'no_baseline';

export interface ProductContext {
  readonly periodDays: 7 | 30 | 90;
  /** More sessions than were looked at. */
  readonly isCut: boolean;
  /** Sessions changed that were not looked at. */
  readonly isBehind: boolean;
  readonly worstStatus: typeof worstStatus;
}

/** What becomes of one session in its product's figures. */
type Verdict =
  | { readonly kind: 'evidence'; readonly evidence: Evidence; readonly coverage: number }
  | { readonly kind: 'unreliable'; readonly coverage: number }
  | { readonly kind: 'excluded'; readonly reason: Excluded };

/** One (product, metric) from the impacts of the sessions credited to it; at least one. */
export function toProductImpact(
  views: readonly ImpactView[],
  { periodDays, isCut, isBehind, worstStatus }: ProductContext,
): Omit<ProductImpact, 'productName'> {
  const [first] = views;
  if (first === undefined) throw new Error('a product without sessions has no impact');
  const verdicts = views.map(judge);
  const coverages = verdicts.flatMap((verdict) => (verdict.kind === 'excluded' ? [] : verdict.coverage));
  const coverage = coverages.reduce((sum, each) => sum + each, 0) / Math.max(1, coverages.length);
  const unreliableCount = verdicts.filter(({ kind }) => kind === 'unreliable').length;
  const evidence = verdicts.flatMap((verdict) => (verdict.kind === 'evidence' ? verdict.evidence : []));
  const figures = productFigures(evidence, { coverage, unreliableCount });
  const statuses = [
    ...views.map(({ freshness }) => freshness.status),
    ...(isCut ? (['PARTIAL'] as const) : []),
    ...(isBehind ? (['STALE'] as const) : []),
  ];
  const behind = views.flatMap(({ freshness }) => freshness.behindSeq ?? []);
  return {
    productId: productOf(first.session.credit) ?? '',
    metric: first.metric.code,
    unit: first.metric.unit,
    periodDays,
    windowMin: WINDOW_MINUTES,
    expectedPerHour: first.metric.expectedSamplesPerHour,
    status: worstStatus(statuses),
    ...(behind.length === 0 ? {} : { behindSeq: Math.max(...behind) }),
    ...figures,
    flags: [...figures.flags],
    evidenceSessionIds: [...figures.evidenceSessionIds],
    coverage: coverages.length === 0 ? null : coverage,
    unreliableCount,
    excluded: countExcluded(verdicts),
  };
}

function judge({ session, row, freshness, reason }: ImpactView): Verdict {
  switch (freshness.status) {
    case 'STALE':
      return { kind: 'excluded', reason: 'not_computed' };
    case 'NO_DATA':
      return { kind: 'excluded', reason: 'no_data' };
    case 'PARTIAL':
    case 'FAILED':
      return { kind: 'excluded', reason: reason === 'session_too_long' ? 'too_long' : 'incomplete' };
    case 'READY':
      return row === undefined
        ? { kind: 'excluded', reason: 'not_computed' }
        : judgeFigures(session, row.figures);
  }
}

function judgeFigures(session: ImpactView['session'], figures: ImpactFigures): Verdict {
  const { before, during, after } = figures;
  const coverage = (before.coverage + during.coverage + after.coverage) / 3;
  if (!figures.isReliable) return { kind: 'unreliable', coverage };
  const { deltaDuring, deltaDuringPct, deltaAfter, deltaAfterPct } = figures;
  const isMissing = deltaDuringPct === null || deltaAfterPct === null;
  if (before.mean === null || deltaDuring === null || deltaAfter === null || isMissing)
    return { kind: 'excluded', reason: 'no_baseline' };
  const { sessionId, startedAtMs } = session;
  const deltas = { deltaDuring, deltaDuringPct, deltaAfter, deltaAfterPct };
  return {
    kind: 'evidence',
    coverage,
    evidence: { sessionId, startedAtMs, baseline: before.mean, ...deltas },
  };
}

function countExcluded(verdicts: readonly Verdict[]): { reason: Excluded; count: number }[] {
  const reasons = verdicts.flatMap((verdict) => (verdict.kind === 'excluded' ? verdict.reason : []));
  return [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, group]) => ({ reason, count: group.length }))
    .sort((left, right) => (left.reason < right.reason ? -1 : 1));
}
