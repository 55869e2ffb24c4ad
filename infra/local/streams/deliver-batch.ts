import * as z from 'zod';
import type { Clock } from '../../../lib/core/clock.ts';
import type { Faults } from '../faults/faults.ts';
import type { InvocationResult } from '../functions/invocation.ts';
import type { Batch } from './plan-batches.ts';

export type ParkReason = 'RetryAttemptsExhausted' | 'MaximumRecordAgeExceeded';

export interface ParkedBatch {
  readonly reason: ParkReason;
  readonly records: Batch;
  readonly invokeCount: number;
  readonly requestId: string;
}

export interface DeliverySettings {
  readonly invoke: (records: Batch) => Promise<InvocationResult>;
  readonly reportsItemFailures: boolean;
  readonly bisects: boolean;
  /** -1: without end. */
  readonly maxRetryCount: number;
  /** -1: without end. */
  readonly maxRecordAgeMs: number;
  /** Keeps what is given up; must have it before it resolves. */
  readonly park: (batch: ParkedBatch) => Promise<void>;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
}

/** Thrown to leave a shard where it is: the next start goes on from its checkpoint. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;
/** A redelivery that the fault switch makes comes soon and does not count as a retry. */
const REDELIVERY_MS = 20;

/**
 * Resolves when every record was handled or parked; until then its shard waits. A failed batch is retried
 * whole; with bisect it is halved when the function failed without saying where, and a reported item
 * failure retries from the lowest reported sequence number on (AWS Lambda, "Using Lambda with DynamoDB").
 */
export async function deliverBatch(batch: Batch, settings: DeliverySettings): Promise<void> {
  const { bisects, clock, isStopping, maxRetryCount, park } = settings;
  let rest = batch;
  let retryCount = 0;
  for (;;) {
    if (isStopping()) throw new StoppedError('stopped');
    rest = await parkTooOld(rest, retryCount, settings);
    if (rest.length === 0) return;
    const outcome = await deliverOnce(rest, settings);
    if (outcome.kind === 'again') {
      await clock.sleep(REDELIVERY_MS);
      continue;
    }
    if (outcome.kind === 'handled') return;
    if (outcome.failedFrom > 0) {
      rest = rest.slice(outcome.failedFrom);
      retryCount = 0;
      continue;
    }
    if (bisects && outcome.isFunctionError && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      await deliverBatch(rest.slice(0, middle), settings);
      return deliverBatch(rest.slice(middle), settings);
    }
    retryCount += 1;
    if (maxRetryCount >= 0 && retryCount > maxRetryCount) {
      const { requestId } = outcome;
      return park({ reason: 'RetryAttemptsExhausted', records: rest, invokeCount: retryCount, requestId });
    }
    await clock.sleep(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (retryCount - 1)));
  }
}

async function parkTooOld(batch: Batch, invokeCount: number, settings: DeliverySettings): Promise<Batch> {
  const { maxRecordAgeMs, clock, park } = settings;
  if (maxRecordAgeMs < 0) return batch;
  const oldestMs = clock.now() - maxRecordAgeMs;
  const isTooOld = ({ dynamodb }: Batch[number]): boolean =>
    dynamodb.ApproximateCreationDateTime * 1_000 < oldestMs;
  const records = batch.filter(isTooOld);
  if (records.length === 0) return batch;
  await park({ reason: 'MaximumRecordAgeExceeded', records, invokeCount, requestId: '' });
  return batch.filter((record) => !isTooOld(record));
}

type Outcome =
  | { readonly kind: 'handled' }
  | { readonly kind: 'again' }
  | {
      readonly kind: 'failed';
      readonly failedFrom: number;
      readonly isFunctionError: boolean;
      readonly requestId: string;
    };

async function deliverOnce(
  batch: Batch,
  { faults, clock, invoke, reportsItemFailures }: DeliverySettings,
): Promise<Outcome> {
  const fault = faults.stream();
  if (fault.kind === 'drop') return { kind: 'again' };
  if (fault.kind === 'delay') await clock.sleep(fault.delayMs);
  if (fault.kind === 'duplicate') await invoke(batch);
  const result = await invoke(batch);
  if (fault.kind === 'lost-answer') return { kind: 'again' };
  return readOutcome(batch, result, reportsItemFailures);
}

const Response = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
});

/** An answer that names no record, or one that was not in the batch, fails the whole batch. */
function readOutcome(batch: Batch, result: InvocationResult, reportsItemFailures: boolean): Outcome {
  const { requestId } = result;
  if (!result.ok) return { kind: 'failed', failedFrom: 0, isFunctionError: true, requestId };
  if (!reportsItemFailures) return { kind: 'handled' };
  const parsed = Response.nullable().safeParse(JSON.parse(result.payload));
  if (!parsed.success) return { kind: 'failed', failedFrom: 0, isFunctionError: true, requestId };
  const failures = parsed.data?.batchItemFailures ?? [];
  if (failures.length === 0) return { kind: 'handled' };
  const indices = failures.map(({ itemIdentifier }) =>
    batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
  );
  return { kind: 'failed', failedFrom: Math.max(0, Math.min(...indices)), isFunctionError: false, requestId };
}
