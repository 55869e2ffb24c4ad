import { PushAnswer } from '../../../contracts/http/sync.ts';
import { MAX_CHANGES_PER_CHUNK, SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import { CHANGE_FAILURES } from '../../../lib/sync/merge/row.ts';
import type { Prng } from '../engine/prng.ts';
import type { SaidOutcome, SentChange } from '../oracle/sync-model.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCounters } from './counters.ts';
import type { SyncCall, WireAnswer } from './network.ts';
import type { PullChecks } from './pull-checks.ts';

export interface SentPush {
  readonly deviceId: string;
  readonly operationId: string;
  readonly changes: readonly SentChange[];
}

/** What the server said of one change, for good. */
export interface SaidOfChange {
  readonly operationId: string;
  readonly change: SentChange;
  readonly device: string;
  readonly outcome: SaidOutcome;
}

/** An answer is right at any moment: each change in one list, the same bytes for a repeat, one effect each. */
export class AnswerBook {
  /** requestId -> what was said of it, in the order in which it was said. */
  readonly said = new Map<string, SaidOfChange[]>();
  readonly #byOperation = new Map<string, { readonly body: string; readonly request: string }>();
  readonly #environment: Environment;
  readonly #counters: SyncCounters;
  readonly #pulls: PullChecks;

  constructor(environment: Environment, counters: SyncCounters, pulls: PullChecks) {
    this.#pulls = pulls;
    this.#environment = environment;
    this.#counters = counters;
  }

  note(call: SyncCall, answer: WireAnswer): void {
    if (call.operation === 'resolveConflicts' && answer.status === 200) this.#counters.resolutions += 1;
    if (call.operation === 'pushChanges') this.#notePush(call, answer);
    else if (call.operation === 'pullChanges' || call.operation === 'readSnapshot')
      this.#notePull(call, answer);
    else if (isPlain(call) && PLAIN_REFUSALS.includes(answer.status)) return;
    else if (answer.status >= 400 && ![409, 429, 502, 503].includes(answer.status))
      this.#unexpected(call, answer);
  }

  /** An operation that was answered. */
  anyPush(prng: Prng): SentPush | undefined {
    const known = [...this.#byOperation.values()];
    return known.length === 0 ? undefined : JSON.parse(prng.pick(known).request);
  }

  #notePull(call: SyncCall, answer: WireAnswer): void {
    if (answer.status === 410) this.#counters.resyncs += 1;
    else if (answer.status !== 200 && ![429, 502, 503].includes(answer.status))
      this.#unexpected(call, answer);
    this.#pulls.answered(call, answer);
    if (answer.status !== 200) return;
    const body = JSON.parse(answer.body) as { changes?: unknown[]; rows?: unknown[] };
    this.#counters.pulledChanges += body.changes?.length ?? 0;
    this.#counters.snapshotRows += body.rows?.length ?? 0;
  }

  #notePush(call: SyncCall, answer: WireAnswer): void {
    if ([409, 429, 502, 503].includes(answer.status)) return;
    // A reused id with another payload is refused for good; no device of ours sends one.
    if (answer.status === 422 && call.deviceName === 'observer') return;
    if (answer.status === 410 && isExpired(call, answer)) {
      this.#counters.expiredOperations += 1;
      return;
    }
    if (answer.status !== 200 && answer.status !== 207) {
      this.#unexpected(call, answer);
      return;
    }
    this.#counters.pushes += 1;
    const request = JSON.parse(call.request.body ?? '') as SentPush;
    const known = this.#byOperation.get(request.operationId);
    if (known === undefined) {
      this.#byOperation.set(request.operationId, { body: answer.body, request: call.request.body ?? '' });
      this.#noteChanges(request, answer);
      return;
    }
    this.#counters.repeatedOperations += 1;
    if (known.body !== answer.body) {
      this.#violation('ONCE', `${request.operationId} was answered ${known.body} and then ${answer.body}`);
    }
    if (known.request !== call.request.body) {
      this.#violation('ONCE', `${request.operationId} was answered for two payloads`);
    }
  }

  #noteChanges(request: SentPush, answer: WireAnswer): void {
    const body = PushAnswer.parse(JSON.parse(answer.body));
    const outcomes = outcomesOf(body);
    if (request.changes.length > MAX_CHANGES_PER_CHUNK) this.#counters.chunkedPushes += 1;
    for (const change of request.changes) {
      this.#counters.pushedChanges += 1;
      const [outcome, ...others] = outcomes.get(change.requestId) ?? [];
      if (outcome === undefined || others.length > 0) {
        this.#violation('QUEUE', `${change.requestId} has ${others.length + (outcome ? 1 : 0)} outcomes`);
        continue;
      }
      this.#noteChange({ operationId: request.operationId, change, device: request.deviceId, outcome });
    }
    const isWhole = body.successful.length === request.changes.length;
    if (isWhole !== (answer.status === 200)) this.#violation('QUEUE', `${answer.status} for ${answer.body}`);
  }

  #noteChange(said: SaidOfChange): void {
    const { outcome, change } = said;
    const earlier = this.said.get(change.requestId) ?? [];
    if (earlier.some(({ outcome: { kind } }) => kind !== 'failed') && outcome.kind !== 'failed') {
      this.#violation('ONCE', `${change.requestId} was taken twice`);
    }
    this.said.set(change.requestId, [...earlier, said]);
    if (outcome.kind === 'successful') this.#counters.successful += 1;
    else if (outcome.kind === 'conflict') this.#counters.conflicts += 1;
    else {
      this.#counters.refused += 1;
      if (!(outcome.code in CHANGE_FAILURES)) this.#violation('QUEUE', `failed with ${outcome.code}`);
    }
  }

  #unexpected(call: SyncCall, answer: WireAnswer): void {
    this.#violation(
      'API',
      `${call.operation} answered ${answer.status} ${answer.body} for ${call.request.body}`,
    );
  }

  #violation(rule: string, what: string): void {
    this.#environment.violation(rule, what);
  }
}

const isPlain = ({ operation }: SyncCall): boolean => /Entity$/.test(operation);
/** What an app's server is told when its write does not fit what is there. */
const PLAIN_REFUSALS = [404, 409, 412, 422];

/** Its newest change is older than the horizon, by a clock that is years behind. */
function isExpired(call: SyncCall, answer: WireAnswer): boolean {
  const { changes } = JSON.parse(call.request.body ?? '') as SentPush;
  const newestMs = Math.max(...changes.map(({ hlc }) => Number(hlc.slice(0, 13))));
  return newestMs < call.arrivedAtMs - HORIZON_MS && answer.body.includes('sync.operation_expired');
}

const HORIZON_MS = SYNC_HORIZON_DAYS * 86_400_000;

/** What an answer says of each change, by request id. */
export function outcomesOf(body: PushAnswer): ReadonlyMap<string, readonly SaidOutcome[]> {
  const outcomes = new Map<string, SaidOutcome[]>();
  const add = (requestId: string, outcome: SaidOutcome): void => {
    outcomes.set(requestId, [...(outcomes.get(requestId) ?? []), outcome]);
  };
  for (const { requestId, version, id } of body.successful)
    add(requestId, { kind: 'successful', version, id });
  for (const { requestId, version, id, outcome } of body.conflicts) {
    add(requestId, { kind: 'conflict', outcome, version, id });
  }
  for (const { requestId, code } of body.failed) add(requestId, { kind: 'failed', code });
  return outcomes;
}
