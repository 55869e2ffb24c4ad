import type { SessionImpact } from '../../contracts/http/impact.ts';
import { toIso } from '../core/instants.ts';
import { IMPACT_COMPUTE_VERSION, WINDOW_MINUTES } from './limits.ts';
import type { ProductCredit } from './model.ts';
import type { ImpactView } from './view-impacts.ts';

/** Whom a session is credited to; null: nobody. */
export const productOf = (credit: ProductCredit): string | null =>
  credit.kind === 'primary' || credit.kind === 'single' ? credit.productId : null;

/**
 * One (session, metric) as the API tells it. Without a row every figure is null: nothing is known yet, or there is
 * nothing. A STALE one with an older row shows that row's figures; it never counts as reliable.
 */
export function toSessionImpact({ session, metric, row, freshness, reason }: ImpactView): SessionImpact {
  const figures = row?.figures;
  return {
    sessionId: session.sessionId,
    sessionVersion: session.version,
    startedAt: toIso(session.startedAtMs),
    endedAt: toIso(session.endedAtMs),
    productId: productOf(session.credit),
    credit: session.credit.kind,
    metric: metric.code,
    unit: metric.unit,
    ...freshness,
    ...(reason === undefined ? {} : { reason }),
    windowMin: WINDOW_MINUTES,
    expectedPerHour: metric.expectedSamplesPerHour,
    before: figures?.before ?? null,
    during: figures?.during ?? null,
    after: figures?.after ?? null,
    deltaDuring: figures?.deltaDuring ?? null,
    deltaDuringPct: figures?.deltaDuringPct ?? null,
    deltaAfter: figures?.deltaAfter ?? null,
    deltaAfterPct: figures?.deltaAfterPct ?? null,
    isReliable: freshness.status === 'READY' && figures?.isReliable === true,
    computedAt: row === undefined ? null : toIso(row.computedAtMs),
    computeVersion: row?.computeVersion ?? IMPACT_COMPUTE_VERSION,
  };
}
