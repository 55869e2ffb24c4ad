import { HeadwaterError } from '../client-error.ts';
import type { SyncErrorReport, SyncReport } from '../report.ts';
import type { ClientContext } from './client-context.ts';
import { followConflicts } from './follow-conflicts.ts';
import { type MutablePullCounts, pullAll } from './pull-engine.ts';
import { type MutablePushCounts, pushAll } from './push-engine.ts';

/**
 * One run (CLI16): what is under way or queued goes up, then what is new comes down, then conflicts that
 * somebody else has decided are let go. Never rejects: an error ends the run and is in the report, and what was
 * done until then stands.
 */
export async function runSync(context: ClientContext): Promise<SyncReport> {
  const startedAtMs = context.clock.now();
  const push: MutablePushCounts = { ...NO_PUSH };
  const pull: MutablePullCounts = { ...NO_PULL, warningCount: 0, acceptedCount: 0 };
  let pushedAtMs: number | undefined;
  let isWhole = false;
  let error: SyncErrorReport | undefined;
  try {
    const pushed = await pushAll(context, push);
    pushedAtMs = context.clock.now();
    const pulled = await pullAll(context, pull);
    await followConflicts(context);
    isWhole = pushed === 'done' && pulled === 'done';
  } catch (cause) {
    error = toErrorReport(cause);
  }
  const endedAtMs = context.clock.now();
  const { warningCount, acceptedCount, ...pullCounts } = pull;
  return {
    outcome: error !== undefined ? 'stopped' : isWhole ? 'completed' : 'partial',
    ...(error === undefined ? {} : { error }),
    startedAtMs,
    durationMs: endedAtMs - startedAtMs,
    pushMs: (pushedAtMs ?? endedAtMs) - startedAtMs,
    pullMs: endedAtMs - (pushedAtMs ?? endedAtMs),
    push,
    pull: pullCounts,
    integrity: integrityOf(error, warningCount, acceptedCount),
    warningCount: warningCount + acceptedCount,
  };
}

const NO_PUSH = {
  requestCount: 0,
  acceptedCount: 0,
  conflictCount: 0,
  refusedCount: 0,
  postponedCount: 0,
  supersededCount: 0,
  deferredCount: 0,
} as const;
const NO_PULL = {
  pageCount: 0,
  changeCount: 0,
  snapshotPageCount: 0,
  snapshotRowCount: 0,
  resyncCount: 0,
} as const;

function integrityOf(
  error: SyncErrorReport | undefined,
  warningCount: number,
  acceptedCount: number,
): SyncReport['integrity'] {
  if (error?.code === 'INTEGRITY_UNKNOWN') return 'unknown';
  if (error?.code === 'INTEGRITY_VIOLATION' || acceptedCount > 0) return 'violations';
  return warningCount > 0 ? 'warnings' : 'ok';
}

function toErrorReport(cause: unknown): SyncErrorReport {
  const error =
    cause instanceof HeadwaterError
      ? cause
      : new HeadwaterError('UNEXPECTED_ERROR', 'a fault of the client itself', { cause });
  return {
    code: error.code,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.serverCode === undefined ? {} : { serverCode: error.serverCode }),
  };
}
