import { type EpochMs, HOUR_MS } from '../../core/instants.ts';
import type { DataType } from '../../providers/definition.ts';
import type { Sync, TypeProgress } from '../model.ts';
import type { TypeStep } from './fetch-type.ts';
import { nextChunk } from './plan-sync.ts';
import {
  ARRIVAL_LOOK_MS,
  ARRIVAL_QUIET_LONG_MS,
  ARRIVAL_QUIET_MS,
  INLINE_WINDOW_MS,
  TOP_UP_ARRIVAL_MS,
} from './sync-limits.ts';
import { isAwaited, isOpen, withType } from './sync-progress.ts';
import { commitSync, fetchContextOf, isLate, type SyncSession } from './sync-session.ts';

export type RequestedType = DataType & {
  readonly source: Extract<DataType['source'], { readonly kind: 'request' }>;
};

/** Kept as the cursor of a type whose window the provider was asked for before: it may send nothing more. */
const ASKED_BEFORE = 'asked-before';

/**
 * Asks the provider to send the window of a type, chunk by chunk, each committed once it is asked for (CON25).
 * That it is going to ask is committed first: pushes may be here before the answer is. Then the type waits for
 * its pushes. `more`: the time is up before all chunks were asked for.
 */
export async function requestType(
  session: SyncSession,
  step: TypeStep,
  index: number,
  type: RequestedType,
): Promise<'done' | 'more'> {
  for (;;) {
    const progress = step.sync.types[index];
    if (progress === undefined || !isOpen(progress)) return 'done';
    if (isLate(session)) return 'more';
    const asking = { ...progress, status: 'running' as const, requestedAtMs: session.deps.clock.now() };
    if (progress.requestedAtMs === undefined) {
      step.sync = await commitSync(session, withType(step.sync, index, asking));
    }
    const chunk = nextChunk(progress, type);
    const answer = await type.source.request(fetchContextOf(session), chunk);
    const asked = afterRequest(asking, answer, chunk.toMs);
    step.sync = await commitSync(session, withType({ ...step.sync, stallCount: 0 }, index, asked));
  }
}

function afterRequest(
  progress: TypeProgress,
  answer: 'requested' | 'already_requested' | 'not_permitted',
  chunkFromMs: EpochMs,
): TypeProgress {
  if (answer === 'not_permitted') return { ...progress, status: 'failed', error: 'not_permitted' };
  return {
    ...progress,
    status: chunkFromMs >= progress.window.toMs ? 'requested' : 'running',
    chunkFromMs,
    cursor: answer === 'already_requested' ? ASKED_BEFORE : progress.cursor,
  };
}

/** What waits for pushes, judged now: pushes that came and have gone quiet, or a deadline that has passed. */
export function settleAwaited(sync: Sync, dataTypes: readonly DataType[], nowMs: EpochMs): Sync {
  const types = sync.types.map((progress) => {
    if (!isAwaited(progress) || nowMs < settlesAtMs(sync, progress, dataTypes)) return progress;
    const hasCome = progress.arrivedAtMs !== undefined || progress.cursor === ASKED_BEFORE;
    return hasCome || isTopUp(sync, progress)
      ? { ...progress, status: 'succeeded' as const, cursor: undefined }
      : { ...progress, status: 'failed' as const, error: 'pushes_missing' as const };
  });
  return { ...sync, types };
}

/** A live window that short was fetched before, less what is new: only first syncs and backfills reach further. */
const isTopUp = ({ origin }: Sync, { window }: TypeProgress): boolean =>
  origin === 'live' && window.toMs - window.fromMs <= INLINE_WINDOW_MS;

/** When a type that waits is over if nothing more comes: after a quiet time, or at its deadline. */
function settlesAtMs(sync: Sync, progress: TypeProgress, dataTypes: readonly DataType[]): number {
  const type = dataTypes.find(({ code }) => code === progress.type);
  const requestedAtMs = progress.requestedAtMs ?? 0;
  const deadlineMs = type?.source.kind === 'request' ? type.source.deadlineMs : HOUR_MS;
  if (progress.arrivedAtMs === undefined) {
    const waitMs = isTopUp(sync, progress) ? Math.min(TOP_UP_ARRIVAL_MS, deadlineMs) : deadlineMs;
    return requestedAtMs + waitMs;
  }
  const spanMs = progress.window.toMs - progress.window.fromMs;
  const isOneRequest = type === undefined || spanMs <= type.maxWindowDays * 24 * HOUR_MS;
  const quietMs = isOneRequest ? ARRIVAL_QUIET_MS : ARRIVAL_QUIET_LONG_MS;
  return Math.max(progress.arrivedAtMs, requestedAtMs) + quietMs;
}

/**
 * When a sync that waits for pushes is to be looked at again: sooner at first and ever later, so that the looks
 * of a wait grow with its logarithm; never behind the moment at which something settles.
 */
export function nextLookMs(sync: Sync, dataTypes: readonly DataType[], nowMs: EpochMs): EpochMs {
  const awaited = sync.types.filter(isAwaited);
  const settlesMs = Math.min(...awaited.map((progress) => settlesAtMs(sync, progress, dataTypes)));
  const sinceMs = Math.max(...awaited.map(({ requestedAtMs }) => requestedAtMs ?? 0));
  const patienceMs = Math.min(Math.max((nowMs - sinceMs) / 2, ARRIVAL_LOOK_MS.least), ARRIVAL_LOOK_MS.most);
  return Math.ceil(Math.max(Math.min(settlesMs, nowMs + patienceMs), nowMs + 1)) as EpochMs;
}
