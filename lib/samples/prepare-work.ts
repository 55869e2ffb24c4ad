import type { Metric } from '../../contracts/metrics/metric.ts';
import type { EpochMs } from '../core/instants.ts';
import { bucketAt, bucketEndMs, bucketStartMs } from '../core/time-buckets.ts';
import { decideDuplicate } from './decide-sample.ts';
import type { Source, SourceId } from './model.ts';
import { isRange, normaliseDeletion } from './normalise-deletion.ts';
import { type Door, normaliseSample } from './normalise-sample.ts';
import type { IngestRequest } from './parse-request.ts';
import { compareBounds } from './part-bounds.ts';
import { UserZone } from './resolve-time.ts';
import type { BucketRef, DeletionOp, RangeDeletion, Refusal, SampleOp, WorkUnit } from './work.ts';

/** A request as work on buckets. The same request, time and zone always give the same work. */
export interface PreparedWork {
  readonly units: readonly WorkUnit[];
  readonly searches: readonly RangeDeletion[];
  readonly refusals: readonly Refusal[];
  /** The user's zone that it was prepared with, and whether any time needed it. */
  readonly timeZone: string | undefined;
  readonly usesTimeZone: boolean;
}

/** Every sample and deletion normalised, duplicates within the batch refused, and grouped by bucket (ING7). */
export function prepareWork(
  request: IngestRequest,
  context: { readonly nowMs: EpochMs; readonly timeZone: string | undefined },
): PreparedWork {
  const zone = new UserZone(context.timeZone);
  const door: Door = { nowMs: context.nowMs, zone };
  const groups = new Groups();
  const refusals: Refusal[] = [];
  const searches: RangeDeletion[] = [];
  request.samples.forEach((raw, index) => {
    const normalised = normaliseSample(raw, index, door);
    if ('refusal' in normalised) refusals.push(normalised.refusal);
    else
      groups.of(normalised.metric, sourceOf(request, raw), normalised.op.startMs).samples.push(normalised.op);
  });
  request.deletions.forEach((raw, position) => {
    const index = request.samples.length + position;
    const source = typeof raw['source'] === 'string' ? sourceOf(request, raw) : undefined;
    const normalised = normaliseDeletion(raw, index, source?.sourceId, door);
    if ('refusal' in normalised) refusals.push(normalised.refusal);
    else if (isRange(normalised.op)) searches.push(normalised.op);
    else if (source !== undefined)
      groups.of(normalised.metric, source, normalised.op.startMs).deletions.push(normalised.op);
  });
  const units = groups.all().map((group) => toUnit(group, refusals));
  refusals.sort((left, right) => left.index - right.index);
  return { units, searches, refusals, timeZone: context.timeZone, usesTimeZone: zone.wasAsked };
}

/** `units` with the deletions that a search resolved, each in the unit of its bucket. */
export function withFoundDeletions(
  units: readonly WorkUnit[],
  found: readonly { readonly ref: BucketRef; readonly deletion: DeletionOp }[],
): readonly WorkUnit[] {
  if (found.length === 0) return units;
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  for (const { ref, deletion } of found) {
    const key = unitKeyOf(ref);
    const unit = byKey.get(key) ?? { key, ref, samples: [], deletions: [] };
    byKey.set(key, { ...unit, deletions: [...unit.deletions, deletion] });
  }
  return [...byKey.values()].sort(byUnitKey);
}

export const unitKeyOf = ({ metric, bucket, sourceId }: BucketRef): string =>
  `${metric}/${bucket}#${sourceId}`;

const byUnitKey = (left: WorkUnit, right: WorkUnit): number => (left.key < right.key ? -1 : 1);

function sourceOf(request: IngestRequest, raw: Readonly<Record<string, unknown>>): Source {
  const source = request.sources.get(String(raw['source']));
  if (source === undefined) throw new Error('parse-request let an unknown source through');
  return source;
}

interface Group {
  readonly ref: BucketRef;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly samples: SampleOp[];
  readonly deletions: DeletionOp[];
}

/** Finds the group of a sample; neighbours mostly share one, so the last one of a series is tried first. */
class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #lastOfSeries = new Map<Metric, Map<Source, Group>>();

  of(metric: Metric, source: Source, startMs: EpochMs): Group {
    let bySource = this.#lastOfSeries.get(metric);
    if (bySource === undefined) {
      bySource = new Map();
      this.#lastOfSeries.set(metric, bySource);
    }
    const last = bySource.get(source);
    if (last !== undefined && startMs >= last.fromMs && startMs < last.untilMs) return last;
    const group = this.#groupAt(metric, source.sourceId, bucketAt(startMs, metric.bucket));
    bySource.set(source, group);
    return group;
  }

  all(): readonly Group[] {
    return [...this.#groups].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group);
  }

  #groupAt(metric: Metric, sourceId: SourceId, bucket: string): Group {
    const ref = { metric: metric.code, bucket, sourceId };
    const key = unitKeyOf(ref);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const range = { fromMs: bucketStartMs(bucket), untilMs: bucketEndMs(bucket) };
    const made: Group = { ref, ...range, samples: [], deletions: [] };
    this.#groups.set(key, made);
    return made;
  }
}

function toUnit(group: Group, refusals: Refusal[]): WorkUnit {
  const isPlain = isRisingWithoutRecords(group.samples);
  const samples = isPlain ? group.samples : withoutDuplicates(group.samples, refusals);
  if (!isPlain) samples.sort(compareBounds);
  return { key: unitKeyOf(group.ref), ref: group.ref, samples, deletions: group.deletions };
}

/** One sample of each identity; a record id is one identity within a bucket, whatever its start (ING2). */
function withoutDuplicates(samples: readonly SampleOp[], refusals: Refusal[]): SampleOp[] {
  const taken = new Map<bigint | number | string, SampleOp>();
  for (const sample of samples) {
    const key = identityKeyOf(sample);
    const other = taken.get(key);
    const chosen = other === undefined ? sample : decideDuplicate(other, sample);
    taken.set(key, chosen);
    if (other === undefined) continue;
    const { index } = chosen === sample ? other : sample;
    const message = `the same sample is taken from index ${chosen.index}`;
    refusals.push({ index, reason: 'duplicate_in_batch', message });
  }
  return [...taken.values()];
}

function identityKeyOf(sample: SampleOp): bigint | number | string {
  if (sample.recordHash !== 0n) return sample.recordHash;
  return sample.startMs === sample.endMs ? sample.startMs : `${sample.startMs}-${sample.endMs}`;
}

/** What most batches are: each start later than the one before, and so no duplicates and nothing to sort. */
function isRisingWithoutRecords(samples: readonly SampleOp[]): boolean {
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, recordHash } of samples) {
    if (recordHash !== 0n || startMs <= previousMs) return false;
    previousMs = startMs;
  }
  return true;
}
