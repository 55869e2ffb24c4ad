import { LEDGER_DAYS } from '../../contracts/limits.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import { type IngestAnswer, queuedAnswer, storedAnswer } from './answer.ts';
import type { IngestQueue } from './ingest-queue.ts';
import { CONTENTION_RETRY_AFTER_SEC, MAX_COMMIT_TRIES } from './limits.ts';
import type { Ledger, RequestId, UserScope } from './model.ts';
import type { PayloadStore, SampleStore } from './sample-store.ts';

export interface EnqueueDependencies {
  readonly store: SampleStore;
  readonly payloads: PayloadStore;
  readonly queue: IngestQueue;
}

export interface Enqueueing {
  readonly scope: UserScope;
  readonly requestId: RequestId;
  readonly payloadHash: string;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
  /** Where the payload lies, or is to lie. */
  readonly payloadKey: string;
  /** Undefined for an upload, which is there already. */
  readonly payload: Uint8Array | undefined;
}

/**
 * Puts a large request where the consumer finds it: payload, ledger row, message, in that order, so that a
 * crash between them loses nothing that was acknowledged (ING8). A repeat sends the message again until the
 * request is answered, and then gives the stored answer. Throws AppError user.not_found,
 * ingest.payload_conflict, ingest.upload_disabled, ingest.contention.
 */
export async function enqueueRequest(
  dependencies: EnqueueDependencies,
  enqueueing: Enqueueing,
): Promise<IngestAnswer> {
  const { store, payloads, queue } = dependencies;
  const { scope, requestId, payloadHash, correlationId } = enqueueing;
  for (let tries = 0; tries < MAX_COMMIT_TRIES; tries += 1) {
    const { head, ledger } = await store.load(scope, requestId, []);
    if (head === undefined || head.erasedAtMs !== undefined) throw userNotFound();
    if (ledger !== undefined && ledger.payloadHash !== payloadHash) {
      throw new AppError('ingest.payload_conflict', 'the request id was used with another payload');
    }
    if (ledger?.state === 'answered') return await storedAnswer(payloads, scope, ledger);
    if (ledger === undefined && !head.privacy.uploadEnabled) {
      throw new AppError('ingest.upload_disabled', 'the user has switched uploads off');
    }
    const payloadKey = ledger?.payloadKey ?? enqueueing.payloadKey;
    const isQueued = ledger !== undefined || (await claim(dependencies, enqueueing));
    if (!isQueued) continue;
    const { workspaceId, userId } = scope;
    await queue.send({ workspaceId, userId, requestId, payloadKey, correlationId });
    return queuedAnswer(requestId);
  }
  throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
    retryAfterSec: CONTENTION_RETRY_AFTER_SEC,
  });
}

/** False when somebody else wrote the ledger row first. */
async function claim(dependencies: EnqueueDependencies, enqueueing: Enqueueing): Promise<boolean> {
  const { scope, requestId, payloadHash, payloadKey, payload, nowMs } = enqueueing;
  if (payload !== undefined) await dependencies.payloads.put(scope, payloadKey, payload);
  const expiresAtMs = (nowMs + LEDGER_DAYS * DAY_MS) as EpochMs;
  const row: Ledger = { payloadHash, expiresAtMs, state: 'queued', payloadKey };
  const ledger = { row, replaces: 'nothing' } as const;
  const outcome = await dependencies.store.commit(scope, { requestId, ledger, advance: undefined });
  if (outcome === 'erased') throw userNotFound();
  return outcome === 'committed';
}

const userNotFound = (): AppError => new AppError('user.not_found', 'there is no such user');
