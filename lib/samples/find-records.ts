import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { EpochMs } from '../core/instants.ts';
import { bucketAt } from '../core/time-buckets.ts';
import { AppError } from '../problems/app-error.ts';
import { decodeColumns } from './block-codec.ts';
import { isTombstone } from './codec/block-columns.ts';
import { SEARCH_BYTES } from './limits.ts';
import type { StoredBlock, UserScope } from './model.ts';
import { RecordIndex } from './record-index.ts';
import type { BlockReader } from './sample-store.ts';
import type { BucketRef, DeletionOp, RangeDeletion } from './work.ts';

export interface FoundDeletion {
  readonly ref: BucketRef;
  readonly deletion: DeletionOp;
}

/**
 * Where the records of these deletions are, from what was stored before the request (ING4). A record found
 * under several sources or in several buckets is deleted in each and counted once, at a living one when
 * there is one. What is not found is not in the list. Every block of the ranges is read once.
 */
export async function findRecords(
  reader: BlockReader,
  scope: UserScope,
  searches: readonly RangeDeletion[],
): Promise<readonly FoundDeletion[]> {
  const found = new Map<string, Found>();
  for (const span of spansOf(searches)) {
    for await (const block of blocksOf(reader, scope, span)) matchBlock(block, span.searches, found);
  }
  return toDeletions([...found.values()]);
}

interface Span {
  readonly metric: string;
  readonly fromBucket: string;
  readonly toBucket: string;
  readonly searches: readonly RangeDeletion[];
}

interface Found {
  readonly search: RangeDeletion;
  readonly ref: BucketRef;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly isLiving: boolean;
}

/** Ranges of one metric that touch become one. */
function spansOf(searches: readonly RangeDeletion[]): readonly Span[] {
  const spans: Span[] = [];
  const ordered = [...searches].sort(
    (left, right) => compareTexts(left.metric, right.metric) || left.fromMs - right.fromMs,
  );
  for (const search of ordered) {
    const width = metricOf(search.metric)?.bucket ?? 'day';
    const fromBucket = bucketAt(search.fromMs, width);
    const toBucket = bucketAt(search.toMs, width);
    const last = spans.at(-1);
    if (last === undefined || last.metric !== search.metric || fromBucket > last.toBucket) {
      spans.push({ metric: search.metric, fromBucket, toBucket, searches: [search] });
      continue;
    }
    const [, furthest = toBucket] = [toBucket, last.toBucket].sort();
    spans[spans.length - 1] = { ...last, toBucket: furthest, searches: [...last.searches, search] };
  }
  return spans;
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

async function* blocksOf(reader: BlockReader, scope: UserScope, span: Span): AsyncGenerator<StoredBlock> {
  let { fromBucket } = span;
  for (;;) {
    const range = { metric: span.metric, fromBucket, toBucket: span.toBucket };
    const { blocks, complete } = await reader.readBlocks(scope, range, SEARCH_BYTES);
    yield* blocks;
    if (complete) return;
    // The last bucket may have been cut short: it is read again, and must not be the first.
    const next = blocks.at(-1)?.ref.bucket ?? fromBucket;
    if (next === fromBucket) throw new AppError('server.unavailable', 'a bucket is too large to search');
    fromBucket = next;
  }
}

function matchBlock(block: StoredBlock, searches: readonly RangeDeletion[], found: Map<string, Found>): void {
  const columns = decodeColumns(block.payload);
  const index = new RecordIndex([columns]);
  const { metric, bucket, sourceId } = block.ref;
  for (const search of searches) {
    if (search.sourceId !== undefined && search.sourceId !== sourceId) continue;
    const row = index.find(search.recordHash)?.row;
    if (row === undefined) continue;
    const startMs = (columns.startMs[row] ?? 0) as EpochMs;
    const endMs = (columns.endMs[row] ?? 0) as EpochMs;
    if (startMs < search.fromMs || startMs > search.toMs) continue;
    const isLiving = !isTombstone(columns, row);
    const ref = { metric, bucket, sourceId };
    found.set(`${search.index}/${bucket}#${sourceId}`, { search, ref, startMs, endMs, isLiving });
  }
}

function toDeletions(found: readonly Found[]): readonly FoundDeletion[] {
  const countedAt = new Map<number, Found>();
  for (const one of found) {
    const counted = countedAt.get(one.search.index);
    if (counted === undefined || (one.isLiving && !counted.isLiving)) countedAt.set(one.search.index, one);
  }
  return found.map((one) => {
    const { index, recordHash, revision } = one.search;
    const { startMs, endMs } = one;
    const isCounted = countedAt.get(index) === one;
    return { ref: one.ref, deletion: { index, startMs, endMs, recordHash, revision, isCounted } };
  });
}
