import type { EpochMs } from '../core/instants.ts';
import { compareRevisions } from '../core/revisions.ts';
import type { NormalisedRecord, RecordOutcome, RecordPointer } from './model.ts';

/**
 * What becomes of an incoming record where `stored` is known (REC3): the greatest revision stays, of equal
 * ones the greater content hash, so that order and repetition do not matter. A revision beats none. Without
 * revisions the last committed wins, also over a deletion: who sends it again has it again, unless it was said
 * before the deletion (REC4).
 */
export function decideRecord(
  stored: RecordPointer | undefined,
  incoming: Pick<NormalisedRecord, 'revision' | 'contentHash'> & {
    /** When the provider said it, if that was earlier than now. */
    readonly asOfMs?: EpochMs | undefined;
  },
): Extract<RecordOutcome, 'accepted' | 'updated' | 'duplicate' | 'superseded'> {
  if (stored === undefined) return 'accepted';
  const order = compareRevisions(incoming.revision, stored.revision);
  if (stored.deletedAtMs !== undefined) {
    if (incoming.asOfMs !== undefined && stored.deletedAtMs > incoming.asOfMs) return 'superseded';
    return order > 0 || (order === 0 && incoming.revision === undefined) ? 'accepted' : 'superseded';
  }
  if (order > 0) return 'updated';
  if (stored.contentHash === incoming.contentHash) return 'duplicate';
  if (order < 0) return 'superseded';
  if (incoming.revision === undefined) return 'updated';
  return incoming.contentHash > stored.contentHash ? 'updated' : 'superseded';
}

/** A deletion of the provider: it stands until a newer revision comes (REC4). */
export const decideRecordDeletion = (
  stored: RecordPointer | undefined,
): Extract<RecordOutcome, 'deleted' | 'not_found'> =>
  stored === undefined || stored.deletedAtMs !== undefined ? 'not_found' : 'deleted';
