import type { BlockChange } from '../../contracts/events/samples-changed.v1.ts';
import { MAX_BLOCKS_PER_TRANSACTION, MAX_TRANSACTION_BYTES } from '../../contracts/limits.ts';
import { AppError } from '../problems/app-error.ts';
import { type Blocks, blockKeyOf, type Merged } from './bucket-merges.ts';
import { BLOCK_OVERHEAD_BYTES, MAX_HEAD_SERIES_BYTES, MAX_SOURCES_PER_USER } from './limits.ts';
import type { Head, IngestContext, IngestCounts, SeriesCount, Source, StoredBlock } from './model.ts';
import type { Advance } from './sample-store.ts';
import type { WorkUnit } from './work.ts';

export type WorkCounts = Omit<IngestCounts, 'refused'>;

export const NO_COUNTS: WorkCounts = {
  accepted: 0,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
};

export const addCounts = (left: WorkCounts, right: WorkCounts): WorkCounts => ({
  accepted: left.accepted + right.accepted,
  updated: left.updated + right.updated,
  duplicate: left.duplicate + right.duplicate,
  superseded: left.superseded + right.superseded,
  deleted: left.deleted + right.deleted,
  notFound: left.notFound + right.notFound,
});

/** One transaction as it fills: at most 96 blocks and 3 MB, counting the larger of old and new (ING5). */
export class TransactionDraft {
  readonly #head: Head;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #blocks: StoredBlock[] = [];
  readonly #changes: BlockChange[] = [];
  readonly #series: Record<string, Readonly<Record<string, SeriesCount>>>;
  readonly #newSources: Record<string, Source> = {};
  #counts: WorkCounts = NO_COUNTS;
  #bytes = 0;

  /** `sources` by sourceId. */
  constructor(head: Head, sources: ReadonlyMap<string, Source>) {
    this.#head = head;
    this.#sources = sources;
    this.#series = { ...head.series };
  }

  get counts(): WorkCounts {
    return this.#counts;
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** False when it does not fit any more; it is then unchanged. */
  add(unit: WorkUnit, merged: Merged, stored: Blocks): boolean {
    const bytes = bytesOf(merged.blocks, stored);
    const isTooLarge =
      this.#blocks.length + merged.blocks.length > MAX_BLOCKS_PER_TRANSACTION ||
      this.#bytes + bytes > MAX_TRANSACTION_BYTES;
    if (isTooLarge) return false;
    this.#bytes += bytes;
    this.#blocks.push(...merged.blocks);
    this.#changes.push(...merged.changes);
    this.#counts = addCounts(this.#counts, countsOf(unit, merged));
    if (merged.blocks.length > 0) this.#countSeries(unit, merged);
    return true;
  }

  /** What to commit; undefined when nothing changes (ING11). */
  advance({ requestId, origin, correlationId, nowMs }: IngestContext): Advance | undefined {
    if (this.isEmpty) return undefined;
    const { seq, settingsVersion } = this.#head;
    const sources = { ...this.#head.sources, ...this.#newSources };
    if (Object.keys(sources).length > MAX_SOURCES_PER_USER) {
      throw new AppError(
        'request.invalid',
        `the user has ${MAX_SOURCES_PER_USER} sources, and no more are taken`,
      );
    }
    this.#requireRoom(sources);
    const changes = this.#changes;
    return {
      readHead: { seq, settingsVersion },
      head: { ...this.#head, seq: seq + 1, series: this.#series, sources },
      change: {
        kind: 'samples',
        seq: seq + 1,
        committedAtMs: nowMs,
        correlationId,
        requestId,
        origin,
        changes,
      },
      blocks: this.#blocks,
    };
  }

  /** What is known stays writable: only a request that brings a new source or series is refused. */
  #requireRoom(sources: Head['sources']): void {
    const { sources: known, series } = this.#head;
    const isKnown =
      Object.keys(this.#newSources).every((sourceId) => known[sourceId] !== undefined) &&
      Object.entries(this.#series).every(([metric, counts]) =>
        Object.keys(counts).every((sourceId) => series[metric]?.[sourceId] !== undefined),
      );
    if (isKnown) return;
    const bytes = Buffer.byteLength(JSON.stringify([sources, this.#series]));
    if (bytes <= MAX_HEAD_SERIES_BYTES) return;
    throw new AppError(
      'request.invalid',
      'the user has so many sources, or metrics of them, that no more are taken',
    );
  }

  #countSeries({ ref, samples }: WorkUnit, merged: Merged): void {
    const { metric, sourceId } = ref;
    const known = this.#series[metric]?.[sourceId] ?? { count: 0, units: {} };
    const units: Record<string, number> = { ...known.units };
    samples.forEach(({ unit }, position) => {
      const outcome = merged.samples[position];
      if (unit === undefined || (outcome !== 'accepted' && outcome !== 'updated')) return;
      units[unit] = (units[unit] ?? 0) + 1;
    });
    const counted = { count: known.count + merged.livingDelta, units };
    this.#series[metric] = { ...this.#series[metric], [sourceId]: counted };
    const source = this.#sources.get(sourceId);
    if (source !== undefined) this.#newSources[sourceId] = source;
  }
}

function countsOf(unit: WorkUnit, merged: Merged): WorkCounts {
  const counts: { -readonly [Name in keyof WorkCounts]: number } = { ...NO_COUNTS };
  for (const outcome of merged.samples) counts[outcome] += 1;
  merged.deletions.forEach((outcome, position) => {
    if (unit.deletions[position]?.isCounted) counts[outcome] += 1;
  });
  return counts;
}

function bytesOf(blocks: readonly StoredBlock[], stored: Blocks): number {
  let bytes = 0;
  for (const block of blocks) {
    const old = stored.get(blockKeyOf(block.ref));
    bytes += Math.max(imageBytes(block), old === undefined ? 0 : imageBytes(old));
  }
  return bytes;
}

const imageBytes = ({ payload, daySeqs, parts }: StoredBlock): number =>
  payload.length + BLOCK_OVERHEAD_BYTES + Object.keys(daySeqs).length * 32 + parts.length * 32;
