import { bucketStartMs } from './buckets.ts';
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
 * Every unit merged into its bucket, in order; `moved` when a bucket was cut anew while it was read. The
 * further parts are read after the head that the commit is conditioned on, together with their first part
 * again, so that nothing read can be older than that head without the commit failing (ING15).
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
    if (!sameFirstParts(blocks, read)) return 'moved';
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

/** False when a first part has another version than before: the names of the parts may be others now. */
function sameFirstParts(before: Blocks, read: Blocks): boolean {
  for (const [key, block] of read)
    if (block.ref.part === '' && before.get(key)?.version !== block.version) return false;
  return true;
}
