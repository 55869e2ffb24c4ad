import { IngestSamplesAnswer } from '../../../contracts/http/ingest-samples.ts';
import type { DataOutcome } from '../../connections/syncs/data-writer.ts';
import type { IngestAnswer } from '../../samples/answer.ts';
import type { IngestItem } from './to-ingest-items.ts';

export const NO_OUTCOME: DataOutcome = {
  counts: { accepted: 0, updated: 0, duplicate: 0, deleted: 0, refused: 0 },
  refused: [],
  moves: [],
};

export const addOutcome = (left: DataOutcome, right: DataOutcome): DataOutcome => ({
  counts: {
    accepted: left.counts.accepted + right.counts.accepted,
    updated: left.counts.updated + right.counts.updated,
    duplicate: left.counts.duplicate + right.counts.duplicate,
    deleted: left.counts.deleted + right.counts.deleted,
    refused: left.counts.refused + right.counts.refused,
  },
  refused: [...left.refused, ...right.refused],
  moves: [...left.moves, ...right.moves],
});

/**
 * The ingest core's answer in the group's words. A copy within the batch is a duplicate here: providers repeat
 * records on page borders. A deletion that found nothing is no count at all.
 */
export function readAnswer(answer: IngestAnswer, listed: readonly IngestItem[]): DataOutcome {
  const { counts, refused } = IngestSamplesAnswer.parse(JSON.parse(answer.body));
  const told = refused.flatMap(({ index, reason }) => {
    const item = listed[index];
    return item === undefined || reason === 'duplicate_in_batch' ? [] : [{ index: item.index, reason }];
  });
  const copyCount = refused.filter(({ reason }) => reason === 'duplicate_in_batch').length;
  return {
    counts: {
      accepted: counts.accepted,
      updated: counts.updated,
      duplicate: counts.duplicate + counts.superseded + copyCount,
      deleted: counts.deleted,
      refused: counts.refused - copyCount,
    },
    refused: told,
    moves: [],
  };
}
