import { createHash } from 'node:crypto';

/**
 * The merge rules ING2 to ING4 and ING7, written a second time from the design page: a list per user that
 * is searched from end to end, no blocks, no parts, no codec. Slow and obvious.
 */
export interface ModelSample {
  readonly source: string;
  readonly metric: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly value: number;
  readonly offsetMinutes: number;
  readonly recordId: string | undefined;
  readonly revision: number | undefined;
}

export type ModelDeletion = Omit<ModelSample, 'value' | 'offsetMinutes'>;

export interface ModelEntry extends ModelSample {
  /** Transaction that stored it as it is. */
  readonly seq: number;
  readonly isDeleted: boolean;
}

export interface ModelCounts {
  accepted: number;
  updated: number;
  duplicate: number;
  superseded: number;
  deleted: number;
  notFound: number;
  refused: number;
}

/** `broken` is a sample that the door refuses. */
export interface ModelBatch {
  readonly samples: readonly (ModelSample | 'broken')[];
  readonly deletions: readonly ModelDeletion[];
}

export interface Applied {
  readonly counts: ModelCounts;
  readonly refusedIndexes: readonly number[];
  /** Entries as they were and as they are now, for each that changed. */
  readonly changes: readonly { readonly before: ModelEntry | undefined; readonly after: ModelEntry }[];
}

/** Both metrics of the simulation have blocks of one UTC day. */
export const bucketOf = (startMs: number): string => `day${Math.floor(startMs / 86_400_000)}`;

/** With a record id it is one thing per bucket wherever it starts, without one it is its interval. */
export function identityOf(sample: ModelDeletion): string {
  const { source, metric, recordId, startMs, endMs } = sample;
  return recordId === undefined
    ? `${source}|${metric}|${startMs}|${endMs}`
    : `${source}|${metric}|${bucketOf(startMs)}|${recordId}`;
}

/** What one committed batch makes of the entries of a user. `entries` is changed. */
export function applyBatch(entries: Map<string, ModelEntry>, batch: ModelBatch, seq: number): Applied {
  const counts = noCounts();
  const before = new Map(entries);
  const { winners, refusedIndexes } = withoutDuplicates(batch.samples);
  counts.refused = refusedIndexes.length;
  for (const sample of winners) {
    const stored = entries.get(identityOf(sample));
    const outcome = outcomeOf(stored, sample);
    counts[outcome] += 1;
    if (outcome === 'accepted' || outcome === 'updated') {
      entries.set(identityOf(sample), { ...sample, seq, isDeleted: false });
    }
  }
  for (const deletion of batch.deletions) counts[applyDeletion(entries, deletion, seq)] += 1;
  const changes = [...entries].flatMap(([identity, after]) =>
    before.get(identity) === after ? [] : [{ before: before.get(identity), after }],
  );
  return { counts, refusedIndexes, changes };
}

const noCounts = (): ModelCounts => ({
  accepted: 0,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
  refused: 0,
});

/** ING7: of duplicates within a batch the highest revision, else the last, is taken. */
function withoutDuplicates(samples: ModelBatch['samples']) {
  const taken = new Map<string, { readonly sample: ModelSample; readonly index: number }>();
  const refusedIndexes: number[] = [];
  samples.forEach((sample, index) => {
    if (sample === 'broken') {
      refusedIndexes.push(index);
      return;
    }
    const earlier = taken.get(identityOf(sample));
    if (earlier === undefined) {
      taken.set(identityOf(sample), { sample, index });
    } else if (isTakenOver(earlier.sample, sample)) {
      refusedIndexes.push(earlier.index);
      taken.set(identityOf(sample), { sample, index });
    } else {
      refusedIndexes.push(index);
    }
  });
  const winners = Array.from(taken.values(), ({ sample }) => sample);
  return { winners, refusedIndexes: refusedIndexes.sort((a, b) => a - b) };
}

function isTakenOver(earlier: ModelSample, later: ModelSample): boolean {
  if (rank(later) !== rank(earlier)) return rank(later) > rank(earlier);
  if (later.revision === undefined || isSameContent(earlier, later)) return true;
  return contentHash(later) > contentHash(earlier);
}

/** A revision beats none. */
const rank = ({ revision }: { readonly revision: number | undefined }): number => revision ?? -1;

const content = (sample: ModelSample): string =>
  JSON.stringify([sample.startMs, sample.endMs, sample.value, sample.offsetMinutes]);
const isSameContent = (a: ModelSample, b: ModelSample): boolean => content(a) === content(b);
const contentHash = (sample: ModelSample): string =>
  createHash('sha256').update(content(sample)).digest('hex');

function outcomeOf(
  stored: ModelEntry | undefined,
  sample: ModelSample,
): 'accepted' | 'updated' | 'duplicate' | 'superseded' {
  if (stored === undefined) return 'accepted';
  if (stored.isDeleted) return rank(sample) > rank(stored) ? 'accepted' : 'superseded';
  if (rank(sample) > rank(stored)) return 'updated';
  if (rank(sample) < rank(stored)) {
    return sample.revision === undefined && isSameContent(stored, sample) ? 'duplicate' : 'superseded';
  }
  if (isSameContent(stored, sample)) return 'duplicate';
  if (sample.revision === undefined) return 'updated';
  return contentHash(sample) > contentHash(stored) ? 'updated' : 'superseded';
}

function applyDeletion(
  entries: Map<string, ModelEntry>,
  deletion: ModelDeletion,
  seq: number,
): 'deleted' | 'notFound' | 'superseded' {
  const identity = identityOf(deletion);
  const stored = entries.get(identity);
  if (stored === undefined) {
    entries.set(identity, { ...deletion, value: 0, offsetMinutes: 0, seq, isDeleted: true });
    return 'notFound';
  }
  const isNewer = rank(deletion) > rank(stored);
  const tombstone = {
    ...stored,
    seq,
    isDeleted: true,
    revision: isNewer ? deletion.revision : stored.revision,
  };
  if (stored.isDeleted) {
    if (isNewer) entries.set(identity, tombstone);
    return 'notFound';
  }
  if (deletion.revision !== undefined && rank(deletion) < rank(stored)) return 'superseded';
  entries.set(identity, tombstone);
  return 'deleted';
}
