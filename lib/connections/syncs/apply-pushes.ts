import type { EpochMs } from '../../core/instants.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { askForConsent } from '../change-connection.ts';
import { type InboxEntry, NO_COUNTS } from '../model.ts';
import { applyControl, isControl } from './apply-control.ts';
import { applyTarget } from './apply-entry.ts';
import { type FaultVerdict, judgeFault } from './judge-fault.ts';
import { noteMistake } from './note-mistake.ts';
import { type PushLedger, recordPush, type TargetEntry } from './push-ledger.ts';
import { PUSH_KEPT_MS } from './sync-limits.ts';
import { isLate, LeaseLost, type SyncSession } from './sync-session.ts';

/** What is left of the pushes of a session. */
export type PushesOutcome =
  | { readonly kind: 'done' }
  /** The time is up. */
  | { readonly kind: 'more' }
  /** Some cannot be had before then. */
  | { readonly kind: 'wait'; readonly untilMs: EpochMs }
  /** The connection's status is not what it was: look again at what is to be done. */
  | { readonly kind: 'changed' };

/** An entry that failed is tried again after as long as it has waited already, within these bounds. */
const RETRY_MS = { least: 15 * SECOND_MS, most: 15 * MINUTE_MS } as const;
/** Calls that failed in a row, after which the others are left for later. */
const MAX_FAILED_COUNT = 3;

const isTarget = (entry: InboxEntry): entry is TargetEntry => 'dataType' in entry;

/** Applies what pushes and requests said of the connection, then the data that pushes named, in their order. */
export async function applyPushes(
  session: SyncSession,
  ledger: PushLedger,
  entries: readonly InboxEntry[],
): Promise<PushesOutcome> {
  for (const entry of entries.filter(isControl)) {
    const outcome = await applyOne(session, entry, () => applyControl(session, entry), ledger);
    if (outcome.kind !== 'done') return outcome;
    if (entry.kind !== 'erase_data') return { kind: 'changed' };
  }
  let earliestMs: number | undefined;
  let failedCount = 0;
  for (const entry of entries.filter(isTarget)) {
    if (isLate(session)) return { kind: 'more' };
    const outcome = isWanted(session, entry)
      ? await applyOne(session, entry, () => applyTarget(session, ledger, entry), ledger)
      : await dropEntry(session, ledger, entry);
    if (outcome.kind === 'changed') return outcome;
    if (outcome.kind !== 'wait') continue;
    earliestMs = Math.min(earliestMs ?? outcome.untilMs, outcome.untilMs);
    failedCount += 1;
    if (outcome.isLimit || failedCount >= MAX_FAILED_COUNT) break;
  }
  return earliestMs === undefined ? { kind: 'done' } : { kind: 'wait', untilMs: earliestMs as EpochMs };
}

/** Without a grant only data that is here already can be taken; a later sync fetches the rest of its window. */
const isWanted = ({ connection }: SyncSession, entry: TargetEntry): boolean =>
  connection.status === 'connected' ||
  (connection.status === 'needs_reauth' && (entry.kind === 'payload' || entry.kind === 'deletion'));

async function dropEntry(
  session: SyncSession,
  ledger: PushLedger,
  entry: TargetEntry,
): Promise<{ readonly kind: 'done' }> {
  await recordPush(session, ledger, { entry, counts: undefined });
  return { kind: 'done' };
}

type OneOutcome =
  | { readonly kind: 'done' | 'changed' }
  | { readonly kind: 'wait'; readonly untilMs: EpochMs; readonly isLimit: boolean };

async function applyOne(
  session: SyncSession,
  entry: InboxEntry,
  apply: () => Promise<void>,
  ledger: PushLedger,
): Promise<OneOutcome> {
  try {
    await apply();
    return { kind: 'done' };
  } catch (error) {
    return afterFault(session, ledger, entry, error);
  }
}

/**
 * What is no fault of the provider fails the run, so that somebody sees it; an entry that still does so after a
 * day goes, since everything behind it waits.
 */
function judgeOrGiveUp(entry: InboxEntry, error: unknown, nowMs: EpochMs): FaultVerdict {
  try {
    return judgeFault(error, nowMs);
  } catch (thrown) {
    const isOfTheRun = thrown instanceof AppError || thrown instanceof LeaseLost;
    if (isOfTheRun || nowMs - entry.receivedAtMs < PUSH_KEPT_MS) throw thrown;
    return { kind: 'type', error: 'internal' };
  }
}

async function afterFault(
  session: SyncSession,
  ledger: PushLedger,
  entry: InboxEntry,
  error: unknown,
): Promise<OneOutcome> {
  const nowMs = session.deps.clock.now();
  const verdict = judgeOrGiveUp(entry, error, nowMs);
  noteMistake(session, 'dataType' in entry ? entry.dataType : entry.kind, error);
  if (verdict.kind === 'reauth') {
    await askForConsent(session, verdict.reason);
    return { kind: 'changed' };
  }
  const ageMs = nowMs - entry.receivedAtMs;
  const isPassing = verdict.kind === 'wait' || verdict.kind === 'retry';
  if (isPassing && ageMs < PUSH_KEPT_MS) {
    if (verdict.kind === 'wait') return { kind: 'wait', untilMs: verdict.untilMs, isLimit: true };
    const delayMs = Math.min(Math.max(ageMs, RETRY_MS.least), RETRY_MS.most);
    return { kind: 'wait', untilMs: (nowMs + delayMs) as EpochMs, isLimit: false };
  }
  if (isTarget(entry)) {
    await recordPush(session, ledger, { entry, counts: NO_COUNTS, error: verdict.error });
  } else {
    await session.deps.runs.removeFromInbox(session.scope, session.connectionId, [entry.entryId]);
  }
  return { kind: 'done' };
}
