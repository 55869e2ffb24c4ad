import type { S3Client } from '@aws-sdk/client-s3';
import { systemClock } from '../../../lib/core/clock.ts';
import type { MappingDeclaration } from '../assembly/declared.ts';
import type { Place } from '../assembly/resolver.ts';
import { compilePattern } from '../events/event-pattern.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import type { Invoke } from '../functions/invocation.ts';
import { type Checkpoints, keysText } from './checkpoints.ts';
import { type DeliverySettings, deliverBatch, StoppedError } from './deliver-batch.ts';
import { writeFailure } from './failure-destination.ts';
import { planBatches } from './plan-batches.ts';
import { openStream, PAGE_RECORD_COUNT, type StreamApi } from './stream-api.ts';
import { changesNothing, type StreamRecord } from './stream-record.ts';

export interface StreamMappingSettings {
  readonly mapping: MappingDeclaration;
  readonly endpoint: string;
  readonly place: Place;
  readonly functionArn: string;
  readonly invoke: Invoke;
  readonly checkpoints: Checkpoints;
  readonly s3: Pick<S3Client, 'send'>;
  readonly faults: Faults;
  readonly flow: FlowLog;
}

export interface Mapping {
  stop(): Promise<void>;
}

/**
 * How long a shard is left alone once it is read to its end, and how often the engine is asked while it does
 * not answer. Lambda asks four times a second (AWS Lambda, "Using Lambda with DynamoDB"): what was written
 * meanwhile is one batch, where a reader without rest would make a batch of each record.
 */
const IDLE_MS = 100;
const OUTAGE_MS = 300;
const SHARD_LIST_MS = 5_000;

/** The event source mapping of a table's stream: at least once, in order per key, from its checkpoint. */
export function startStreamMapping(settings: StreamMappingSettings): Mapping {
  const stopping = new AbortController();
  const tableName = settings.mapping.EventSourceArn.split('/')[1] ?? '';
  const shards = new Map<string, Promise<void>>();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const stream = await openStream(settings.endpoint, tableName);
        for (const shardId of await stream.listShards()) {
          if (!shards.has(shardId)) {
            shards.set(shardId, new ShardReader(settings, stream, shardId, tableName).run(stopping.signal));
          }
        }
        await pause(SHARD_LIST_MS, stopping.signal);
      } catch {
        await pause(OUTAGE_MS, stopping.signal);
      }
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([running, ...shards.values()]);
    },
  };
}

class ShardReader {
  readonly #settings: StreamMappingSettings;
  readonly #stream: StreamApi;
  readonly #shardId: string;
  readonly #tableName: string;
  readonly #filters: readonly ((event: unknown) => boolean)[];

  constructor(settings: StreamMappingSettings, stream: StreamApi, shardId: string, tableName: string) {
    this.#settings = settings;
    this.#stream = stream;
    this.#shardId = shardId;
    this.#tableName = tableName;
    const filters = settings.mapping.FilterCriteria?.Filters ?? [];
    this.#filters = filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)));
  }

  /** Until stopped. An outage of the engine is waited out. */
  async run(signal: AbortSignal): Promise<void> {
    let iterator: string | undefined;
    while (!signal.aborted) {
      try {
        iterator ??= await this.#open();
        const page = await this.#stream.read(iterator);
        if (page.records.length > 0) await this.#handle(page.records, signal);
        iterator = page.nextIterator;
        if (page.records.length < PAGE_RECORD_COUNT) await pause(IDLE_MS, signal);
      } catch (error) {
        if (error instanceof StoppedError) return;
        iterator = undefined;
        await pause(OUTAGE_MS, signal);
      }
    }
  }

  #open(): Promise<string> {
    const { mapping, checkpoints } = this.#settings;
    const after = checkpoints.load(mapping.id, this.#shardId);
    return this.#stream.openIterator(
      this.#shardId,
      after === undefined ? (mapping.StartingPosition ?? 'TRIM_HORIZON') : { after },
    );
  }

  async #handle(page: readonly StreamRecord[], signal: AbortSignal): Promise<void> {
    const { mapping, checkpoints, faults } = this.#settings;
    const records = page
      .map((record) => this.#asLambdaSees(record))
      .filter((record) => this.#filters.length === 0 || this.#filters.some((matches) => matches(record)))
      .filter((record) => !changesNothing(record));
    const lanes = planBatches(records, {
      batchSize: mapping.BatchSize,
      laneCount: mapping.ParallelizationFactor,
      faults,
    });
    const delivery = this.#delivery(signal);
    const settled = await Promise.allSettled(
      lanes.map(async (lane) => {
        for (const batch of lane) await deliverBatch(batch, delivery);
      }),
    );
    for (const lane of settled) if (lane.status === 'rejected') throw lane.reason;
    const last = page.at(-1);
    if (last !== undefined) checkpoints.save(mapping.id, this.#shardId, last.dynamodb.SequenceNumber);
  }

  #delivery(signal: AbortSignal): DeliverySettings {
    const { mapping, invoke, flow, faults, s3, functionArn } = this.#settings;
    const destination = mapping.DestinationConfig?.OnFailure.Destination;
    return {
      invoke: async (records) => {
        const result = await invoke({ Records: records });
        if (result.ok) flow.count('streamRecords', records.length);
        flow.add('stream', result.ok ? 'batch delivered' : 'batch failed', { records: records.length });
        return result;
      },
      reportsItemFailures: mapping.FunctionResponseTypes.length > 0,
      bisects: mapping.BisectBatchOnFunctionError,
      maxRetryCount: mapping.MaximumRetryAttempts,
      maxRecordAgeMs: mapping.MaximumRecordAgeInSeconds < 0 ? -1 : mapping.MaximumRecordAgeInSeconds * 1_000,
      park: async (parked) => {
        flow.add('stream', 'batch parked', { records: parked.records.length });
        if (destination === undefined) return;
        await writeFailure(
          s3,
          {
            bucketArn: destination,
            mappingId: mapping.id,
            shardId: this.#shardId,
            streamArn: mapping.EventSourceArn,
            functionArn,
          },
          parked,
        );
      },
      faults,
      clock: systemClock,
      isStopping: () => signal.aborted,
    };
  }

  #asLambdaSees(record: StreamRecord): StreamRecord {
    const { checkpoints, mapping, place } = this.#settings;
    const wasExpired =
      record.eventName === 'REMOVE' &&
      checkpoints.isMarkedExpired(this.#tableName, keysText(record.dynamodb.Keys));
    return {
      ...record,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: place.region,
      eventSourceARN: mapping.EventSourceArn,
      ...(wasExpired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    };
  }
}

/** Ends early when the signal does. */
function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener('abort', done);
  });
}
