import { MAX_INLINE_ITEM_COUNT } from '../../contracts/limits.ts';
import { toIsoWithOffset } from '../core/instants.ts';
import { resolveWallClock } from '../core/zones.ts';
import type { ImportedSample, ImportedWorkout, ImportSource, WallClockReading } from './model.ts';

/** Body of one batch-upsert, without its request id. */
export interface ImportBatch {
  readonly owner: string;
  /** Position among all batches of the file; the same file gives the same batches each time. */
  readonly index: number;
  readonly sources: Readonly<Record<string, ImportSource>>;
  readonly samples: readonly Readonly<Record<string, unknown>>[];
}

/** The same of workouts: a batch-upsert of them is of one source. */
export interface WorkoutBatch extends Pick<ImportBatch, 'owner' | 'index'> {
  readonly source: ImportSource;
  readonly workouts: readonly ImportedWorkout[];
}

/** A request carries at most 50 sources (contracts/limits.ts): a batch ends before the 51st. */
const MAX_BATCH_SOURCES = 50;

/**
 * Gathers samples and workouts into batches of 500, one owner each. Deterministic: which batch one falls in depends
 * on the file alone, so that a resumed import can skip the batches that were acknowledged.
 */
export class Batcher {
  readonly #open = new Map<string, OpenBatch>();
  readonly #workouts = new Map<
    string,
    Omit<WorkoutBatch, 'index' | 'workouts'> & { workouts: ImportedWorkout[] }
  >();
  #nextIndex = 0;

  /** The batch that this sample filled, or undefined while there is room. `zone` is for wall clock readings. */
  add(
    owner: string,
    source: ImportSource,
    sample: ImportedSample,
    zone: string | undefined,
  ): ImportBatch | undefined {
    const open = this.#open.get(owner) ?? new OpenBatch();
    this.#open.set(owner, open);
    const key = open.keyOf(source);
    if (key === undefined) {
      const full = this.#close(owner, open);
      this.add(owner, source, sample, zone);
      return full;
    }
    open.samples.push(toWire(key, sample, zone));
    return open.samples.length >= MAX_INLINE_ITEM_COUNT ? this.#close(owner, open) : undefined;
  }

  /** The batch of its owner and source that this workout filled, or undefined while there is room. */
  addWorkout(owner: string, source: ImportSource, workout: ImportedWorkout): WorkoutBatch | undefined {
    const key = JSON.stringify([owner, identityOf(source)]);
    const open = this.#workouts.get(key) ?? { owner, source, workouts: [] };
    this.#workouts.set(key, open);
    open.workouts.push(workout);
    return open.workouts.length >= MAX_INLINE_ITEM_COUNT ? this.#closeWorkouts(key, open) : undefined;
  }

  /** The workouts that are left at the end of the file; to be asked after `rest`. */
  *restOfWorkouts(): Generator<WorkoutBatch> {
    for (const [key, open] of this.#workouts) yield this.#closeWorkouts(key, open);
  }

  #closeWorkouts(key: string, open: Omit<WorkoutBatch, 'index'>): WorkoutBatch {
    this.#workouts.delete(key);
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    return { ...open, index };
  }

  /** What is left at the end of the file, in the order in which the owners appeared. */
  *rest(): Generator<ImportBatch> {
    for (const [owner, open] of this.#open) yield this.#close(owner, open);
  }

  #close(owner: string, open: OpenBatch): ImportBatch {
    this.#open.delete(owner);
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    return { owner, index, sources: open.sources, samples: open.samples };
  }
}

class OpenBatch {
  readonly sources: Record<string, ImportSource> = {};
  readonly samples: Readonly<Record<string, unknown>>[] = [];
  readonly #keys = new Map<string, string>();
  #last: { readonly source: ImportSource; readonly key: string } | undefined;

  /** The key of a source in this batch; undefined when it has its 50 already. */
  keyOf(source: ImportSource): string | undefined {
    if (this.#last?.source === source) return this.#last.key;
    const identity = JSON.stringify(identityOf(source));
    let key = this.#keys.get(identity);
    if (key === undefined) {
      if (this.#keys.size >= MAX_BATCH_SOURCES) return undefined;
      key = `s${this.#keys.size}`;
      this.#keys.set(identity, key);
      this.sources[key] = source;
    }
    this.#last = { source, key };
    return key;
  }
}

const identityOf = ({ provider, device, app }: ImportSource): readonly unknown[] => [
  provider,
  device?.manufacturer,
  device?.model,
  device?.type,
  app,
];

function toWire(
  source: string,
  sample: ImportedSample,
  zone: string | undefined,
): Readonly<Record<string, unknown>> {
  const { start, end, ...rest } = sample;
  return {
    source,
    ...rest,
    start: toInstant(start, zone),
    ...(end === undefined ? {} : { end: toInstant(end, zone) }),
  };
}

function toInstant(time: string | WallClockReading, zone: string | undefined): string {
  if (typeof time === 'string') return time;
  if (zone === undefined) throw new Error('a wall clock reading needs a zone');
  const { instantMs, offsetMinutes } = resolveWallClock(zone, time.wallMs);
  return toIsoWithOffset(instantMs, offsetMinutes);
}
