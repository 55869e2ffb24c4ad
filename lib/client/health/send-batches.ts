import { newSortableId } from '../../core/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Schemas } from '../api/operations.ts';
import { retryDelayMs, SHORTEST_WAIT_MS } from '../schedule/retry-delay.ts';
import type { DeviceClock } from '../schedule/timers.ts';
import { fillBatch, MAX_BATCH_ITEM_COUNT } from './fill-batch.ts';
import type { HealthBatch, HealthPart } from './health-part.ts';
import type { HealthStaging, HealthStagingTransaction } from './health-staging.ts';
import { readUploadAnswer, type UploadAnswer, type UploadVerdict } from './read-upload-answer.ts';

/** Sends the body of a batch; rejects where there was no answer. */
export type SendBatch = (body: string) => Promise<UploadAnswer>;

export interface UploadDeps {
  readonly staging: HealthStaging;
  readonly send: SendBatch;
  readonly clock: DeviceClock;
  readonly randomness: Randomness;
}

export interface UploadReport {
  /** Samples and deletions that the server answered. */
  readonly sentCount: number;
  readonly refusedCount: number;
  readonly end:
    | { readonly kind: 'empty' }
    | { readonly kind: 'waiting'; readonly waitMs: number; readonly code: string }
    | { readonly kind: 'stopped'; readonly code: string };
}

/**
 * CLI50, CLI53: sends what is staged, one batch at a time in the order of staging, until there is nothing left,
 * the server wants time, or no batch would be taken. A batch is stored whole, with its request id, before it goes;
 * until its answer is stored too, the same bytes go again, and the server knows them.
 */
export async function sendBatches(deps: UploadDeps): Promise<UploadReport> {
  let sentCount = 0;
  let refusedCount = 0;
  for (;;) {
    const batch = await deps.staging.transaction((tx) => nextBatch(tx, deps));
    if (batch === undefined) return { sentCount, refusedCount, end: { kind: 'empty' } };
    const waitMs = waitOf(batch, deps.clock.now());
    if (waitMs > 0) return { sentCount, refusedCount, end: { kind: 'waiting', waitMs, code: 'NOT_YET' } };
    const verdict = await attempt(deps, batch.body);
    if (verdict.kind === 'stop') {
      return { sentCount, refusedCount, end: { kind: 'stopped', code: verdict.code } };
    }
    await deps.staging.transaction((tx) => settle(tx, batch, { verdict, ...deps }));
    if (verdict.kind !== 'taken') continue;
    sentCount += batch.keys.length;
    refusedCount += verdict.refused.length;
  }
}

/** None after the clock was set back: what was noted then may lie years ahead. */
const waitOf = (batch: HealthBatch, nowMs: number): number =>
  nowMs < batch.attemptedAtMs ? 0 : batch.notBeforeMs - nowMs;

/** Parts of batches that were refused as a whole become pending again, to go with new request ids. */
export async function releaseParked(tx: HealthStagingTransaction): Promise<void> {
  const parked = (await tx.listBatches()).filter((batch) => batch.parkedCode !== undefined);
  for (const batch of parked) {
    const own = await ownParts(tx, batch);
    await tx.saveParts(own.map((part) => ({ ...part, state: 'pending', requestId: undefined })));
    await tx.removeBatch(batch.requestId);
  }
}

async function nextBatch(
  tx: HealthStagingTransaction,
  deps: Pick<UploadDeps, 'clock' | 'randomness'>,
): Promise<HealthBatch | undefined> {
  const stored = (await tx.listBatches()).find((batch) => batch.parkedCode === undefined);
  if (stored !== undefined) return stored;
  const pending = await tx.listByState('pending', MAX_BATCH_ITEM_COUNT);
  if (pending.length === 0) return undefined;
  const requestId = `health-${newSortableId(deps.clock.now() as EpochMs, deps.randomness)}`;
  const batch = fillBatch(requestId, pending);
  const taken = new Set(batch.keys);
  const sending = pending.filter((part) => taken.has(part.key));
  await tx.saveParts(sending.map((part) => ({ ...part, state: 'sending', requestId })));
  await tx.saveBatch(batch);
  return batch;
}

async function attempt(deps: UploadDeps, body: string): Promise<UploadVerdict> {
  try {
    return readUploadAnswer(await deps.send(body));
  } catch {
    return { kind: 'retry', code: 'NETWORK_ERROR', retryAfterMs: undefined };
  }
}

async function settle(
  tx: HealthStagingTransaction,
  batch: HealthBatch,
  outcome: Pick<UploadDeps, 'clock' | 'randomness'> & { readonly verdict: UploadVerdict },
): Promise<void> {
  const { verdict, clock, randomness } = outcome;
  if (verdict.kind === 'taken') {
    await close(tx, batch, verdict.refused);
    return;
  }
  if (verdict.kind === 'park') {
    await tx.saveBatch({ ...batch, parkedCode: verdict.code });
    return;
  }
  if (verdict.kind === 'stop') return;
  const attemptCount = batch.attemptCount + 1;
  const waitMs =
    verdict.kind === 'queued'
      ? Math.max(SHORTEST_WAIT_MS, verdict.retryAfterMs)
      : retryDelayMs(attemptCount, verdict.retryAfterMs, randomness);
  const attemptedAtMs = clock.now();
  await tx.saveBatch({ ...batch, attemptCount, attemptedAtMs, notBeforeMs: attemptedAtMs + waitMs });
}

/** Parts that were staged anew meanwhile no longer belong to the batch, and stay pending. */
async function ownParts(tx: HealthStagingTransaction, batch: HealthBatch): Promise<readonly HealthPart[]> {
  return (await tx.loadParts(batch.keys)).filter((part) => part.requestId === batch.requestId);
}

async function close(
  tx: HealthStagingTransaction,
  batch: HealthBatch,
  refused: readonly Schemas['Refusal'][],
): Promise<void> {
  const refusals = new Map(refused.map((one) => [batch.keys[one.index], one]));
  const own = await ownParts(tx, batch);
  const isDone = (part: HealthPart) => part.body?.kind === 'deletion' && !refusals.has(part.key);
  await tx.removeParts(own.filter(isDone).map((part) => part.key));
  await tx.saveParts(
    own.filter((part) => !isDone(part)).map((part) => answered(part, refusals.get(part.key))),
  );
  await tx.removeBatch(batch.requestId);
}

function answered(part: HealthPart, refusal: Schemas['Refusal'] | undefined): HealthPart {
  if (refusal === undefined) return { ...part, state: 'sent', body: undefined };
  const { reason, message } = refusal;
  return { ...part, state: 'refused', refusal: { reason, message } };
}
