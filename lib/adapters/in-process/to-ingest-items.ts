import { MAX_DELETION_RANGE_DAYS, MAX_SOURCE_COUNT } from '../../../contracts/limits.ts';
import type { StoredReading } from '../../connections/syncs/data-writer.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { addDays, DAY_MS, type EpochMs, type LocalDate, toIso } from '../../core/instants.ts';
import type { DayValue, RecordSource, Revision, SampleRecord, TimeWindow } from '../../providers/model.ts';
import type { Head } from '../../samples/model.ts';

/** One sample or deletion on its way to the ingest core, and the record of the group that it comes from. */
export interface IngestItem {
  readonly index: number;
  readonly kind: 'sample' | 'deletion';
  readonly source: NamedSource;
  /** Fields of the samples API without `source`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

type NamedSource = RecordSource & { readonly provider: string };

export const toSampleItem = (provider: string, sample: SampleRecord, index: number): IngestItem => {
  const { kind: _kind, source, ...fields } = sample;
  return { index, kind: 'sample', source: { provider, ...source }, fields };
};

/** A record's value of its day: the whole local date, known by the record's id. */
export function toDayItem(
  record: {
    readonly provider: string;
    readonly source: RecordSource;
    readonly date: string;
    readonly offsetMinutes: number;
    readonly recordId: string;
    readonly revision: Revision | undefined;
  },
  { metric, value, unit }: DayValue,
  index: number,
): IngestItem {
  const { provider, source, date, offsetMinutes, recordId, revision } = record;
  const fields = {
    metric,
    value,
    unit,
    start: `${date}T00:00:00`,
    end: `${addDays(date as LocalDate, 1)}T00:00:00`,
    zoneOffsetMinutes: offsetMinutes,
    recordId,
    ...(revision === undefined ? {} : { revision }),
  };
  return { index, kind: 'sample', source: { provider, ...source }, fields };
}

/** A window longer than one deletion may search is searched in pieces; a year is the most. */
const MAX_PIECE_COUNT = 12;

/**
 * Deletions by record id in each source of the provider that has samples of the metric. Never without a
 * source: another provider may use the same record id (ING4).
 */
export function toDeletionItems(
  head: Pick<Head, 'sources' | 'series'>,
  deletion: {
    readonly provider: string;
    readonly metric: string;
    readonly recordId: string;
    readonly window: TimeWindow;
  },
  index: number,
): readonly IngestItem[] {
  const { provider, metric, recordId, window } = deletion;
  const sources = Object.values(head.sources).filter(
    (source) => source.provider === provider && head.series[metric]?.[source.sourceId] !== undefined,
  );
  return sources.flatMap(({ sourceId: _sourceId, ...source }) =>
    piecesOf(window).map(({ fromMs, toMs }): IngestItem => {
      const fields = { metric, recordId, from: toIso(fromMs), to: toIso(toMs) };
      return { index, kind: 'deletion', source, fields };
    }),
  );
}

/** The deletion of one reading by its times, in its own source. */
export function toTimedDeletion(
  head: Pick<Head, 'sources'>,
  provider: string,
  { metric, startMs, endMs, sourceId }: StoredReading,
  index: number,
): readonly IngestItem[] {
  const source = head.sources[sourceId];
  if (source === undefined) return [];
  const { sourceId: _sourceId, ...named } = source;
  const fields = { metric, start: toIso(startMs), end: toIso(endMs) };
  return [{ index, kind: 'deletion', source: { ...named, provider }, fields }];
}

function piecesOf({ fromMs, toMs }: TimeWindow): readonly TimeWindow[] {
  const pieces: TimeWindow[] = [];
  for (let from: number = fromMs; from < toMs && pieces.length < MAX_PIECE_COUNT; ) {
    const to = Math.min(toMs, from + MAX_DELETION_RANGE_DAYS * DAY_MS);
    pieces.push({ fromMs: from as EpochMs, toMs: to as EpochMs });
    from = to;
  }
  return pieces;
}

/** What one ingest request may carry, less than the door's limit so that no answer has to be cut. */
const MAX_ITEMS_PER_REQUEST = 9_000;

export interface IngestBatch {
  readonly sources: Readonly<Record<string, NamedSource>>;
  /** Samples in their order, then deletions: the positions that an answer's refusals name. */
  readonly samples: readonly IngestItem[];
  readonly deletions: readonly IngestItem[];
}

/** The items in requests that the door takes: at most 9,000 items and 50 sources each, in the order given. */
export function toBatches(items: readonly IngestItem[]): readonly IngestBatch[] {
  const batches: { keys: Map<string, NamedSource>; items: IngestItem[] }[] = [];
  const texts = new Map<NamedSource, string>();
  for (const item of items) {
    const text = texts.get(item.source) ?? canonicalJson(item.source);
    texts.set(item.source, text);
    let batch = batches.at(-1);
    const isFull =
      batch === undefined ||
      batch.items.length >= MAX_ITEMS_PER_REQUEST ||
      (batch.keys.size >= MAX_SOURCE_COUNT && !batch.keys.has(text));
    if (batch === undefined || isFull) {
      batch = { keys: new Map(), items: [] };
      batches.push(batch);
    }
    batch.keys.set(text, item.source);
    batch.items.push(item);
  }
  return batches.map(({ keys, items: members }) => ({
    sources: Object.fromEntries([...keys.values()].map((source, position) => [`s${position}`, source])),
    samples: members.filter(({ kind }) => kind === 'sample'),
    deletions: members.filter(({ kind }) => kind === 'deletion'),
  }));
}

/** The envelope of a batch, as a caller of the samples API would send it. */
export function toEnvelope({ sources, samples, deletions }: IngestBatch) {
  const keys = new Map(Object.entries(sources).map(([key, source]) => [canonicalJson(source), key]));
  const known = new Map<NamedSource, string | undefined>();
  const withKey = ({ source, fields }: IngestItem) => {
    const key = known.get(source) ?? keys.get(canonicalJson(source));
    known.set(source, key);
    return { source: key, ...fields };
  };
  return { sources, samples: samples.map(withKey), deletions: deletions.map(withKey) };
}
