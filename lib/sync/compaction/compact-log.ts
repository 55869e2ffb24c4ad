import { SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LogAnnouncement } from '../model.ts';
import type { LogCompaction } from './log-compaction.ts';

/** An entry is up to 100 KB and names up to 97 tombstones: so many are done in a few seconds. */
const BATCH_COUNT = 50;
/** Of one user and run; the rest is due at once in the next run. */
const MAX_BATCHES = 20;

export interface CompactionDeps {
  readonly logs: LogCompaction;
  readonly clock: Clock;
}

/**
 * Removes the prefix of a log that is past the horizon (SYN12), batch by batch: raises the horizon first, so
 * that no device reads on from what is about to go, then removes. Cut off at any line, a repeat finds the same
 * user due and goes on: entries below the horizon that are still there are removed whatever their age. Answers
 * how many entries went.
 */
export async function compactLog({ logs, clock }: CompactionDeps, scope: UserScope): Promise<number> {
  const nowMs = clock.now();
  let removedCount = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const read = await logs.loadHorizon(scope);
    if (read === undefined) return removedCount;
    const entries = await logs.readOldest(scope, BATCH_COUNT);
    const horizonSeq = decideHorizon(entries, read.horizonSeq, nowMs - SYNC_HORIZON_DAYS * DAY_MS);
    const past = entries.filter(({ seq }) => seq <= horizonSeq);
    const next = { horizonSeq, forgottenVersion: decideForgottenVersion(past, read.forgottenVersion) };
    const isRaised =
      horizonSeq === read.horizonSeq || (await logs.raiseHorizon(scope, read, next)) === 'raised';
    if (!isRaised) return removedCount;
    if ((await logs.removeEntries(scope, past)) === 'conflict') return removedCount;
    removedCount += past.length;
    if (past.length === BATCH_COUNT) continue;
    // With nothing left, the next entry is younger than now.
    await logs.schedule(scope, read, entries[past.length]?.committedAtMs ?? nowMs);
    return removedCount;
  }
  return removedCount;
}

/** The greatest version of a tombstone that goes with these entries, or went before. */
export function decideForgottenVersion(
  past: readonly Pick<LogAnnouncement, 'changes'>[],
  forgottenVersion: number,
): number {
  const deletions = past.flatMap(({ changes }) => changes.filter(({ op }) => op === 'delete'));
  return deletions.reduce((greatest, { version }) => Math.max(greatest, version), forgottenVersion);
}

/** The last entry before the first that is not past the horizon: only ever a prefix goes. */
export function decideHorizon(
  entries: readonly Pick<LogAnnouncement, 'seq' | 'committedAtMs'>[],
  horizonSeq: number,
  beforeMs: number,
): number {
  const firstKept = entries.findIndex(
    ({ seq, committedAtMs }) => seq > horizonSeq && committedAtMs > beforeMs,
  );
  const past = firstKept === -1 ? entries : entries.slice(0, firstKept);
  return Math.max(horizonSeq, past.at(-1)?.seq ?? 0);
}
