import type { DataGroup, DataOutcome, StoredReading } from '../../connections/syncs/data-writer.ts';
import { DAY_MS, type EpochMs, type LocalDate, utcMidnightOf } from '../../core/instants.ts';
import { offsetMinutesAt } from '../../core/zones.ts';
import type { SampleDeletion, SleepRecord, TimeWindow, WorkoutRecord } from '../../providers/model.ts';
import type { NormalisedRecord, RecordPointer } from '../../records/model.ts';
import { normaliseRecord, recordIdOf } from '../../records/normalise-record.ts';
import type { RecordOp, RecordResult } from '../../records/plan-records.ts';
import { type WriteRecordsDependencies, writeRecords } from '../../records/write-records.ts';
import type { Head, UserScope } from '../../samples/model.ts';
import { NO_OUTCOME } from './ingest-outcome.ts';
import {
  type IngestItem,
  toDayItem,
  toDeletionItems,
  toSampleItem,
  toTimedDeletion,
} from './to-ingest-items.ts';

/** What is left for the ingest core when the records of a group are written. */
export interface SplitGroup {
  readonly outcome: DataOutcome;
  /** To be done before `items`. */
  readonly firstDeletions: readonly IngestItem[];
  readonly items: readonly IngestItem[];
}

type PutRecord = SleepRecord | WorkoutRecord;

interface Pending {
  readonly index: number;
  readonly op: RecordOp;
  /** Of a put. */
  readonly sent: PutRecord | undefined;
  /** Of a deletion: metrics whose readings within the record's span go along. */
  readonly series: readonly string[];
}

/** Days around a record's date in which its day values are looked for: every offset there is, and a moved night. */
const AROUND_DAYS = 2;
/** Where nothing says when: what is deleted is mostly new. */
const RECENT_DAYS = 31;

export interface SplitDependencies extends WriteRecordsDependencies {
  /** Living readings of the group's provider (DataWriter.listStored). */
  readonly listReadings: (
    metrics: readonly string[],
    window: TimeWindow,
  ) => Promise<readonly StoredReading[]>;
}

/** Writes the sleep sessions and workouts of the group, and lists the samples and deletions that remain. */
export async function splitGroup(
  deps: SplitDependencies,
  scope: UserScope,
  group: DataGroup,
  head: Head,
): Promise<SplitGroup> {
  const refused: { index: number; reason: string }[] = [];
  const pending = toPending(group, head, refused);
  const ops = pending.map(({ op }) => op);
  const { origin, correlationId } = group;
  const results = await writeRecords(deps, scope, ops, { origin, correlationId });
  const given = pending.map((each, position) => toGiven(group, head, each, results[position]));
  const own = await ownItems(deps, scope, group, head);
  const series = await seriesItems(deps, group, head, { pending, results });
  return {
    outcome: {
      counts: { ...countsOf(results), refused: refused.length },
      refused,
      moves: [],
    },
    firstDeletions: given.flatMap(({ moved }) => moved),
    items: [...own, ...given.flatMap(({ items }) => items), ...series],
  };
}

function toPending(
  { records, provider, nowMs, asOfMs }: DataGroup,
  head: Head,
  refused: { index: number; reason: string }[],
): readonly Pending[] {
  const pending: Pending[] = [];
  const door = { provider, nowMs, timeZone: head.timeZone };
  records.forEach((record, index) => {
    if (record.kind === 'record_deletion') {
      const recordId = recordIdOf(provider, record.of, record.externalId);
      pending.push({
        index,
        op: { kind: 'delete', of: record.of, recordId },
        sent: undefined,
        series: record.series ?? [],
      });
    } else if (record.kind === 'sleep' || record.kind === 'workout') {
      const metric = record.kind === 'sleep' ? 'sleep_session' : 'workout';
      if (head.privacy.blockedMetrics.includes(metric)) {
        refused.push({ index, reason: 'privacy_blocked' });
        return;
      }
      const normalised = normaliseRecord(record, door);
      if (normalised.ok)
        pending.push({
          index,
          op: { kind: 'put', record: normalised.value, asOfMs },
          sent: record,
          series: [],
        });
      else refused.push({ index, reason: normalised.failure });
    }
  });
  return pending;
}

const countsOf = (results: readonly RecordResult[]): Omit<DataOutcome['counts'], 'refused'> => {
  const counts = { ...NO_OUTCOME.counts };
  for (const { outcome } of results) {
    if (outcome === 'superseded') counts.duplicate += 1;
    else if (outcome !== 'not_found') counts[outcome] += 1;
  }
  return counts;
};

/** Samples that a record gives, and those that it, or an earlier copy of it, gave and gives no longer. */
function toGiven(
  group: DataGroup,
  head: Head,
  { index, op, sent }: Pending,
  result: RecordResult | undefined,
): { readonly moved: readonly IngestItem[]; readonly items: readonly IngestItem[] } {
  const before = result?.before;
  if (op.kind !== 'put' || sent === undefined) {
    const items = before === undefined ? [] : dropped(group, head, before, before.valueMetrics, index);
    return { moved: [], items };
  }
  if (result?.outcome === 'superseded') return { moved: [], items: [] };
  const { record } = op;
  const wasMoved = before !== undefined && before.date !== record.date;
  const gone =
    before?.valueMetrics.filter((metric) => wasMoved || !record.valueMetrics.includes(metric)) ?? [];
  const deletions = before === undefined ? [] : dropped(group, head, before, gone, index);
  const days = sent.values.map((value) => toDayItem(dayOf(group, head, record, sent), value, index));
  return wasMoved ? { moved: deletions, items: days } : { moved: [], items: [...days, ...deletions] };
}

const dayRecordIdOf = (kind: string, recordId: string): string => `${kind}:${recordId}`;

function dayOf({ provider }: DataGroup, head: Head, record: NormalisedRecord, sent: PutRecord) {
  const { date, recordId, kind } = record;
  const midnightMs = utcMidnightOf(date as LocalDate);
  const zoned = head.timeZone === undefined ? 0 : offsetMinutesAt(head.timeZone, midnightMs);
  return {
    provider,
    source: sent.source,
    date,
    offsetMinutes: record.offsetMinutes ?? zoned,
    recordId: dayRecordIdOf(kind, recordId),
    revision: sent.revision,
  };
}

const dropped = (
  { provider }: DataGroup,
  head: Head,
  { kind, recordId, date }: RecordPointer,
  metrics: readonly string[],
  index: number,
): readonly IngestItem[] =>
  metrics.flatMap((metric) =>
    toDeletionItems(
      head,
      { provider, metric, recordId: dayRecordIdOf(kind, recordId), window: around(date) },
      index,
    ),
  );

function around(date: string): TimeWindow {
  const midnightMs = utcMidnightOf(date as LocalDate);
  return {
    fromMs: (midnightMs - AROUND_DAYS * DAY_MS) as EpochMs,
    toMs: (midnightMs + (AROUND_DAYS + 1) * DAY_MS) as EpochMs,
  };
}

/** The group's own samples and deletions of samples. */
async function ownItems(
  { store }: WriteRecordsDependencies,
  scope: UserScope,
  group: DataGroup,
  head: Head,
): Promise<readonly IngestItem[]> {
  const items: IngestItem[] = [];
  for (const [index, record] of group.records.entries()) {
    if (record.kind === 'sample') items.push(toSampleItem(group.provider, record, index));
    if (record.kind !== 'sample_deletion') continue;
    const window = record.window ?? (await windowNear(store, scope, group, record));
    const { recordId } = record;
    for (const metric of record.metrics) {
      items.push(...toDeletionItems(head, { provider: group.provider, metric, recordId, window }, index));
    }
  }
  return items;
}

async function windowNear(
  store: WriteRecordsDependencies['store'],
  scope: UserScope,
  { provider, nowMs }: DataGroup,
  { near }: SampleDeletion,
): Promise<TimeWindow> {
  if (near !== undefined) {
    const recordId = recordIdOf(provider, near.of, near.externalId);
    const pointer = (await store.loadPointers(scope, near.of, [recordId])).get(recordId);
    if (pointer !== undefined) return around(pointer.date);
  }
  return { fromMs: (nowMs - RECENT_DAYS * DAY_MS) as EpochMs, toMs: nowMs };
}

/** Readings without ids that a deleted record's stream gave: those of the provider within its span. */
async function seriesItems(
  { listReadings }: SplitDependencies,
  { provider }: DataGroup,
  head: Head,
  done: { readonly pending: readonly Pending[]; readonly results: readonly RecordResult[] },
): Promise<readonly IngestItem[]> {
  const items: IngestItem[] = [];
  for (const [position, { index, series }] of done.pending.entries()) {
    const before = done.results[position]?.before;
    if (series.length === 0 || before === undefined) continue;
    const window = { fromMs: before.startMs, toMs: (before.endMs + 1) as EpochMs };
    for (const reading of await listReadings(series, window))
      items.push(...toTimedDeletion(head, provider, reading, index));
  }
  return items;
}
