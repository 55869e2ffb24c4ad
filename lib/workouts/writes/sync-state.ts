import type { EpochMs } from '../../core/instants.ts';
import type { IngestCounts, Source } from '../../samples/model.ts';

/**
 * When a request was taken, in the order of its user's transactions; the clock decides between two that no
 * transaction lies between. A queued request keeps the one it was queued with.
 */
export interface RequestOrder {
  readonly seq: number;
  readonly ms: number;
}

export const SYNC_STATUSES = ['success', 'partial', 'failed'] as const;
type SyncStatus = (typeof SYNC_STATUSES)[number];

/** How far a source has sent its workouts: one row per (user, source). */
export interface SyncState {
  readonly source: Source;
  /** Of the latest request that had one and did not fail. */
  readonly anchor: string | undefined;
  readonly lastStatus: SyncStatus;
  readonly lastSyncedAtMs: EpochMs;
  /** Of the latest request. */
  readonly counts: IngestCounts;
  /** Of the latest request: an older one that ends later changes nothing (WKT45). */
  readonly order: RequestOrder;
  /** Rises by one with each write; the condition of the next. */
  readonly version: number;
}

interface EndedRequest {
  readonly source: Source;
  readonly anchor: string | undefined;
  readonly counts: IngestCounts;
  readonly order: RequestOrder;
  readonly nowMs: EpochMs;
}

const isOlder = (left: RequestOrder, right: RequestOrder): boolean =>
  left.seq === right.seq ? left.ms < right.ms : left.seq < right.seq;

/** `failed` when everything was refused, `partial` when something was; an empty request succeeds. */
function statusOf({ refused, ...done }: IngestCounts): SyncStatus {
  if (refused === 0) return 'success';
  return Object.values(done).some((count) => count > 0) ? 'partial' : 'failed';
}

/**
 * The row after a request has ended; undefined when one that was taken later has ended before (WKT45). The
 * anchor of a request that failed is not kept: nothing of what it stands for is here.
 */
export function nextSyncState(stored: SyncState | undefined, ended: EndedRequest): SyncState | undefined {
  if (stored !== undefined && isOlder(ended.order, stored.order)) return undefined;
  const { source, counts, order, nowMs } = ended;
  const lastStatus = statusOf(counts);
  const anchor = lastStatus === 'failed' ? undefined : ended.anchor;
  return {
    source,
    anchor: anchor ?? stored?.anchor,
    lastStatus,
    lastSyncedAtMs: nowMs,
    counts,
    order,
    version: (stored?.version ?? 0) + 1,
  };
}
