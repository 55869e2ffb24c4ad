import type { StoredSample } from '../../contracts/http/samples.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import { bucketAt, bucketStartMs } from '../core/time-buckets.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Head, Sample, StoredBlock, UserScope } from '../samples/model.ts';
import type { BlockReader } from '../samples/sample-store.ts';

/** A page's body stays well under Lambda's 6 MB answer, and readable on a phone. */
export const MAX_PAGE_BYTES = 1_000_000;
/**
 * Stored payload that the looks of one page may read. Most pages need the first alone; the second is a page
 * of 1,000 sparse rows; the third is one bucket that is larger than that.
 */
const LOOK_BYTES = [256_000, 4_000_000, 32_000_000] as const;

export interface ListSamplesDeps {
  readonly blocks: Pick<BlockReader, 'readBlocks'>;
  readonly heads: Pick<HeadStore, 'load'>;
  /** lib/samples/block-codec.ts, handed in by the wiring. */
  readonly decode: (payload: Uint8Array) => readonly Sample[];
}

export interface SampleQuery {
  readonly metric: Metric;
  /** Samples that start in [fromMs, toMs). */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly sourceId: string | undefined;
  readonly limit: number;
  readonly after: SamplePosition | undefined;
}

/** Where a sample stands in the order of pages: by start, then by what tells it from others. */
export interface SamplePosition {
  readonly startMs: number;
  readonly sourceId: string;
  readonly endMs: number;
  /** Record hash in hexadecimal. */
  readonly record: string;
}

export interface SamplePage {
  readonly samples: readonly StoredSample[];
  /** Undefined on the last page. A page may be short, or empty, and still have a next one. */
  readonly next: SamplePosition | undefined;
  /** Queries of blocks that it took: at most three. */
  readonly lookCount: number;
}

/**
 * Living samples in time order. Pages follow the position of the last sample, so that concurrent writes
 * neither repeat nor hide what was there before. A page costs one GetItem and one to three Queries, each of
 * one or, above 1 MB, a few pages. `user.not_found`, `read.metric_blocked`.
 */
export async function listSamples(
  deps: ListSamplesDeps,
  scope: UserScope,
  query: SampleQuery,
): Promise<SamplePage> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'There is no user by this id.');
  }
  if (head.privacy.blockedMetrics.includes(query.metric.code)) {
    throw new AppError('read.metric_blocked', `The user has blocked "${query.metric.code}".`);
  }
  const fromMs = Math.max(query.fromMs, query.after?.startMs ?? query.fromMs);
  const range = {
    metric: query.metric.code,
    fromBucket: bucketAt(fromMs, query.metric.bucket),
    toBucket: bucketAt(query.toMs - 1, query.metric.bucket),
  };
  let lookCount = 0;
  if (query.toMs <= fromMs) return { samples: [], next: undefined, lookCount };
  for (const maxBytes of LOOK_BYTES) {
    lookCount += 1;
    const reading = await deps.blocks.readBlocks(scope, range, maxBytes);
    const whole = wholeBuckets(reading);
    const rows = rowsOf(deps, query, whole.blocks);
    if (
      whole.resumeMs === undefined ||
      rows.length >= query.limit ||
      isLast(maxBytes, whole.resumeMs, fromMs)
    ) {
      return { ...cutPage(rows, { query, head, resumeMs: whole.resumeMs }), lookCount };
    }
  }
  throw new AppError('read.range_too_large', 'One block of time holds more data than a page can read.');
}

/** The second look is enough when it got on; the third is for a single bucket of more than 4 MB. */
function isLast(maxBytes: number, resumeMs: number, fromMs: number): boolean {
  return maxBytes > LOOK_BYTES[0] && resumeMs > fromMs;
}

interface WholeBuckets {
  readonly blocks: readonly StoredBlock[];
  /** Where reading stopped; undefined at the end of the range. */
  readonly resumeMs: number | undefined;
}

/** Blocks lie by bucket, then by source: of a bucket read in part the order of samples is not known. */
function wholeBuckets(reading: {
  readonly blocks: readonly StoredBlock[];
  readonly complete: boolean;
}): WholeBuckets {
  const last = reading.blocks.at(-1);
  if (reading.complete) return { blocks: reading.blocks, resumeMs: undefined };
  if (last === undefined) return { blocks: [], resumeMs: Number.NEGATIVE_INFINITY };
  const blocks = reading.blocks.filter(({ ref }) => ref.bucket !== last.ref.bucket);
  return {
    blocks,
    resumeMs: blocks.length === 0 ? Number.NEGATIVE_INFINITY : bucketStartMs(last.ref.bucket),
  };
}

interface Row {
  readonly sample: Sample;
  readonly position: SamplePosition;
}

function rowsOf(deps: ListSamplesDeps, query: SampleQuery, blocks: readonly StoredBlock[]): readonly Row[] {
  const rows: Row[] = [];
  for (const { ref, payload } of blocks) {
    if (query.sourceId !== undefined && ref.sourceId !== query.sourceId) continue;
    for (const sample of deps.decode(payload)) {
      const isWanted =
        sample.deletedAtMs === undefined && sample.startMs >= query.fromMs && sample.startMs < query.toMs;
      if (!isWanted) continue;
      const position = positionOf(sample, ref.sourceId);
      if (query.after === undefined || comparePositions(position, query.after) > 0) {
        rows.push({ sample, position });
      }
    }
  }
  return rows.sort((left, right) => comparePositions(left.position, right.position));
}

const positionOf = (sample: Sample, sourceId: string): SamplePosition => ({
  startMs: sample.startMs,
  sourceId,
  endMs: sample.endMs,
  record: sample.recordHash.toString(16).padStart(16, '0'),
});

/** Before every sample that starts then: no source id is empty. */
const positionBefore = (startMs: number): SamplePosition => ({ startMs, sourceId: '', endMs: 0, record: '' });

function comparePositions(left: SamplePosition, right: SamplePosition): number {
  return (
    left.startMs - right.startMs ||
    compareText(left.sourceId, right.sourceId) ||
    left.endMs - right.endMs ||
    compareText(left.record, right.record)
  );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function cutPage(
  rows: readonly Row[],
  context: { readonly query: SampleQuery; readonly head: Head; readonly resumeMs: number | undefined },
): Pick<SamplePage, 'samples' | 'next'> {
  const samples: StoredSample[] = [];
  let bytes = 0;
  for (const { sample, position } of rows.slice(0, context.query.limit)) {
    const stored = toStoredSample(sample, position.sourceId, context);
    bytes += JSON.stringify(stored).length + 1;
    if (bytes > MAX_PAGE_BYTES && samples.length > 0) break;
    samples.push(stored);
  }
  const last = rows[samples.length - 1];
  if (samples.length < rows.length) return { samples, next: last?.position };
  return { samples, next: context.resumeMs === undefined ? undefined : positionBefore(context.resumeMs) };
}

function toStoredSample(
  sample: Sample,
  sourceId: string,
  { query, head }: { readonly query: SampleQuery; readonly head: Head },
): StoredSample {
  const { metric } = query;
  const category = metric.categories?.[sample.value];
  return {
    metric: metric.code,
    sourceId,
    provider: head.sources[sourceId]?.provider ?? 'unknown',
    start: toIso(sample.startMs),
    end: toIso(sample.endMs),
    ...(metric.categories === undefined ? { value: sample.value } : {}),
    ...(category === undefined ? {} : { category }),
    unit: metric.unit,
    zoneOffsetMinutes: sample.offsetMinutes,
    ...(sample.revision === undefined ? {} : { revision: sample.revision }),
  };
}
