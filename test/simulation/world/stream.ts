import type { Item } from '../engine/attribute-values.ts';
import type { ItemChange } from '../engine/tables.ts';
import type { Environment } from './environment.ts';
import type { FunctionHost } from './function-host.ts';

interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
  };
}

interface Batch {
  readonly records: readonly StreamRecord[];
  readonly attempt: number;
}

const SHARD_COUNT = 2;
const MAX_BATCH_SIZE = 5;
const MAX_ATTEMPTS = 12;
const RETRY_MS = 200;
/** Real sequence numbers have 21 digits and more: too long for a float. */
const FIRST_SEQUENCE_NUMBER = 100_000_000_000_000_000_000_000n;

/**
 * The stream of a table with its event source mapping: in order per item, other items as they come,
 * repeated at times. The mapping filters on new change entries, goes on from the lowest number that is
 * reported as failed, halves a batch on a function error, tries one that fails at its first record again as
 * it is, and after too many attempts puts all of it into the on-failure destination.
 */
export class SimulatedStream {
  /** The on-failure destination: what the mapping gave up on. */
  readonly givenUp: StreamRecord[] = [];
  readonly #environment: Environment;
  readonly #host: FunctionHost;
  readonly #failuresOf: (answer: unknown) => readonly string[];
  readonly #shards = Array.from({ length: SHARD_COUNT }, () => new Shard());
  readonly #lastArrivalMs = new Map<string, number>();
  #sequence = 0n;
  #underWay = 0;

  constructor(
    environment: Environment,
    host: FunctionHost,
    failuresOf: (answer: unknown) => readonly string[],
  ) {
    this.#environment = environment;
    this.#host = host;
    this.#failuresOf = failuresOf;
  }
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#shards.every((shard) => shard.isIdle);
  }

  /** A change reaches the stream some time after it is visible, never before an earlier one of its item. */
  push(change: ItemChange): void {
    const { scheduler } = this.#environment;
    const name = `${change.key.pk}\0${change.key.sk}`;
    const earliestMs = Math.max(change.visibleAtMs, this.#lastArrivalMs.get(name) ?? 0);
    const arrivalMs = earliestMs + this.#environment.delayMs();
    this.#lastArrivalMs.set(name, arrivalMs);
    this.#underWay += 1;
    scheduler.after(arrivalMs - scheduler.now(), () => {
      this.#underWay -= 1;
      this.#arrive(change);
    });
  }

  #arrive(change: ItemChange): void {
    this.#sequence += 1n;
    const record = toRecord(change, String(FIRST_SEQUENCE_NUMBER + this.#sequence));
    if (record.eventName !== 'INSERT' || !change.key.sk.startsWith('CHANGE#')) return;
    const shard = this.#shards[shardOf(change.key.pk)];
    shard?.waiting.push(record);
    if (shard !== undefined) this.#start(shard);
  }

  #start(shard: Shard): void {
    if (shard.isBusy) return;
    const next = shard.retries.shift() ?? takeBatch(shard, 1 + this.#environment.prng.below(MAX_BATCH_SIZE));
    if (next === undefined) return;
    shard.isBusy = true;
    void this.#deliver(shard, next);
  }

  async #deliver(shard: Shard, batch: Batch): Promise<void> {
    const { scheduler, counters } = this.#environment;
    if (batch.attempt > 1) counters.redeliveries += 1;
    const invocation = await this.#host.invoke({ Records: batch.records });
    const isFunctionError = invocation.kind === 'failed';
    const failedAt = isFunctionError ? 0 : lowestIndex(batch.records, this.#failuresOf(invocation.answer));
    if (failedAt !== undefined) this.#retry(shard, batch, { failedAt, isFunctionError });
    else if (this.#repeats()) shard.retries.unshift({ ...batch, attempt: 1 });
    scheduler.after(failedAt === undefined ? 1 : RETRY_MS, () => {
      shard.isBusy = false;
      this.#start(shard);
    });
  }

  /** The mapping lost its place: the batch comes again although it was done. */
  #repeats(): boolean {
    const { prng, weather, counters } = this.#environment;
    const isRepeated = prng.chance(weather().duplicateDelivery);
    if (isRepeated) counters.duplicateDeliveries += 1;
    return isRepeated;
  }

  /** As infra/local/streams/deliver-batch.ts: halved on a function error, else again from where it failed. */
  #retry(
    shard: Shard,
    { records, attempt }: Batch,
    { failedAt, isFunctionError }: { readonly failedAt: number; readonly isFunctionError: boolean },
  ): void {
    if (failedAt > 0) {
      shard.retries.unshift({ records: records.slice(failedAt), attempt: 1 });
    } else if (isFunctionError && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      shard.retries.unshift(
        { records: records.slice(0, middle), attempt: 1 },
        { records: records.slice(middle), attempt: 1 },
      );
    } else if (attempt >= MAX_ATTEMPTS) {
      this.givenUp.push(...records);
    } else {
      shard.retries.unshift({ records, attempt: attempt + 1 });
    }
  }
}

class Shard {
  readonly waiting: StreamRecord[] = [];
  readonly retries: Batch[] = [];
  isBusy = false;
  get isIdle(): boolean {
    return !this.isBusy && this.waiting.length === 0 && this.retries.length === 0;
  }
}

function takeBatch(shard: Shard, size: number): Batch | undefined {
  const records = shard.waiting.splice(0, size);
  return records.length === 0 ? undefined : { records, attempt: 1 };
}

function lowestIndex(records: readonly StreamRecord[], failures: readonly string[]): number | undefined {
  const indexes = failures.map((id) => records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === id));
  return indexes.length === 0 ? undefined : Math.max(0, Math.min(...indexes));
}

function toRecord({ key, before, after }: ItemChange, sequenceNumber: string): StreamRecord {
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      SequenceNumber: sequenceNumber,
      Keys: { pk: { S: key.pk }, sk: { S: key.sk } },
      ...(after === undefined ? {} : { NewImage: after }),
      ...(before === undefined ? {} : { OldImage: before }),
    },
  };
}

function shardOf(pk: string): number {
  let hash = 0;
  for (let index = 0; index < pk.length; index += 1) hash = (hash * 31 + pk.charCodeAt(index)) | 0;
  return Math.abs(hash) % SHARD_COUNT;
}
