import { metricOf } from '../../contracts/metrics/catalog.ts';
import {
  addDays,
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  type LocalDate,
  MINUTE_MS,
  utcMidnightOf,
} from '../core/instants.ts';
import { MAX_OFFSET_MINUTES } from '../core/iso-time.ts';
import { bucketAt } from '../core/time-buckets.ts';
import type { StoredRecord } from '../records/model.ts';
import type { BlockSummary, StoredBlock, UserScope } from '../samples/model.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import {
  INPUT_DAYS_AFTER,
  INPUT_DAYS_BEFORE,
  MAX_READ_BYTES,
  MAX_READ_RECORD_COUNT,
  MAX_SLEEP_MS,
} from './limits.ts';
import { type NightDeps, STAGE_METRIC } from './night-deps.ts';

const MAX_OFFSET_MS = MAX_OFFSET_MINUTES * MINUTE_MS;
const RECORD_PAGE_COUNT = 100;

export interface NightRange {
  readonly from: LocalDate;
  /** Inclusive. */
  readonly to: LocalDate;
}

/** The local dates that the nights of a range are made of. */
export const inputRangeOf = ({ from, to }: NightRange): NightRange => ({
  from: addDays(from, -INPUT_DAYS_BEFORE),
  to: addDays(to, INPUT_DAYS_AFTER),
});

/** The buckets of `sleep_stage` that can hold a sample of these local dates on any clock. */
export function stageBuckets({ from, to }: NightRange): BlockRange {
  const width = metricOf(STAGE_METRIC)?.bucket ?? 'day';
  return {
    metric: STAGE_METRIC,
    fromBucket: bucketAt(utcMidnightOf(from) - MAX_OFFSET_MS, width),
    toBucket: bucketAt(utcMidnightOf(addDays(to, 1)) + MAX_OFFSET_MS - 1, width),
  };
}

/** What was read for the nights of a range; of what is listed some may not have been read. */
export interface NightReading {
  readonly listed: readonly BlockSummary[];
  readonly blocks: readonly StoredBlock[];
  readonly records: readonly StoredRecord[];
  readonly recordDays: ReadonlyMap<LocalDate, number>;
  readonly isComplete: boolean;
  /** Queries that it took; a page more than 1 MB long is one more each. */
  readonly queryCount: number;
}

/**
 * Samples and records of a range of nights within the bounds of one reading. Marks of dates are read before the
 * records, so that a night never claims what it did not see. Three Queries, and one more for each further page.
 */
export async function readInputs(
  deps: NightDeps,
  scope: UserScope,
  nights: NightRange,
): Promise<NightReading> {
  const dates = inputRangeOf(nights);
  const recordDays = await deps.recordDays.loadSleepDays(scope, dates);
  const buckets = stageBuckets(dates);
  const [read, found] = await Promise.all([
    deps.blocks.readBlocks(scope, buckets, MAX_READ_BYTES),
    recordDays.size === 0 ? NO_RECORDS : readRecords(deps, scope, dates),
  ]);
  // Of blocks that were not all read the inputs are listed, and read again, so that none is claimed unseen.
  const listed = read.complete ? read.blocks : await deps.blocks.listBlocks(scope, buckets);
  const blocks = read.complete
    ? read.blocks
    : (await deps.blocks.readBlocks(scope, buckets, MAX_READ_BYTES)).blocks;
  const isComplete = read.complete && found.isComplete;
  const queryCount = 1 + (read.complete ? 1 : 3) + found.pageCount;
  return { listed, blocks, records: found.records, recordDays, isComplete, queryCount };
}

const NO_RECORDS: FoundRecords = { records: [], isComplete: true, pageCount: 0 };

interface FoundRecords {
  readonly records: readonly StoredRecord[];
  readonly isComplete: boolean;
  readonly pageCount: number;
}

/** A record of a date ends within a clock's reach and a day of it (normalise-record.ts), and starts a day before. */
async function readRecords(
  { records }: NightDeps,
  scope: UserScope,
  { from, to }: NightRange,
): Promise<FoundRecords> {
  const fromMs = (utcMidnightOf(from) - MAX_OFFSET_MS - DAY_MS - MAX_SLEEP_MS) as EpochMs;
  const toMs = (utcMidnightOf(addDays(to, 1)) + MAX_OFFSET_MS + DAY_MS + HOUR_MS) as EpochMs;
  const found: StoredRecord[] = [];
  let readCount = 0;
  let pageCount = 0;
  let after: { readonly startMs: EpochMs; readonly recordId: string } | undefined;
  for (;;) {
    const page = await records.list(scope, 'sleep', { fromMs, toMs, after, limit: RECORD_PAGE_COUNT });
    found.push(...page.filter(({ date }) => date >= from && date <= to));
    readCount += page.length;
    pageCount += 1;
    const isWhole = page.length < RECORD_PAGE_COUNT;
    if (isWhole || readCount >= MAX_READ_RECORD_COUNT)
      return { records: found, isComplete: isWhole, pageCount };
    after = page.at(-1);
  }
}
