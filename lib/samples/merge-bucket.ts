import type { BlockChange } from '../../contracts/events/samples-changed.v1.ts';
import type { EpochMs } from '../core/instants.ts';
import { rowOf } from './codec/block-columns.ts';
import { type DeletionOutcome, decideDeletion, decideSample, type SampleOutcome } from './decide-sample.ts';
import type { Sample, StoredBlock } from './model.ts';
import { isExpired, OpenPart, type PartView } from './open-part.ts';
import { lowerBound, type PartBound, partIndexOf } from './part-bounds.ts';
import { RecordIndex } from './record-index.ts';
import type { DeletionOp, SampleOp, WorkUnit } from './work.ts';
import { writeParts } from './write-parts.ts';

export interface MergeContext {
  readonly seq: number;
  readonly nowMs: EpochMs;
}

/** `parts` in time order, the first part first; every part of the bucket, read or not. */
export type BucketView = readonly PartView[];

export type BucketMerge =
  /** The parts at these positions are to be read first. */
  | { readonly kind: 'needs_parts'; readonly positions: readonly number[] }
  | {
      readonly kind: 'merged';
      /** In the order of the unit's samples and deletions. */
      readonly samples: readonly SampleOutcome[];
      readonly deletions: readonly DeletionOutcome[];
      /** Empty when nothing changes (ING11). */
      readonly blocks: readonly StoredBlock[];
      readonly changes: readonly BlockChange[];
      /** Living samples gained; negative when deletions prevail. */
      readonly livingDelta: number;
    };

/**
 * A unit of work merged into its bucket (ING2, ING3, ING4). Opens only the parts that its rows fall in, and
 * all of them when a record id is new there, because it may stand elsewhere in the bucket under another start.
 */
export function mergeBucket(unit: WorkUnit, view: BucketView, context: MergeContext): BucketMerge {
  return new BucketMerger(unit, view, context).merge();
}

type Place =
  | { readonly kind: 'row'; readonly part: OpenPart; readonly row: number }
  | { readonly kind: 'inserted'; readonly part: OpenPart; readonly at: number };

class BucketMerger {
  readonly #unit: WorkUnit;
  readonly #view: BucketView;
  readonly #context: MergeContext;
  readonly #bounds: readonly PartBound[];
  readonly #parts: (OpenPart | undefined)[];
  /** What this unit inserted, for the deletions that come after. */
  readonly #inserted = new Map<string | bigint, Place>();
  #index: RecordIndex | undefined;
  #livingDelta = 0;

  constructor(unit: WorkUnit, view: BucketView, context: MergeContext) {
    this.#unit = unit;
    this.#view = view;
    this.#context = context;
    this.#bounds = view.flatMap(({ bound }) => (bound === undefined ? [] : [bound]));
    this.#parts = view.map(() => undefined);
  }

  merge(): BucketMerge {
    const missing = this.#missingParts();
    if (missing.length > 0) return { kind: 'needs_parts', positions: missing };
    const samples = this.#unit.samples.map((op) => this.#applySample(op));
    const deletions = this.#unit.deletions.map((op) => this.#applyDeletion(op));
    const written = writeParts(this.#unit.ref, this.#view, this.#parts, this.#context);
    return { kind: 'merged', samples, deletions, ...written, livingDelta: this.#livingDelta };
  }

  #missingParts(): readonly number[] {
    const missing = new Set<number>();
    let isElsewhere = false;
    for (const op of [...this.#unit.samples, ...this.#unit.deletions]) {
      const position = partIndexOf(this.#bounds, op);
      if (!this.#view[position]?.isLoaded) missing.add(position);
      else if (!isElsewhere && op.recordHash !== 0n) isElsewhere = this.#ownRow(op) === undefined;
    }
    if (isElsewhere) {
      this.#view.forEach(({ isLoaded }, position) => {
        if (!isLoaded) missing.add(position);
      });
    }
    return [...missing];
  }

  #applySample(op: SampleOp): SampleOutcome {
    const place = this.#find(op);
    const stored = place === undefined ? undefined : sampleAt(place);
    const outcome = decideSample(stored, op);
    if (outcome === 'duplicate' || outcome === 'superseded') return outcome;
    const { startMs, endMs, value, offsetMinutes, recordHash, revision } = op;
    const { seq } = this.#context;
    const sample: Sample = {
      startMs,
      endMs,
      value,
      offsetMinutes,
      recordHash,
      revision,
      seq,
      deletedAtMs: undefined,
    };
    const part = this.#put(place, sample);
    part.tally.mark(sample);
    if (outcome === 'accepted') {
      part.tally.added += 1;
      this.#livingDelta += 1;
    } else {
      part.tally.updated += 1;
      if (place !== undefined && stored !== undefined) place.part.tally.mark(stored);
    }
    return outcome;
  }

  #applyDeletion(op: DeletionOp): DeletionOutcome {
    const place = this.#find(op);
    const stored = place === undefined ? undefined : sampleAt(place);
    const { outcome, tombstone } = decideDeletion(stored, op, this.#context);
    if (tombstone === undefined) return outcome;
    const part = this.#put(place, tombstone);
    // A tombstone where nothing was still dates the block, so that every write has an event to name it.
    part.tally.mark(tombstone);
    if (outcome === 'deleted') {
      part.tally.deleted += 1;
      this.#livingDelta -= 1;
    }
    return outcome;
  }

  /** Stores `sample` at `place`, or where it belongs when that is another start. */
  #put(place: Place | undefined, sample: Sample): OpenPart {
    const part = this.#open(partIndexOf(this.#bounds, sample));
    if (place === undefined) {
      this.#insert(part, sample);
    } else if (place.kind === 'inserted') {
      place.part.inserted[place.at] = sample;
      return place.part;
    } else if (place.part.columns.startMs[place.row] === sample.startMs) {
      place.part.set(place.row, sample);
    } else {
      place.part.drop(place.row);
      this.#insert(part, sample);
    }
    return part;
  }

  #insert(part: OpenPart, sample: Sample): void {
    const at = part.insert(sample);
    if (this.#unit.deletions.length > 0) this.#inserted.set(keyOf(sample), { kind: 'inserted', part, at });
  }

  #find(op: SampleOp | DeletionOp): Place | undefined {
    const inserted = this.#inserted.size === 0 ? undefined : this.#inserted.get(keyOf(op));
    return inserted ?? this.#ownRow(op) ?? (op.recordHash === 0n ? undefined : this.#movedRow(op.recordHash));
  }

  /** The row of this identity where its start says it is. */
  #ownRow(op: SampleOp | DeletionOp): Place | undefined {
    const part = this.#open(partIndexOf(this.#bounds, op));
    const { columns } = part;
    const row = lowerBound(columns, op);
    if (row === columns.count || columns.startMs[row] !== op.startMs) return undefined;
    if (columns.recordHashes[row] !== op.recordHash) return undefined;
    if (op.recordHash === 0n && columns.endMs[row] !== op.endMs) return undefined;
    return this.#living({ kind: 'row', part, row });
  }

  /** The row of a record id under another start of the bucket. */
  #movedRow(recordHash: bigint): Place | undefined {
    this.#index ??= new RecordIndex(this.#view.map((_, position) => this.#open(position).columns));
    const address = this.#index.find(recordHash);
    if (address === undefined) return undefined;
    return this.#living({ kind: 'row', part: this.#open(address.part), row: address.row });
  }

  #living(place: Place & { readonly kind: 'row' }): Place | undefined {
    const { part, row } = place;
    return isExpired(part.columns.deletedAtMs[row], this.#context.nowMs) ? undefined : place;
  }

  #open(position: number): OpenPart {
    const open = this.#parts[position];
    if (open !== undefined) return open;
    const view = this.#view[position];
    if (view === undefined) throw new Error('a row fell outside every part');
    const opened = new OpenPart(view);
    this.#parts[position] = opened;
    return opened;
  }
}

const sampleAt = (place: Place): Sample | undefined =>
  place.kind === 'row' ? rowOf(place.part.columns, place.row) : place.part.inserted[place.at];

const keyOf = (identity: Pick<Sample, 'startMs' | 'endMs' | 'recordHash'>): string | bigint =>
  identity.recordHash === 0n ? `${identity.startMs}-${identity.endMs}` : identity.recordHash;
