import type { Origin } from '../../contracts/events/samples-changed.v1.ts';
import { jitteredDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import { COMMIT_BACKOFF, MAX_COMMIT_TRIES } from './limits.ts';
import type { RecordPointer } from './model.ts';
import { idOf, kindOf, planRecords, type RecordOp, type RecordResult, takeBatch } from './plan-records.ts';
import type { RecordStore } from './record-store.ts';

export interface WriteRecordsDependencies {
  readonly store: RecordStore;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface WriteContext {
  readonly origin: Origin;
  readonly correlationId: string;
}

/**
 * Applies the ops in their order, in transactions of up to 25 records with head and change entry (REC1), and
 * answers one result each. What changes nothing writes nothing. Of several ops on one record in a transaction
 * the later ones go into the next. Safe to repeat after a crash: the outcome is then `duplicate` or
 * `not_found`. Throws AppError user.not_found, ingest.contention, server.unavailable.
 */
export async function writeRecords(
  deps: WriteRecordsDependencies,
  scope: UserScope,
  ops: readonly RecordOp[],
  context: WriteContext,
): Promise<readonly RecordResult[]> {
  const results: RecordResult[] = [];
  for (let from = 0; from < ops.length; ) {
    const batch = takeBatch(ops, from);
    results.push(...(await commitBatch(deps, scope, batch, context)));
    from += batch.length;
  }
  return results;
}

async function commitBatch(
  { store, heads, clock, randomness }: WriteRecordsDependencies,
  scope: UserScope,
  batch: readonly RecordOp[],
  context: WriteContext,
): Promise<readonly RecordResult[]> {
  for (let round = 1; round <= MAX_COMMIT_TRIES; round += 1) {
    const head = await heads.load(scope);
    if (head === undefined || head.erasedAtMs !== undefined) throw userGone();
    const known = await loadKnown(store, scope, batch);
    const at = { nowMs: clock.now(), seq: head.seq + 1 };
    const { results, writes, changes } = planRecords(batch, known, at);
    if (writes.length === 0) return results;
    const change = {
      kind: 'records' as const,
      seq: at.seq,
      committedAtMs: at.nowMs,
      ...context,
      changes,
    };
    const outcome = await store.commit(scope, change, writes);
    if (outcome === 'erased') throw userGone();
    if (outcome === 'committed') return results;
    await clock.sleep(jitteredDelayMs(round, COMMIT_BACKOFF, randomness));
  }
  throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
    retryAfterSec: 2,
  });
}

const userGone = (): AppError => new AppError('user.not_found', 'There is no user by this id.');

async function loadKnown(
  store: RecordStore,
  scope: UserScope,
  batch: readonly RecordOp[],
): Promise<ReadonlyMap<string, RecordPointer>> {
  const known = new Map<string, RecordPointer>();
  for (const kind of ['sleep', 'workout'] as const) {
    const ids = batch.filter((op) => kindOf(op) === kind).map(idOf);
    if (ids.length === 0) continue;
    for (const [id, pointer] of await store.loadPointers(scope, kind, ids)) known.set(id, pointer);
  }
  return known;
}
