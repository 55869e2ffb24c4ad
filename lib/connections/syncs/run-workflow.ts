import type { FinishSyncInput, SyncSlice } from '../../../contracts/commands/provider-sync-step.ts';
import type { SyncId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { SyncError } from '../model.ts';
import { applyPushes } from './apply-pushes.ts';
import { finishSync } from './finish-sync.ts';
import { isSyncEntry, loadWanted, newSyncId, type WantedSync } from './pick-sync.ts';
import type { PushLedger } from './push-ledger.ts';
import { letGo, type QueuedRun } from './run-queued.ts';
import { beginSync, releaseSlot, runSync } from './run-sync.ts';
import { INBOX_READ_COUNT, LEASE_MARGIN_MS, MAX_WAIT_SEC } from './sync-limits.ts';
import { isAsked } from './sync-progress.ts';
import { LeaseLost, openSession, type SyncDependencies, type SyncSession } from './sync-session.ts';

/** A step of an execution: it is about this sync alone, and does pushes that came meanwhile on the way. */
export interface WorkflowRun extends QueuedRun {
  readonly syncId: SyncId;
}

/** What the state machine tries again, by the name that its Retry lists. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

/** Somebody else works on the connection for a moment: a push, mostly. */
const HELD_WAIT_SEC = 10;

/** Where a step may end before it has begun. */
type Opened =
  | { readonly kind: 'held' }
  | { readonly kind: 'over' }
  | { readonly kind: 'open'; readonly session: SyncSession; readonly wanted: WantedSync };

/** Plans the sync. `stop`: it ended, or there is nobody left whose it is. */
export async function prepareSync(deps: SyncDependencies, run: WorkflowRun): Promise<'run' | 'stop'> {
  return quietly({ gone: 'stop', lost: 'run' }, async () => {
    const opened = await openStep(deps, run);
    // Its first slice looks again.
    if (opened.kind === 'held') return 'run';
    if (opened.kind === 'over') return 'stop';
    const { session, wanted } = opened;
    try {
      if (session.connection.status === 'connected') await beginSync(session, wanted);
    } finally {
      await letGo(deps, run, session.lease);
    }
    return 'run';
  });
}

/**
 * Goes on for one slice of time. `more`: the time was up. `wait`: for a quota, for pushes, or for somebody who
 * holds the connection. Throws ProviderUnavailable when only calls are left that fail now.
 */
export async function runSlice(deps: SyncDependencies, run: WorkflowRun): Promise<SyncSlice> {
  return quietly({ gone: DONE, lost: LOOK_AGAIN }, async () => {
    const opened = await openStep(deps, run);
    if (opened.kind === 'held') return LOOK_AGAIN;
    if (opened.kind === 'over') return DONE;
    const { session } = opened;
    try {
      const slice = await workSlice(session, opened.wanted);
      if (slice.outcome !== 'more') await releaseSlot(session, run);
      return slice;
    } finally {
      await letGo(deps, run, session.lease);
    }
  });
}

const DONE: SyncSlice = { outcome: 'done', waitSec: 0 };
const LOOK_AGAIN: SyncSlice = { outcome: 'wait', waitSec: HELD_WAIT_SEC };

/**
 * One whose user is gone has nothing more to do. One that lost to another looks again: it may be the same step,
 * begun twice by the platform, which goes on.
 */
async function quietly<Answer>(
  ended: { readonly gone: Answer; readonly lost: Answer },
  step: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof LeaseLost) return ended.lost;
    if (error instanceof AppError && ENDING_CODES.has(error.code)) return ended.gone;
    throw error;
  }
}

const ENDING_CODES: ReadonlySet<string> = new Set(['user.not_found', 'connection.not_found']);

async function openStep(deps: SyncDependencies, run: WorkflowRun): Promise<Opened> {
  const { scope, connectionId, syncId, deadlineMs } = run;
  const untilMs = (deadlineMs + LEASE_MARGIN_MS) as EpochMs;
  const wanted = { owner: syncId, nowMs: deps.clock.now(), untilMs };
  const taken = await deps.runs.takeLease(scope, connectionId, wanted);
  if (taken.kind !== 'taken') return { kind: taken.kind === 'held' ? 'held' : 'over' };
  try {
    const session = await openSession(deps, run, taken.lease);
    const found = session === 'gone' ? undefined : await findWanted(session, syncId);
    if (session !== 'gone' && found?.sync.status === 'running')
      return { kind: 'open', session, wanted: found };
  } catch (error) {
    await letGo(deps, run, taken.lease);
    throw error;
  }
  await letGo(deps, run, taken.lease);
  return { kind: 'over' };
}

/** The sync's entry stays in the inbox until the sync has ended. */
async function findWanted(session: SyncSession, syncId: SyncId): Promise<WantedSync | undefined> {
  const { deps, scope, connectionId } = session;
  const entries = await deps.runs.readInbox(scope, connectionId, INBOX_READ_COUNT);
  const entry = entries.filter(isSyncEntry).find((each) => each.syncId === syncId);
  return entry === undefined ? undefined : loadWanted(session, entry);
}

async function workSlice(session: SyncSession, wanted: WantedSync): Promise<SyncSlice> {
  const { deps, scope, connectionId } = session;
  const entries = await deps.runs.readInbox(scope, connectionId, INBOX_READ_COUNT);
  const ledger: PushLedger = {
    pushSyncId: newSyncId(deps.clock.now(), deps.randomness),
    awaited: wanted.sync.types.some(isAsked) ? wanted.sync : undefined,
    push: undefined,
  };
  const pushes = await applyPushes(session, ledger, entries);
  if (pushes.kind === 'changed' || pushes.kind === 'more') return { outcome: 'more', waitSec: 0 };
  const outcome = await runSync(session, { ...wanted, sync: ledger.awaited ?? wanted.sync });
  switch (outcome.kind) {
    case 'ended':
      return DONE;
    case 'more':
      return { outcome: 'more', waitSec: 0 };
    case 'wait': {
      const waitSec = Math.ceil((outcome.untilMs - deps.clock.now()) / SECOND_MS);
      return { outcome: 'wait', waitSec: Math.min(Math.max(waitSec, 1), MAX_WAIT_SEC) };
    }
    case 'unavailable':
      throw new ProviderUnavailable(`provider calls fail: ${outcome.error}`);
  }
}

/**
 * Ends what a machine leaves: a sync that could not go on is failed, or partial, by the name of the error that
 * ended it; a sync that ended is left as it is. Then whatever waits for the connection is woken.
 */
export async function finishRun(
  deps: SyncDependencies,
  run: WorkflowRun,
  end: Pick<FinishSyncInput, 'outcome' | 'error'>,
): Promise<void> {
  await quietly({ gone: undefined, lost: undefined }, async () => {
    const opened = await openStep(deps, run);
    if (opened.kind === 'held') throw new ProviderUnavailable('somebody else holds the connection');
    if (opened.kind === 'open') {
      const { session, wanted } = opened;
      try {
        const error = end.outcome === 'done' ? 'interrupted' : errorOf(end.error);
        await finishSync(session, wanted.sync, wanted.entry, error);
        await releaseSlot(session, run);
      } finally {
        await letGo(deps, run, session.lease);
      }
    }
    await deps.queue.wake(run.scope, run.connectionId, { correlationId: run.correlationId, delaySec: 0 });
  });
}

function errorOf(name: string | undefined): SyncError {
  if (name === 'ProviderUnavailable') return 'unavailable';
  // The machine's own names, and those of a function that ran out of time or memory.
  return /^(?:States|Lambda|Sandbox|Runtime)\./.test(name ?? '') ? 'interrupted' : 'internal';
}
