import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, HOUR_MS, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { changeConnection } from '../change-connection.ts';
import type { Lease } from '../model.ts';
import { keepWatch, requestDue, requestMissed } from '../schedule/request-due.ts';
import { applyPushes } from './apply-pushes.ts';
import { finishSync } from './finish-sync.ts';
import { isSyncEntry, newSyncId, pickSync, type WantedSync } from './pick-sync.ts';
import { isSmall, planTypes } from './plan-sync.ts';
import type { PushLedger } from './push-ledger.ts';
import { settleAwaited } from './request-type.ts';
import { releaseSlot, runSync, takeSlot } from './run-sync.ts';
import { INBOX_READ_COUNT, LEASE_MARGIN_MS, MAX_EXECUTION_COUNT, MAX_WAKE_DELAY_SEC } from './sync-limits.ts';
import { isAsked, isAwaited, isBegun, isOpen } from './sync-progress.ts';
import {
  commitSync,
  LeaseLost,
  openSession,
  type RunFrame,
  type SyncDependencies,
  type SyncSession,
} from './sync-session.ts';
import type { SyncWorkflow } from './sync-workflow.ts';

export interface QueuedDependencies extends SyncDependencies {
  readonly workflow: SyncWorkflow;
}

export interface QueuedRun {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
  readonly correlationId: string;
  readonly deadlineMs: EpochMs;
}

/** Rounds over the inbox of one message; what is left then is woken again. */
const MAX_ROUND_COUNT = 20;
/** A machine that waits is believed to be alive for so long behind the moment it waits for. */
const MACHINE_GRACE_MS = 120 * SECOND_MS;
const SLOT_WAIT_SEC = 20;
/** A slot that is kept for a state machine that is being started. */
const SLOT_HANDOVER_MS = 60 * SECOND_MS;

/** What is to happen once the lease is let go. */
type FollowUp =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wake'; readonly delaySec: number }
  | { readonly kind: 'machine'; readonly wanted: WantedSync };

/**
 * Works off a connection's inbox from the queue: pushes and small top-ups here, everything longer by a state
 * machine (CON23). Safe to repeat, and harmless when there is nothing to do. Throws AppError for what passes,
 * so that the message comes again.
 */
export async function runQueued(deps: QueuedDependencies, run: QueuedRun): Promise<void> {
  const { scope, connectionId, deadlineMs } = run;
  const nowMs = deps.clock.now();
  const wanted = {
    owner: newSyncId(nowMs, deps.randomness),
    nowMs,
    untilMs: (deadlineMs + LEASE_MARGIN_MS) as EpochMs,
  };
  const taken = await deps.runs.takeLease(scope, connectionId, wanted);
  if (taken.kind === 'none') {
    if (await ofTheLiving(() => requestMissed(deps, run))) await wake(deps, run, 0);
    return;
  }
  if (taken.kind === 'held') {
    // Should its holder have died, the first who came looks again when the lease is over.
    if (taken.isFirst) await wake(deps, run, secondsUntil(taken.untilMs, nowMs) + 5);
    return;
  }
  let followUp: FollowUp;
  try {
    followUp = await workOff(deps, run, taken.lease);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    await letGo(deps, run, taken.lease);
    if (isUserGone(error)) return;
    throw error;
  }
  await letGo(deps, run, taken.lease);
  await follow(deps, run, followUp);
}

/** False for a user who is gone. */
async function ofTheLiving(request: () => Promise<boolean>): Promise<boolean> {
  try {
    return await request();
  } catch (error) {
    if (isUserGone(error)) return false;
    throw error;
  }
}

const isUserGone = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'user.not_found' || error.code === 'connection.not_found');

const secondsUntil = (untilMs: EpochMs, nowMs: EpochMs): number =>
  Math.max(0, Math.ceil((untilMs - nowMs) / SECOND_MS));

const wake = (deps: SyncDependencies, run: QueuedRun, delaySec: number): Promise<void> =>
  deps.queue.wake(run.scope, run.connectionId, {
    correlationId: run.correlationId,
    delaySec: Math.min(Math.max(delaySec, 0), MAX_WAKE_DELAY_SEC),
  });

/** Gives the lease back; when somebody came while it was held, the inbox is looked at again. */
export async function letGo(deps: SyncDependencies, run: QueuedRun, lease: Lease): Promise<void> {
  const { scope, connectionId } = run;
  if ((await deps.runs.releaseLease(scope, connectionId, lease)) !== 'again') return;
  const untilMs = deps.clock.now();
  await deps.runs.renewLease(scope, connectionId, lease, { untilMs, clearAgain: true });
  await deps.runs.releaseLease(scope, connectionId, lease);
  await wake(deps, run, 0);
}

async function workOff(deps: QueuedDependencies, run: QueuedRun, lease: Lease): Promise<FollowUp> {
  const frame: RunFrame = run;
  const ledger: PushLedger = { pushSyncId: lease.owner, awaited: undefined, push: undefined };
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const session = await openOrPostpone(deps, frame, lease);
    if (session === 'nothing') return { kind: 'nothing' };
    const followUp = await workRound(session, ledger);
    if (followUp !== 'next') return followUp;
    if (deps.clock.now() >= run.deadlineMs) break;
  }
  return { kind: 'wake', delaySec: 0 };
}

/** A provider whose application is not configured any more: nothing can be done, and that is looked at hourly. */
async function openOrPostpone(
  deps: QueuedDependencies,
  frame: RunFrame,
  lease: Lease,
): Promise<SyncSession | 'nothing'> {
  try {
    const session = await openSession(deps, frame, lease);
    return session === 'gone' ? 'nothing' : session;
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('provider.')) throw error;
    const dueAtMs = (deps.clock.now() + HOUR_MS) as EpochMs;
    await changeConnection({ deps, ...frame }, (stored) =>
      stored.dueAtMs === undefined ? undefined : { ...stored, dueAtMs },
    );
    return 'nothing';
  }
}

async function workRound(session: SyncSession, ledger: PushLedger): Promise<FollowUp | 'next'> {
  const { deps, scope, connectionId } = session;
  const entries = await deps.runs.readInbox(scope, connectionId, INBOX_READ_COUNT);
  if (entries.some(isSyncEntry)) await keepWatch(session);
  else if (await requestDue(session)) return 'next';
  const wanted = await pickSync(session, entries);
  const awaited = wanted?.sync.types.some(isAsked) ? wanted.sync : undefined;
  ledger.awaited = awaited;
  const pushes = await applyPushes(session, ledger, entries);
  if (pushes.kind === 'changed') return 'next';
  if (pushes.kind === 'more') return { kind: 'wake', delaySec: 0 };
  const retrySec =
    pushes.kind === 'wait' ? Math.max(1, secondsUntil(pushes.untilMs, deps.clock.now())) : undefined;
  if (wanted !== undefined) {
    const current = awaited === undefined ? wanted : { ...wanted, sync: ledger.awaited ?? wanted.sync };
    const followUp = await runWanted(session, current);
    if (followUp === 'next' || retrySec === undefined) return followUp;
    if (followUp.kind === 'machine') await wake(deps, session, retrySec);
    return followUp.kind === 'nothing' ? { kind: 'wake', delaySec: retrySec } : followUp;
  }
  if (retrySec !== undefined) return { kind: 'wake', delaySec: retrySec };
  return entries.length >= INBOX_READ_COUNT ? 'next' : { kind: 'nothing' };
}

async function runWanted(session: SyncSession, wanted: WantedSync): Promise<FollowUp | 'next'> {
  const { deps, connection, provider } = session;
  const { sync, entry } = wanted;
  const nowMs = deps.clock.now();
  const isRunnable = sync.status === 'running' && connection.status === 'connected';
  if (isRunnable && sync.executionCount > 0) return watchMachine(session, wanted);
  if (isRunnable && !isBegun(sync)) {
    const types = planTypes(provider.definition, connection, entry, nowMs);
    const isNothing = types.every(({ status }) => status === 'skipped');
    if (!isNothing && !isSmall(entry, connection, types)) return toMachine(session, wanted);
  }
  const outcome = await runSync(session, wanted);
  await releaseSlot(session, sync);
  switch (outcome.kind) {
    case 'ended':
      return 'next';
    case 'wait':
      // All places are taken: nothing has begun to cost, so the queue waits.
      return outcome.sync.waitingUntilMs === undefined
        ? { kind: 'wake', delaySec: SLOT_WAIT_SEC }
        : toMachine(session, { entry, sync: outcome.sync });
    case 'more':
    case 'unavailable':
      return toMachine(session, { entry, sync: outcome.sync });
  }
}

/** A machine is on it. It is started again when it seems dead; what only waits for pushes may be over now. */
async function watchMachine(session: SyncSession, wanted: WantedSync): Promise<FollowUp | 'next'> {
  const { deps, provider } = session;
  const nowMs = deps.clock.now();
  const settled = settleAwaited(wanted.sync, provider.definition.dataTypes, nowMs);
  const isOver = isBegun(settled) && !settled.types.some((type) => isOpen(type) || isAwaited(type));
  if (isOver) {
    await runSync(session, wanted);
    await releaseSlot(session, wanted.sync);
    return 'next';
  }
  const { waitingUntilMs } = wanted.sync;
  const isAlive = waitingUntilMs !== undefined && nowMs < waitingUntilMs + MACHINE_GRACE_MS;
  return isAlive ? { kind: 'nothing' } : { kind: 'machine', wanted };
}

/** Notes that a machine takes the sync on, and keeps a place for it; with all places taken it waits in the queue. */
async function toMachine(session: SyncSession, { entry, sync }: WantedSync): Promise<FollowUp> {
  const untilMs = (session.deps.clock.now() + SLOT_HANDOVER_MS) as EpochMs;
  if ((await takeSlot(session, sync, untilMs)) === 'full') return { kind: 'wake', delaySec: SLOT_WAIT_SEC };
  const noted = await commitSync(session, { ...sync, executionCount: Math.max(1, sync.executionCount) });
  return { kind: 'machine', wanted: { entry, sync: noted } };
}

async function follow(deps: QueuedDependencies, run: QueuedRun, followUp: FollowUp): Promise<void> {
  if (followUp.kind === 'wake') await wake(deps, run, followUp.delaySec);
  if (followUp.kind === 'machine') await startMachine(deps, run, followUp.wanted);
}

/** An execution that ended without ending its sync died: the next of its name takes over, a few times. */
async function startMachine(deps: QueuedDependencies, run: QueuedRun, wanted: WantedSync): Promise<void> {
  const { scope, connectionId } = run;
  const { syncId, correlationId, executionCount } = wanted.sync;
  const { workspaceId, userId } = scope;
  const input = { workspaceId, userId, connectionId, syncId, correlationId };
  const attempt = Math.max(1, executionCount);
  if ((await deps.workflow.start(input, attempt)) === 'started') return;
  await restartMachine(deps, run, wanted, attempt + 1);
}

async function restartMachine(
  deps: QueuedDependencies,
  run: QueuedRun,
  wanted: WantedSync,
  attempt: number,
): Promise<void> {
  const { scope, connectionId } = run;
  const nowMs = deps.clock.now();
  const owner = wanted.sync.syncId;
  const untilMs = (nowMs + LEASE_MARGIN_MS) as EpochMs;
  const taken = await deps.runs.takeLease(scope, connectionId, { owner, nowMs, untilMs });
  if (taken.kind !== 'taken') return;
  const session = await openSession(deps, run, taken.lease);
  const stored = await deps.syncs.load(scope, connectionId, owner);
  if (session !== 'gone' && stored?.status === 'running') {
    if (attempt > MAX_EXECUTION_COUNT) await finishSync(session, stored, wanted.entry, 'interrupted');
    else {
      const noted = await commitSync(session, { ...stored, executionCount: attempt });
      await letGo(deps, run, taken.lease);
      await follow(deps, run, { kind: 'machine', wanted: { ...wanted, sync: noted } });
      return;
    }
  }
  await letGo(deps, run, taken.lease);
}
