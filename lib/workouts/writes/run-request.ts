import { LEDGER_DAYS } from '../../../contracts/limits.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Meter } from '../../observability/metrics.ts';
import { AppError } from '../../problems/app-error.ts';
import type { RecordOp, RecordPlan } from '../../records/plan-records.ts';
import type { IngestAnswer } from '../../samples/answer.ts';
import type { Head, Ledger, UserScope } from '../../samples/model.ts';
import type { PayloadStore } from '../../samples/sample-store.ts';
import type { Refusal } from '../../samples/work.ts';
import { COMMIT_BACKOFF, CONTENTION_RETRY_AFTER_SEC, MAX_COMMIT_TRIES } from './limits.ts';
import type { WorkoutsRequest } from './parse-request.ts';
import { type PreparedWrites, prepareWrites } from './prepare-writes.ts';
import { addOutcomes, NO_WRITES, readProgress, type WriteProgress, writeProgress } from './progress.ts';
import type { WriteRules } from './rules.ts';
import { nextSyncState, type RequestOrder } from './sync-state.ts';
import type { LoadedWrites, WorkoutCommit, WorkoutWriteStore } from './write-store.ts';

export interface RunWritesDependencies {
  readonly store: WorkoutWriteStore;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly meter: Meter;
  readonly rules: WriteRules;
}

export interface WritesJob {
  readonly scope: UserScope;
  readonly request: WorkoutsRequest;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
  /** Set in the queue's consumer, which alone works on requests that lie in S3. */
  readonly queued: { readonly payloadKey: string; readonly order: RequestOrder } | undefined;
}

type Step =
  | { readonly kind: 'answered'; readonly answer: IngestAnswer }
  | { readonly kind: 'continued' | 'conflict' };

/**
 * Runs a batch of workouts to its answer, transaction by transaction (WKT41): each has its records, the change
 * entry and the ledger row that says how far the request came, so that a crash at any point is made good by
 * running it again, and counts nothing twice. After MAX_COMMIT_TRIES conflicts of one transaction it throws
 * AppError ingest.contention; what earlier ones did stands. Also throws user.not_found,
 * ingest.payload_conflict, ingest.upload_disabled.
 */
export async function runWorkoutsRequest(deps: RunWritesDependencies, job: WritesJob): Promise<IngestAnswer> {
  const run = new Run(deps, job);
  let tries = 0;
  for (;;) {
    const step = await run.step();
    if (step.kind === 'answered') return step.answer;
    tries = step.kind === 'conflict' ? tries + 1 : 0;
    if (step.kind === 'conflict') deps.meter.add('IngestConflicts', 1);
    if (tries >= MAX_COMMIT_TRIES) {
      throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
        retryAfterSec: CONTENTION_RETRY_AFTER_SEC,
      });
    }
    if (tries > 0) await deps.clock.sleep(jitteredDelayMs(tries, COMMIT_BACKOFF, deps.randomness));
  }
}

class Run {
  readonly #deps: RunWritesDependencies;
  readonly #job: WritesJob;
  readonly #source: { readonly sourceId: ReturnType<WriteRules['sourceIdOf']> } & WorkoutsRequest['source'];
  /** The ledger as last seen. Each step looks again. */
  #progress: WriteProgress;
  #prepared: PreparedWrites;

  constructor(deps: RunWritesDependencies, job: WritesJob) {
    this.#deps = deps;
    this.#job = job;
    const { source } = job.request;
    this.#source = { sourceId: deps.rules.sourceIdOf(source), ...source };
    this.#progress = startOf(job, undefined);
    this.#prepared = prepareWrites(deps.rules, job.request, this.#progress);
  }

  /** One transaction: read, decide, commit. */
  async step(): Promise<Step> {
    const { scope, request } = this.#job;
    const read = this.#batch().map(recordIdOf);
    const loaded = await this.#deps.store.load(scope, {
      requestId: request.requestId,
      recordIds: read,
      sourceId: this.#source.sourceId,
    });
    const { head, ledger } = loaded;
    if (head === undefined || head.erasedAtMs !== undefined) throw userNotFound();
    const answer = await this.#answerFrom(ledger);
    if (answer !== undefined) return { kind: 'answered', answer };
    requireUpload(head, ledger);
    this.#adopt(head, ledger);
    const batch = this.#batch();
    // Another worker went on: what was read is of other records.
    if (batch.some((op) => !read.includes(recordIdOf(op)))) return { kind: 'continued' };
    return await this.#commit({ ...loaded, head }, batch);
  }

  #batch(): readonly RecordOp[] {
    const ops = this.#prepared.ops.slice(this.#progress.next).map(({ op }) => op);
    return this.#deps.rules.takeBatch(ops, 0);
  }

  async #answerFrom(ledger: Ledger | undefined): Promise<IngestAnswer | undefined> {
    const { rules, payloads } = this.#deps;
    const { scope, request, queued } = this.#job;
    if (ledger === undefined) return undefined;
    if (ledger.payloadHash !== request.payloadHash) {
      throw new AppError('ingest.payload_conflict', 'the request id was used with another payload');
    }
    if (ledger.state === 'answered') return await rules.storedAnswer(payloads, scope, ledger);
    if (ledger.payloadKey === queued?.payloadKey) return undefined;
    if (queued === undefined) return rules.queuedAnswer(request.requestId);
    throw new AppError('server.unavailable', 'another worker has the payload elsewhere');
  }

  /** Takes over where the ledger stands, with the time and the zone that the request began with. */
  #adopt(head: Head, ledger: Ledger | undefined): void {
    const progress = ledger?.state === 'running' ? readProgress(ledger) : startOf(this.#job, head);
    const isOther = progress.timeZone !== this.#progress.timeZone || progress.nowMs !== this.#progress.nowMs;
    this.#progress = progress;
    if (isOther) this.#prepared = prepareWrites(this.#deps.rules, this.#job.request, progress);
  }

  async #commit(loaded: LoadedWrites & { readonly head: Head }, batch: readonly RecordOp[]): Promise<Step> {
    const { rules, clock, store } = this.#deps;
    const { head } = loaded;
    const isBlocked = isWorkoutBlocked(head);
    const at = { nowMs: clock.now(), seq: head.seq + 1 };
    const plan = rules.planRecords(isBlocked ? [] : batch, loaded.known, at);
    const counts = addOutcomes(
      this.#progress.counts,
      plan.results.map(({ outcome }) => outcome),
    );
    const next = this.#progress.next + batch.length;
    const isLast = isBlocked || next >= this.#prepared.ops.length;
    const progress = { ...this.#progress, next, counts };
    const ended = isLast ? await this.#end(loaded, progress, { plan, isBlocked }) : undefined;
    const commit: WorkoutCommit = {
      requestId: this.#job.request.requestId,
      ledger: {
        row: ended?.row ?? this.#runningRow(loaded.ledger, progress),
        replaces: rules.replacedBy(loaded.ledger),
      },
      readHead: head,
      change: this.#changeOf(plan, at),
      writes: plan.writes,
      syncState: ended?.syncState,
    };
    const outcome = await store.commit(this.#job.scope, commit);
    if (outcome === 'erased') throw userNotFound();
    if (outcome === 'conflict') return { kind: 'conflict' };
    return ended === undefined ? { kind: 'continued' } : { kind: 'answered', answer: ended.answer };
  }

  /** The last transaction of a request: its answer, kept before it is named, and the source's sync state. */
  async #end(
    { head, syncState: stored }: LoadedWrites & { readonly head: Head },
    { counts, order }: WriteProgress,
    { plan, isBlocked }: { readonly plan: RecordPlan; readonly isBlocked: boolean },
  ): Promise<Pick<WorkoutCommit, 'syncState'> & { readonly row: Ledger; readonly answer: IngestAnswer }> {
    const { rules, payloads, clock } = this.#deps;
    const { scope, request } = this.#job;
    const { requestId, anchor } = request;
    const refusals = isBlocked ? this.#blockedFrom(this.#progress.next) : this.#prepared.refusals;
    const seq = plan.writes.length === 0 ? head.seq : head.seq + 1;
    const itemCount = request.workouts.length + request.deletions.length;
    const answer = rules.answerOf({ requestId, seq, itemCount, counts, refusals });
    const kept = await rules.keepAnswer(payloads, scope, requestId, answer.body);
    const syncState = nextSyncState(stored, {
      source: this.#source,
      anchor,
      counts: { ...counts, refused: refusals.length },
      order,
      nowMs: clock.now(),
    });
    return {
      answer,
      syncState,
      row: { ...this.#base(), state: 'answered', status: answer.status, answer: kept },
    };
  }

  /** A user who blocks workouts while a request runs keeps out what is left of it (ING10). */
  #blockedFrom(next: number): readonly Refusal[] {
    const blocked = this.#prepared.ops.slice(next).map(
      ({ index }): Refusal => ({
        index,
        reason: 'privacy_blocked',
        message: 'workout: blocked by the user',
      }),
    );
    return [...this.#prepared.refusals, ...blocked].sort((left, right) => left.index - right.index);
  }

  #base(): Pick<Ledger, 'payloadHash' | 'expiresAtMs'> {
    const { request, nowMs } = this.#job;
    return { payloadHash: request.payloadHash, expiresAtMs: (nowMs + LEDGER_DAYS * DAY_MS) as EpochMs };
  }

  /** `next` counts the request's transactions: each replaces the row of the one before it. */
  #runningRow(ledger: Ledger | undefined, progress: WriteProgress): Ledger {
    const next = ledger?.state === 'running' ? ledger.next + 1 : 1;
    const payloadKey = this.#job.queued?.payloadKey;
    return { ...this.#base(), state: 'running', next, payloadKey, progress: writeProgress(progress) };
  }

  #changeOf(
    { writes, changes }: RecordPlan,
    at: { readonly nowMs: EpochMs; readonly seq: number },
  ): WorkoutCommit['change'] {
    if (writes.length === 0) return undefined;
    const { request, correlationId } = this.#job;
    const { seq, nowMs: committedAtMs } = at;
    return { kind: 'records', seq, committedAtMs, correlationId, origin: request.origin, changes };
  }
}

const recordIdOf = (op: RecordOp): string => (op.kind === 'put' ? op.record.recordId : op.recordId);

const startOf = ({ nowMs, queued }: WritesJob, head: Head | undefined): WriteProgress => ({
  nowMs,
  timeZone: head?.timeZone,
  order: queued?.order ?? { seq: head?.seq ?? 0, ms: nowMs },
  next: 0,
  counts: NO_WRITES,
});

const userNotFound = (): AppError => new AppError('user.not_found', 'there is no such user');

const isWorkoutBlocked = ({ privacy }: Head): boolean =>
  !privacy.uploadEnabled || privacy.blockedMetrics.includes('workout');

/** A request that has begun is not refused as a whole any more: what is left of it is, one by one. */
function requireUpload(head: Head, ledger: Ledger | undefined): void {
  if (head.privacy.uploadEnabled || ledger !== undefined) return;
  throw new AppError('ingest.upload_disabled', 'the user has switched uploads off');
}
