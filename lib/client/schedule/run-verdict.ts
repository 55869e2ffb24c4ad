import type { SyncReport } from '../report.ts';

/** What a run came to, as far as the next one depends on it. */
export type RunVerdict =
  | { readonly kind: 'done' }
  /** It went well, and there is more than one run takes. */
  | { readonly kind: 'more' }
  /** It may go well later; `retryAfterMs` where a server said when. */
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs?: number }
  /** It will not go well until a person does something, as to sign in again. */
  | { readonly kind: 'stop'; readonly code: string };

/**
 * An error of the client says whether it may be tried again (`code`, `retryable`, `retryAfterMs`); one that says
 * nothing is tried again, because a wait that grows harms nobody and giving up loses the sync.
 */
export function verdictOfError(error: unknown): RunVerdict {
  const said = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  const code = typeof said['code'] === 'string' ? said['code'] : 'UNEXPECTED_ERROR';
  if (said['retryable'] === false) return { kind: 'stop', code };
  const retryAfterMs = said['retryAfterMs'];
  return typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs)
    ? { kind: 'retry', code, retryAfterMs }
    : { kind: 'retry', code };
}

export type RunReport = Pick<SyncReport, 'outcome' | 'error'>;

/** The client's own report: it rejects for nothing that the network or the server did. */
export function verdictOfReport({ outcome, error }: RunReport): RunVerdict {
  if (outcome === 'completed') return { kind: 'done' };
  return outcome === 'partial' ? { kind: 'more' } : verdictOfError(error);
}
