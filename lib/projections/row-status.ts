import { assertNever } from '../core/assert.ts';
import { COMPUTE_VERSION } from './limits.ts';
import type { InputFingerprint, ProjectionRow, RowStatus } from './model.ts';

export interface Freshness {
  readonly status: RowStatus;
  /** When STALE: the newest sequence number of the inputs as they are now. */
  readonly behindSeq?: number;
}

/**
 * Status of a stored row against the inputs as they are now (PRJ3). Without inputs there is nothing to
 * compute: NO_DATA. Inputs without a row, or with one of other inputs or of another compute version: STALE.
 * Equal inputs: what the row says, and NO_DATA when no living sample was left.
 */
export function freshnessOf(
  row: ProjectionRow<{ readonly count: number }> | undefined,
  current: InputFingerprint | undefined,
  computeVersion: number = COMPUTE_VERSION,
): Freshness {
  if (current === undefined) return { status: 'NO_DATA' };
  const isEqual = row?.inputs.digest === current.digest && row.computeVersion === computeVersion;
  if (row === undefined || !isEqual) return { status: 'STALE', behindSeq: current.sourceSeq };
  switch (row.outcome.kind) {
    case 'complete':
      return { status: row.figures.count === 0 ? 'NO_DATA' : 'READY' };
    case 'partial':
      return { status: 'PARTIAL' };
    case 'failed':
      return { status: 'FAILED' };
    default:
      return assertNever(row.outcome);
  }
}

const WORST_FIRST: readonly RowStatus[] = ['FAILED', 'PARTIAL', 'STALE', 'READY', 'NO_DATA'];

/** The status of a period is the worst of its days; NO_DATA only when none has data. */
export function worstStatus(statuses: readonly RowStatus[]): RowStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'NO_DATA';
}
