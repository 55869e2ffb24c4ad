import { bucketStartMs } from '../core/time-buckets.ts';
import { type BucketMerge, type BucketView, type MergeContext, mergeBucket } from './merge-bucket.ts';
import { type BlockRef, blockName, type RequestId, type StoredBlock, type UserScope } from './model.ts';
import type { PartView } from './open-part.ts';
import { parsePartName } from './part-bounds.ts';
import type { SampleStore } from './sample-store.ts';
import type { BucketRef, WorkUnit } from './work.ts';

export type Blocks = ReadonlyMap<string, StoredBlock>;
export type Merged = Extract<BucketMerge, { readonly kind: 'merged' }>;

export const firstPartOf = (ref: BucketRef): BlockRef => ({ ...ref, part: '' });
export const blockKeyOf = (ref: BlockRef): string => `${ref.metric}/${blockName(ref)}`;

/** First the parts of the samples, then all when a record id is new, then what a newer cut made. */
const MAX_ROUNDS = 4;

/**
 * Every unit merged into its bucket, in order. Further parts are read together with their first part again,
 * after the head that the commit is conditioned on: what is older than that head is a first part that was
 * read beside it, and either it is read anew here, or the condition on its version fails (ING15). `moved`:
 * the bucket is being cut faster than it is read.
 */
export async function mergeBuckets(
  reading: {
    readonly store: SampleStore;
    readonly scope: UserScope;
    readonly requestId: RequestId;
  },
  units: readonly WorkUnit[],
  firstParts: Blocks,
  context: MergeContext,
): Promise<readonly Merged[] | 'moved'> {
  let blocks = firstParts;
  const merges: (Merged | undefined)[] = units.map(() => undefined);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted: BlockRef[] = [];
    units.forEach((unit, position) => {
      if (merges[position] !== undefined) return;
      const view = viewOf(unit.ref, blocks);
      const merge = mergeBucket(unit, view, context);
      if (merge.kind === 'merged') merges[position] = merge;
      else wanted.push(...wantedParts(unit.ref, view, merge.positions));
    });
    if (wanted.length === 0) return merges.filter((merge) => merge !== undefined);
    const { store, scope, requestId } = reading;
    const { blocks: read } = await store.load(scope, requestId, wanted);
    blocks = new Map([...blocks, ...read]);
  }
  return 'moved';
}

function viewOf(ref: BucketRef, blocks: Blocks): BucketView {
  const first = blocks.get(blockKeyOf(firstPartOf(ref)));
  const startMs = bucketStartMs(ref.bucket);
  const others = (first?.parts ?? []).map((name): PartView => {
    const stored = blocks.get(blockKeyOf({ ...ref, part: name }));
    return { name, bound: parsePartName(startMs, name), stored, isLoaded: stored !== undefined };
  });
  return [{ name: '', bound: undefined, stored: first, isLoaded: true }, ...others];
}

function wantedParts(ref: BucketRef, view: BucketView, positions: readonly number[]): readonly BlockRef[] {
  const names = positions.map((position) => view[position]?.name ?? '');
  return [firstPartOf(ref), ...names.map((part) => ({ ...ref, part }))];
}
