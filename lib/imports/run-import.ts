import { Batcher, type ImportBatch, type WorkoutBatch } from './batches.ts';
import type { ImportItem } from './model.ts';

/** Headwater's public API as an import needs it. */
export interface ImportTarget {
  /** Finds or creates the user. `timeZone` is set only on a user made now. */
  ensureUser(
    externalId: string,
    timeZone: string | undefined,
  ): Promise<{ readonly id: string; readonly timeZone: string | undefined }>;
  /** Sends one batch until it is answered for good; a repeat of `requestId` gets the same answer. */
  upload(userId: string, requestId: string, batch: ImportBatch): Promise<BatchAnswer>;
  /** The same of workouts. */
  uploadWorkouts(userId: string, requestId: string, batch: WorkoutBatch): Promise<BatchAnswer>;
}

export interface BatchAnswer {
  readonly counts: Readonly<Record<CountName, number>>;
  readonly refused: readonly { readonly index: number; readonly reason: string; readonly message: string }[];
}
export const COUNT_NAMES = [
  'accepted',
  'updated',
  'duplicate',
  'superseded',
  'deleted',
  'notFound',
  'refused',
] as const;
export type CountName = (typeof COUNT_NAMES)[number];

/** How far an import came: kept after each answered batch, so that it can go on after a crash. */
export interface ImportProgress {
  /** Random, one per import: request ids are `import-<runId>-<batch index>`. */
  readonly runId: string;
  /** All batches below this index are answered. */
  readonly answeredBelow: number;
  /** Totals of the answered batches below `answeredBelow`. */
  readonly counts: Readonly<Record<CountName, number>>;
}

export interface ImportSettings {
  readonly externalId: string;
  /** IANA zone for wall clock readings; without it the user's own. */
  readonly zone: string | undefined;
  /** Users `<externalId>-<owner>`, for a file of several people. */
  readonly split: boolean;
}

export interface ImportSummary {
  readonly samples: number;
  readonly workouts: number;
  readonly batches: number;
  readonly skippedBatches: number;
  readonly users: readonly string[];
  readonly counts: Readonly<Record<CountName, number>>;
  readonly unsupported: Readonly<Record<string, number>>;
  readonly unreadableCount: number;
}

/** An import that cannot go on as it was asked for; `message` tells the person what to do. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
}

export interface ImportObserver {
  /** After each answered batch; `progress` is to be kept before the next one is sent. */
  onProgress(progress: ImportProgress, samplesSent: number): Promise<void>;
  /** Every row that could not be read or was refused, by line or by batch position. */
  onFault(fault: string): void;
}

/**
 * Reads items in order and sends them in batches, one at a time, so that of two readings of one identity
 * the later in the file stays. Repeating it is safe: identities are the same, so nothing counts twice.
 * Throws ImportRefusedError for several people without `split` and for readings without any zone; nothing
 * of the batch in question is sent then.
 */
export async function runImport(
  items: AsyncIterable<ImportItem>,
  settings: ImportSettings,
  dependencies: {
    readonly target: ImportTarget;
    readonly resumed: ImportProgress;
    readonly observer: ImportObserver;
  },
): Promise<ImportSummary> {
  const run = new ImportRun(settings, dependencies);
  for await (const item of items) await run.take(item);
  return run.finish();
}

class ImportRun {
  readonly #settings: ImportSettings;
  readonly #target: ImportTarget;
  readonly #observer: ImportObserver;
  readonly #resumedBelow: number;
  readonly #batcher = new Batcher();
  readonly #users = new Map<string, { readonly id: string; readonly zone: string | undefined }>();
  readonly #counts: Record<CountName, number>;
  readonly #unsupported: Record<string, number> = {};
  readonly #runId: string;
  #samples = 0;
  #workouts = 0;
  #batches = 0;
  #skippedBatches = 0;
  #unreadableCount = 0;

  constructor(
    settings: ImportSettings,
    {
      target,
      resumed,
      observer,
    }: { readonly target: ImportTarget; readonly resumed: ImportProgress; readonly observer: ImportObserver },
  ) {
    this.#settings = settings;
    this.#target = target;
    this.#observer = observer;
    this.#runId = resumed.runId;
    this.#resumedBelow = resumed.answeredBelow;
    this.#counts = { ...resumed.counts };
  }

  async take(item: ImportItem): Promise<void> {
    if (item.kind === 'unsupported') {
      this.#unsupported[item.type] = (this.#unsupported[item.type] ?? 0) + 1;
    } else if (item.kind === 'unreadable') {
      this.#unreadableCount += 1;
      this.#observer.onFault(`line ${item.row}: ${item.reason}`);
    } else if (item.kind === 'workout') {
      if (!this.#users.has(item.owner)) await this.#ensureUser(item.owner);
      this.#workouts += 1;
      const full = this.#batcher.addWorkout(item.owner, item.source, item.workout);
      if (full !== undefined) await this.#sendWorkouts(full);
    } else {
      const { zone } = this.#users.get(item.owner) ?? (await this.#ensureUser(item.owner));
      if (typeof item.sample.start !== 'string' && zone === undefined) {
        throw new ImportRefusedError(
          'the times in this file have no zone and neither has the user: give one with --zone Area/City',
        );
      }
      this.#samples += 1;
      const full = this.#batcher.add(item.owner, item.source, item.sample, zone);
      if (full !== undefined) await this.#send(full);
    }
  }

  async finish(): Promise<ImportSummary> {
    for (const batch of this.#batcher.rest()) await this.#send(batch);
    for (const batch of this.#batcher.restOfWorkouts()) await this.#sendWorkouts(batch);
    return {
      samples: this.#samples,
      workouts: this.#workouts,
      batches: this.#batches,
      skippedBatches: this.#skippedBatches,
      users: [...this.#users.values()].map((user) => user.id),
      counts: this.#counts,
      unsupported: this.#unsupported,
      unreadableCount: this.#unreadableCount,
    };
  }

  async #ensureUser(owner: string): Promise<{ readonly id: string; readonly zone: string | undefined }> {
    if (!this.#settings.split && this.#users.size > 0) {
      throw new ImportRefusedError(
        'this file holds several people: --split makes a user <externalId>-<user_id> of each',
      );
    }
    const suffix = this.#settings.split && owner !== '' ? `-${owner}` : '';
    const user = await this.#target.ensureUser(`${this.#settings.externalId}${suffix}`, this.#settings.zone);
    const made = { id: user.id, zone: this.#settings.zone ?? user.timeZone };
    this.#users.set(owner, made);
    return made;
  }

  async #send(batch: ImportBatch): Promise<void> {
    await this.#sendBatch(
      batch,
      (userId, requestId) => this.#target.upload(userId, requestId, batch),
      (index) => `${batch.samples[index]?.['metric']} at ${batch.samples[index]?.['start']}`,
    );
  }

  async #sendWorkouts(batch: WorkoutBatch): Promise<void> {
    await this.#sendBatch(
      batch,
      (userId, requestId) => this.#target.uploadWorkouts(userId, requestId, batch),
      (index) => `${batch.workouts[index]?.providerType} at ${batch.workouts[index]?.start}`,
    );
  }

  /** Sends a batch unless an earlier run has its answer; `name` says an item of it for people. */
  async #sendBatch(
    { owner, index: batchIndex }: Pick<ImportBatch, 'owner' | 'index'>,
    upload: (userId: string, requestId: string) => Promise<BatchAnswer>,
    name: (index: number) => string,
  ): Promise<void> {
    this.#batches += 1;
    if (batchIndex < this.#resumedBelow) {
      this.#skippedBatches += 1;
      return;
    }
    const user = this.#users.get(owner);
    if (user === undefined) throw new Error('a batch of an unknown owner');
    const answer = await upload(user.id, `import-${this.#runId}-${batchIndex}`);
    for (const count of COUNT_NAMES) this.#counts[count] += answer.counts[count];
    for (const { index, reason, message } of answer.refused)
      this.#observer.onFault(`refused (${reason}): ${name(index)}: ${message}`);
    const progress = { runId: this.#runId, answeredBelow: batchIndex + 1, counts: { ...this.#counts } };
    await this.#observer.onProgress(progress, this.#samples);
  }
}
