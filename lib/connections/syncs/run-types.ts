import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { askForConsent } from '../change-connection.ts';
import type { Sync, SyncError } from '../model.ts';
import { announceTypes } from './announce-types.ts';
import { fetchType, type PullType, type TypeStep } from './fetch-type.ts';
import { judgeFault } from './judge-fault.ts';
import { noteMistake } from './note-mistake.ts';
import { nextLookMs, type RequestedType, requestType, settleAwaited } from './request-type.ts';
import { MAX_BACKFILL_AGE_MS, MAX_STALL_COUNT, MAX_SYNC_AGE_MS } from './sync-limits.ts';
import { isAwaited, isOpen, withType } from './sync-progress.ts';
import { commitSync, findType, isLate, type SyncSession } from './sync-session.ts';

export type TypesOutcome =
  | { readonly kind: 'ended'; readonly sync: Sync; readonly error?: SyncError }
  | { readonly kind: 'more'; readonly sync: Sync }
  | { readonly kind: 'wait'; readonly sync: Sync; readonly untilMs: EpochMs }
  /** Only types are left whose calls fail now and may succeed soon. */
  | { readonly kind: 'unavailable'; readonly sync: Sync; readonly error: SyncError };

/**
 * All types of a begun sync in turn, as far as the time goes. A type that cannot be had leaves the others
 * alone; limits make the whole sync wait, since they are the application's (CON26, CON27).
 */
export async function runTypes(session: SyncSession, begun: Sync): Promise<TypesOutcome> {
  const step: TypeStep = { sync: begun, isAhead: false };
  const outcome = await runInTurn(session, step);
  // Whoever goes on begins at the row: without this slow types that have nothing new would be looked at for ever.
  const isToGoOn = outcome.kind === 'more' || outcome.kind === 'unavailable';
  return isToGoOn && step.isAhead ? { ...outcome, sync: await commitSync(session, outcome.sync) } : outcome;
}

async function runInTurn(session: SyncSession, step: TypeStep): Promise<TypesOutcome> {
  let unavailable: SyncError | undefined;
  for (const [index, { status }] of step.sync.types.entries()) {
    if (status !== 'waiting' && status !== 'running') continue;
    if (isLate(session)) return { kind: 'more', sync: step.sync };
    const outcome = await runType(session, step, index);
    if (outcome === 'more') return { kind: 'more', sync: step.sync };
    if (outcome === 'done') {
      await announceTypes(session, step.sync);
      continue;
    }
    if (outcome.kind === 'retry') unavailable = outcome.error;
    else return outcome;
  }
  return concludeTypes(session, step.sync, unavailable);
}

async function concludeTypes(
  session: SyncSession,
  sync: Sync,
  unavailable: SyncError | undefined,
): Promise<TypesOutcome> {
  const nowMs = session.deps.clock.now();
  const { dataTypes } = session.provider.definition;
  const settled = settleAwaited(sync, dataTypes, nowMs);
  await announceTypes(session, settled);
  if (unavailable !== undefined) return { kind: 'unavailable', sync: settled, error: unavailable };
  if (settled.types.some(isOpen)) return { kind: 'more', sync: settled };
  if (!settled.types.some(isAwaited)) return { kind: 'ended', sync: settled };
  return { kind: 'wait', sync: settled, untilMs: nextLookMs(settled, dataTypes, nowMs) };
}

type TypeOutcome =
  | 'done'
  | 'more'
  | { readonly kind: 'retry'; readonly error: SyncError }
  | Exclude<TypesOutcome, { readonly kind: 'more' | 'unavailable' }>;

async function runType(session: SyncSession, step: TypeStep, index: number): Promise<TypeOutcome> {
  const code = step.sync.types[index]?.type ?? '';
  const type = findType(session, code);
  if (type === undefined) return failType(session, step, index, 'internal');
  try {
    return type.source.kind === 'pull'
      ? await fetchType(session, step, index, type as PullType)
      : await requestType(session, step, index, type as RequestedType);
  } catch (error) {
    return afterFault(session, step, index, error);
  }
}

async function afterFault(
  session: SyncSession,
  step: TypeStep,
  index: number,
  error: unknown,
): Promise<TypeOutcome> {
  const nowMs = session.deps.clock.now();
  const verdict = judgeFault(error, nowMs);
  noteMistake(session, step.sync.types[index]?.type ?? '', error);
  switch (verdict.kind) {
    case 'retry':
      return { kind: 'retry', error: verdict.error };
    case 'type':
      return failType(session, step, index, verdict.error);
    case 'sync':
      return { kind: 'ended', sync: step.sync, error: verdict.error };
    case 'reauth':
      return { kind: 'ended', sync: step.sync, error: await askForConsent(session, verdict.reason) };
    case 'wait':
      noteWait(session, verdict, nowMs);
      return waitOrGiveUp(step.sync, verdict, nowMs);
  }
}

function noteWait(
  { deps, correlationId, connection: { provider } }: SyncSession,
  { untilMs, error }: { readonly untilMs: EpochMs; readonly error: SyncError },
  nowMs: EpochMs,
): void {
  const waitSec = Math.ceil((untilMs - nowMs) / 1_000);
  deps.meter.add('ProviderQuotaWaits', 1);
  deps.log.write('SYNC_WAITS', { correlationId, provider, reason: error, waitSec });
}

/** Limits pass, but not for ever: a newer sync will cover the same window. */
function waitOrGiveUp(
  sync: Sync,
  { untilMs, error }: { readonly untilMs: EpochMs; readonly error: SyncError },
  nowMs: EpochMs,
): TypeOutcome {
  const maxAgeMs = sync.origin === 'backfill' ? MAX_BACKFILL_AGE_MS : MAX_SYNC_AGE_MS;
  const isStuck = error === 'unavailable' && sync.stallCount >= MAX_STALL_COUNT;
  if (isStuck || nowMs - sync.startedAtMs > maxAgeMs) return { kind: 'ended', sync, error };
  const latestMs = Math.max(untilMs, nowMs + MINUTE_MS / 60) as EpochMs;
  return { kind: 'wait', sync: { ...sync, stallCount: sync.stallCount + 1 }, untilMs: latestMs };
}

async function failType(
  session: SyncSession,
  step: TypeStep,
  index: number,
  error: SyncError,
): Promise<'done'> {
  const progress = step.sync.types[index];
  if (progress !== undefined) {
    step.sync = await commitSync(
      session,
      withType(step.sync, index, { ...progress, status: 'failed', error }),
    );
  }
  return 'done';
}
