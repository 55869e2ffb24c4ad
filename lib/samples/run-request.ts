import { LEDGER_DAYS } from '../../contracts/limits.ts';
import { jitteredDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import type { Meter } from '../observability/metrics.ts';
import { AppError } from '../problems/app-error.ts';
import {
  allRefusals,
  answerOf,
  type IngestAnswer,
  keepAnswer,
  queuedAnswer,
  storedAnswer,
} from './answer.ts';
import { firstPartOf } from './bucket-merges.ts';
import { type Filled, fillTransaction } from './fill-transaction.ts';
import { type FoundDeletion, findRecords } from './find-records.ts';
import { COMMIT_BACKOFF, CONTENTION_RETRY_AFTER_SEC, MAX_COMMIT_TRIES, UNITS_PER_LOAD } from './limits.ts';
import type { Head, IngestContext, Ledger, UserScope } from './model.ts';
import type { IngestRequest } from './parse-request.ts';
import { type PreparedWork, prepareWork, withFoundDeletions } from './prepare-work.ts';
import { type Progress, readProgress, startOf, unitsFrom, writeProgress } from './progress.ts';
import type { BlockReader, IngestCommit, PayloadStore, SampleStore } from './sample-store.ts';
import { addCounts } from './transaction-draft.ts';
import type { WorkUnit } from './work.ts';

export interface RunDependencies {
  readonly store: SampleStore;
  readonly reader: BlockReader;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly meter: Meter;
}

export interface RunJob {
  readonly scope: UserScope;
  readonly request: IngestRequest;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
  /** Set in the queue's consumer, which alone works on requests that lie in S3: where this one lies (ING8). */
  readonly payloadKey: string | undefined;
}

type Step =
  | { readonly kind: 'answered'; readonly answer: IngestAnswer }
  | { readonly kind: 'continued' }
  | { readonly kind: 'conflict' };

/**
 * Runs a request to its answer, transaction by transaction (ING5). A crash at any point is made good by
 * running it again: what was committed is in the ledger. After MAX_COMMIT_TRIES conflicts of one
 * transaction it throws AppError ingest.contention; what earlier transactions did stands and is not repeated.
 * Also throws user.not_found, ingest.payload_conflict, ingest.upload_disabled.
 */
export async function runRequest(dependencies: RunDependencies, job: RunJob): Promise<IngestAnswer> {
  const run = new Run(dependencies, job);
  let tries = 0;
  for (;;) {
    const step = await run.step();
    if (step.kind === 'answered') return step.answer;
    tries = step.kind === 'conflict' ? tries + 1 : 0;
    if (step.kind === 'conflict') dependencies.meter.add('IngestConflicts', 1);
    if (tries >= MAX_COMMIT_TRIES) {
      throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
        retryAfterSec: CONTENTION_RETRY_AFTER_SEC,
      });
    }
    if (tries > 0)
      await dependencies.clock.sleep(jitteredDelayMs(tries, COMMIT_BACKOFF, dependencies.randomness));
  }
}

class Run {
  readonly #dependencies: RunDependencies;
  readonly #job: RunJob;
  #prepared: PreparedWork;
  /** The ledger as last seen: where to begin reading. Each step looks again. */
  #progress: Progress;

  constructor(dependencies: RunDependencies, job: RunJob) {
    this.#dependencies = dependencies;
    this.#job = job;
    this.#progress = startOf(job.nowMs, undefined);
    this.#prepared = prepareWork(job.request, this.#progress);
  }

  /** One transaction: read, decide, commit. */
  async step(): Promise<Step> {
    const { scope, request } = this.#job;
    const wanted = unitsFrom(this.#prepared.units, this.#progress.next).slice(0, UNITS_PER_LOAD);
    const { head, ledger, blocks } = await this.#dependencies.store.load(
      scope,
      request.requestId,
      wanted.map(({ ref }) => firstPartOf(ref)),
    );
    if (head === undefined || head.erasedAtMs !== undefined) throw userNotFound();
    const answer = await this.#answerFrom(ledger);
    if (answer !== undefined) return { kind: 'answered', answer };
    requireUpload(head, ledger);
    // Read for other work than is now to be done: the zone was not known, or another worker went on.
    if (this.#adopt(head, ledger)) return { kind: 'continued' };
    const found = await this.#search(head);
    const units = withFoundDeletions(this.#prepared.units, found);
    const filled = await this.#fill(head, units, found.length === 0 ? blocks : undefined);
    if (filled === 'moved') return { kind: 'conflict' };
    return await this.#commit({ head, ledger, units, filled });
  }

  async #answerFrom(ledger: Ledger | undefined): Promise<IngestAnswer | undefined> {
    const { scope, request, payloadKey } = this.#job;
    if (ledger === undefined) return undefined;
    if (ledger.payloadHash !== request.payloadHash) {
      throw new AppError('ingest.payload_conflict', 'the request id was used with another payload');
    }
    if (ledger.state === 'answered') return await storedAnswer(this.#dependencies.payloads, scope, ledger);
    if (ledger.payloadKey === payloadKey) return undefined;
    if (payloadKey === undefined) return queuedAnswer(request.requestId);
    throw new AppError('server.unavailable', 'another worker took the payload to another place');
  }

  /** Takes over where the ledger stands; true when that changes what was to be read. */
  #adopt(head: Head, ledger: Ledger | undefined): boolean {
    const isRunning = ledger?.state === 'running';
    const progress = isRunning ? readProgress(ledger) : startOf(this.#job.nowMs, head.timeZone);
    const { units, usesTimeZone, timeZone } = this.#prepared;
    const isOtherWork =
      (usesTimeZone && timeZone !== progress.timeZone) || this.#progress.nowMs !== progress.nowMs;
    const isOtherPlace =
      units.length > 0 &&
      (this.#progress.next.key !== progress.next.key || this.#progress.next.offset !== progress.next.offset);
    this.#progress = progress;
    if (isOtherWork) this.#prepared = prepareWork(this.#job.request, progress);
    return isOtherWork || isOtherPlace;
  }

  async #search(head: Head): Promise<readonly FoundDeletion[]> {
    const searches = this.#prepared.searches.filter(({ metric }) => !isBlocked(head, metric));
    if (searches.length === 0) return [];
    return await findRecords(this.#dependencies.reader, this.#job.scope, searches);
  }

  async #fill(
    head: Head,
    units: readonly WorkUnit[],
    read: Parameters<typeof fillTransaction>[3] | undefined,
  ): Promise<Filled | 'moved'> {
    const { store } = this.#dependencies;
    const { scope, request, nowMs } = this.#job;
    const { next, refusedFrom } = this.#progress;
    const left = unitsFrom(units, next);
    const refs = left.slice(0, UNITS_PER_LOAD).map(({ ref }) => firstPartOf(ref));
    const blocks = read ?? (await store.load(scope, request.requestId, refs)).blocks;
    const offset = left[0]?.key === next.key ? next.offset : 0;
    const filling = {
      store,
      scope,
      requestId: request.requestId,
      head,
      sources: new Map([...request.sources.values()].map((source) => [source.sourceId, source])),
      context: { seq: head.seq + 1, nowMs },
      isBlocked: (metric: string) => refusedFrom[metric] !== undefined || isBlocked(head, metric),
    };
    return await fillTransaction(filling, left, offset, blocks);
  }

  async #commit(ready: {
    readonly head: Head;
    readonly ledger: Ledger | undefined;
    readonly units: readonly WorkUnit[];
    readonly filled: Filled;
  }): Promise<Step> {
    const { head, ledger, units, filled } = ready;
    const { scope, request, correlationId, nowMs } = this.#job;
    const { requestId, origin } = request;
    const context: IngestContext = { requestId, origin, correlationId, nowMs };
    const advance = filled.draft.advance(context);
    const counts = addCounts(this.#progress.counts, filled.draft.counts);
    const refusedFrom = this.#refusedFrom(head, filled);
    const seq = advance?.head.seq ?? head.seq;
    const base = { payloadHash: request.payloadHash, expiresAtMs: (nowMs + LEDGER_DAYS * DAY_MS) as EpochMs };
    let row: Ledger;
    let answer: IngestAnswer | undefined;
    if (filled.next === undefined) {
      const refusals = allRefusals(this.#prepared, units, refusedFrom);
      const itemCount = request.samples.length + request.deletions.length;
      const final = answerOf({ requestId, seq, itemCount, counts, refusals });
      const kept = await keepAnswer(this.#dependencies.payloads, scope, requestId, final.body);
      row = { ...base, state: 'answered', status: final.status, answer: kept };
      answer = final;
      this.#dependencies.meter.add('SamplesRefused', refusals.length);
    } else {
      const progress = { ...this.#progress, next: filled.next, counts, refusedFrom };
      row = { ...base, state: 'running', ...runningOf(ledger), progress: writeProgress(progress) };
    }
    const outcome = await this.#dependencies.store.commit(scope, {
      requestId,
      ledger: { row, replaces: replacedBy(ledger) },
      advance,
    });
    if (outcome === 'erased') throw userNotFound();
    if (outcome === 'conflict') return { kind: 'conflict' };
    this.#dependencies.meter.add(
      'SamplesAccepted',
      filled.draft.counts.accepted + filled.draft.counts.updated,
    );
    return answer === undefined ? { kind: 'continued' } : { kind: 'answered', answer };
  }

  /** Searches of a blocked metric are refused too; where none of its units was met, after all of them. */
  #refusedFrom(head: Head, filled: Filled): Progress['refusedFrom'] {
    const refusedFrom: Record<string, Progress['next']> = {
      ...filled.blockedFrom,
      ...this.#progress.refusedFrom,
    };
    if (filled.next !== undefined) return refusedFrom;
    for (const { metric } of this.#prepared.searches)
      if (isBlocked(head, metric)) refusedFrom[metric] ??= { key: `${metric}/~`, offset: 0 };
    return refusedFrom;
  }
}

const userNotFound = (): AppError => new AppError('user.not_found', 'there is no such user');

const isBlocked = ({ privacy }: Head, metric: string): boolean =>
  !privacy.uploadEnabled || privacy.blockedMetrics.includes(metric);

/** A request that has begun is not refused as a whole any more: what is left of it is, sample by sample. */
function requireUpload(head: Head, ledger: Ledger | undefined): void {
  if (head.privacy.uploadEnabled || ledger !== undefined) return;
  throw new AppError('ingest.upload_disabled', 'the user has switched uploads off');
}

/** The condition that the ledger row is still the one that was read. */
export function replacedBy(ledger: Ledger | undefined): IngestCommit['ledger']['replaces'] {
  if (ledger?.state === 'running') return { state: 'running', next: ledger.next };
  return ledger?.state === 'queued' ? { state: 'queued' } : 'nothing';
}

/** `next` of a running row counts the request's transactions: each replaces the one before it (ING6). */
function runningOf(ledger: Ledger | undefined): {
  readonly next: number;
  readonly payloadKey: string | undefined;
} {
  if (ledger?.state === 'running') return { next: ledger.next + 1, payloadKey: ledger.payloadKey };
  return { next: 1, payloadKey: ledger?.state === 'queued' ? ledger.payloadKey : undefined };
}
