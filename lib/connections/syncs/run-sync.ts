import type { EpochMs } from '../../core/instants.ts';
import { SECOND_MS } from '../../core/instants.ts';
import { askForConsent, noteBegin } from '../change-connection.ts';
import type { Sync } from '../model.ts';
import { keepSubscribed } from '../pushes/keep-subscribed.ts';
import { finishSync } from './finish-sync.ts';
import type { WantedSync } from './pick-sync.ts';
import { planTypes } from './plan-sync.ts';
import { runReplay } from './run-replay.ts';
import { runTypes, type TypesOutcome } from './run-types.ts';
import { LEASE_MARGIN_MS } from './sync-limits.ts';
import { isBegun } from './sync-progress.ts';
import { commitSync, type SyncSession } from './sync-session.ts';

export type SyncOutcome =
  | { readonly kind: 'ended'; readonly sync: Sync }
  | Exclude<TypesOutcome, { readonly kind: 'ended' }>;

/**
 * How soon another place for a sync of the provider may be free. Each look is three transitions of the state
 * machine, so whoever has waited a minute looks once a minute, as everybody else in the queue does: an interval
 * that went on growing would let the newest in first.
 */
const FIRST_SLOT_WAIT_MS = 15 * SECOND_MS;
const SLOT_WAIT_MS = 60 * SECOND_MS;

/**
 * Goes on with a sync, begun or not, as far as the session's time goes, and ends it when there is nothing left
 * to do. One that ended before only loses its entry. Takes one of the provider's places for syncs (CON33).
 */
export async function runSync(session: SyncSession, wanted: WantedSync): Promise<SyncOutcome> {
  const { deps, scope, connectionId, connection, deadlineMs } = session;
  const { entry } = wanted;
  if (wanted.sync.status !== 'running') {
    await deps.runs.removeFromInbox(scope, connectionId, [entry.entryId]);
    return { kind: 'ended', sync: wanted.sync };
  }
  if (connection.status !== 'connected' && entry.kind !== 'replay') {
    const error = connection.status === 'disconnected' ? 'disconnected' : 'needs_reauth';
    return { kind: 'ended', sync: await finishSync(session, wanted.sync, entry, error) };
  }
  const sync = await beginSync(session, wanted);
  if (sync.types.every(({ status }) => status === 'skipped')) {
    await askForConsent(session, 'scope_missing');
    return { kind: 'ended', sync: await finishSync(session, sync, entry, 'needs_reauth') };
  }
  const nowMs = deps.clock.now();
  const untilMs = (deadlineMs + LEASE_MARGIN_MS) as EpochMs;
  if ((await takeSlot(session, sync, untilMs)) === 'full') {
    const waitMs = nowMs - sync.startedAtMs < SLOT_WAIT_MS ? FIRST_SLOT_WAIT_MS : SLOT_WAIT_MS;
    return { kind: 'wait', sync, untilMs: (nowMs + waitMs) as EpochMs };
  }
  const outcome =
    entry.kind === 'replay' ? await runReplay(session, sync, entry) : await runTypes(session, sync);
  return conclude(session, wanted, outcome);
}

async function conclude(
  session: SyncSession,
  { entry }: WantedSync,
  outcome: TypesOutcome,
): Promise<SyncOutcome> {
  switch (outcome.kind) {
    case 'ended':
      return { kind: 'ended', sync: await finishSync(session, outcome.sync, entry, outcome.error) };
    case 'wait': {
      const waitingUntilMs = Math.ceil(outcome.untilMs) as EpochMs;
      const waiting = { ...outcome.sync, waitingUntilMs };
      return { ...outcome, sync: await commitSync(session, waiting) };
    }
    case 'more':
    case 'unavailable':
      return outcome;
  }
}

/** Its types and windows, written with the sync's row before anything is fetched. Done once. */
export async function beginSync(session: SyncSession, { entry, sync }: WantedSync): Promise<Sync> {
  if (isBegun(sync)) return sync;
  const { definition } = session.provider;
  const types = planTypes(definition, session.connection, entry, session.deps.clock.now());
  const begun = await commitSync(session, { ...sync, types }, { begins: entry.kind === 'sync' });
  await noteBegin(session, begun);
  if (entry.kind === 'sync') await keepSubscribed(session);
  return begun;
}

export const takeSlot = (
  { deps, provider }: SyncSession,
  { syncId }: Sync,
  untilMs: EpochMs,
): Promise<'taken' | 'full'> => {
  const { name, limits } = provider.definition;
  const nowMs = deps.clock.now();
  return deps.slots.takeSlot(name, limits.concurrentSyncCount, { owner: syncId, nowMs, untilMs });
};

export const releaseSlot = (
  { deps, provider }: SyncSession,
  { syncId }: Pick<Sync, 'syncId'>,
): Promise<void> =>
  deps.slots.releaseSlot(provider.definition.name, provider.definition.limits.concurrentSyncCount, syncId);
