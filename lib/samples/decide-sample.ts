import type { EpochMs } from '../core/instants.ts';
import { compareRevisions } from '../core/revisions.ts';
import type { Sample } from './model.ts';
import { contentHashOf, sameContent } from './sample-identity.ts';
import type { DeletionOp, SampleOp } from './work.ts';

export type SampleOutcome = 'accepted' | 'updated' | 'duplicate' | 'superseded';
export type DeletionOutcome = 'deleted' | 'notFound' | 'superseded';

/**
 * What becomes of an incoming sample where `stored` holds its identity (ING3, ING4). Of revisioned copies
 * and deletions the greatest of (revision, deletion before sample, content hash) stays, so their order,
 * grouping and repetition do not matter. Without revisions the last committed content wins.
 */
export function decideSample(stored: Sample | undefined, incoming: SampleOp): SampleOutcome {
  if (stored === undefined) return 'accepted';
  const order = compareRevisions(incoming.revision, stored.revision);
  if (stored.deletedAtMs !== undefined) return order > 0 ? 'accepted' : 'superseded';
  const isSame = sameContent(stored, incoming);
  if (order > 0) return 'updated';
  if (isSame && (order === 0 || incoming.revision === undefined)) return 'duplicate';
  if (order < 0) return 'superseded';
  if (incoming.revision === undefined) return 'updated';
  return contentHashOf(incoming) > contentHashOf(stored) ? 'updated' : 'superseded';
}

export interface DeletionDecision {
  readonly outcome: DeletionOutcome;
  /** The tombstone to write; undefined when what is stored stays as it is. */
  readonly tombstone: Sample | undefined;
}

/**
 * What becomes of a deletion (ING4). It removes what is not of a newer revision, and leaves a tombstone
 * with the highest revision seen even where nothing was: only a newer revision comes back in.
 */
export function decideDeletion(
  stored: Sample | undefined,
  incoming: DeletionOp,
  at: { readonly seq: number; readonly nowMs: EpochMs },
): DeletionDecision {
  const { seq, nowMs } = at;
  if (stored === undefined) {
    const { startMs, endMs, recordHash, revision } = incoming;
    const tombstone = { startMs, endMs, value: 0, offsetMinutes: 0, recordHash, revision, seq };
    return { outcome: 'notFound', tombstone: { ...tombstone, deletedAtMs: nowMs } };
  }
  const order = compareRevisions(incoming.revision, stored.revision);
  const revision = order > 0 ? incoming.revision : stored.revision;
  const tombstone = { ...stored, value: 0, revision, seq, deletedAtMs: nowMs };
  if (stored.deletedAtMs !== undefined) {
    return { outcome: 'notFound', tombstone: order > 0 ? tombstone : undefined };
  }
  if (order < 0 && incoming.revision !== undefined) return { outcome: 'superseded', tombstone: undefined };
  return { outcome: 'deleted', tombstone };
}

/**
 * Of duplicates within a batch the highest revision stays; of equal ones the greater content hash, and
 * without revisions the last (ING7).
 */
export function decideDuplicate(first: SampleOp, second: SampleOp): SampleOp {
  const order = compareRevisions(second.revision, first.revision);
  const later = second.index > first.index ? second : first;
  if (order !== 0) return order > 0 ? second : first;
  if (first.revision === undefined || sameContent(first, second)) return later;
  return contentHashOf(second) > contentHashOf(first) ? second : first;
}
