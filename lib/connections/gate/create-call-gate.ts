import { assertNever } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { CallGate, CallOutcome } from './call-gate.ts';
import { decideCircuit, MAX_FAILURE_COUNT, OPEN_MS, PROBE_COUNT } from './circuit.ts';
import { CLOSED_GATE, type GateState, type GateStore, type QuotaBucket } from './gate-store.ts';
import { bucketsAt, chunkOf } from './quota-buckets.ts';

export interface CallGateDependencies {
  readonly store: GateStore;
  readonly definitions: readonly ProviderDefinition[];
  readonly clock: Clock;
}

/** A container looks at the shared state this often; its own findings count at once. */
const STATE_MS = 2 * SECOND_MS;
/** A provider that says so much of its limit is used is left alone until its reset. */
const FULL_SHARE = 0.97;
/** After a 429 that does not say how long. */
const PAUSE_MS = 60 * SECOND_MS;
/** A pause longer than a day is a fault of its sender. */
const MAX_PAUSE_MS = 24 * 3_600 * SECOND_MS;
/** Chunks in memory: one per window and workspace that a container serves. */
const MAX_CHUNK_COUNT = 1_000;

/**
 * CallGate over a GateStore: the circuit first, then a pause that the provider asked for, then the quota, taken
 * in chunks per workspace (CON31 to CON33). What a container did not use of a chunk is lost with its bucket.
 */
export function createCallGate(deps: CallGateDependencies): CallGate {
  const container = new GateContainer(deps);
  return {
    beforeCall: (provider, scope) => container.beforeCall(provider, scope),
    afterCall: (provider, outcome, headers = {}) =>
      // It only notes: a call that was made is not failed by that.
      container.afterCall(provider, outcome, headers).catch(() => undefined),
  };
}

interface Known {
  readonly state: GateState;
  readonly readAtMs: EpochMs;
}

class GateContainer {
  readonly #store: GateStore;
  readonly #definitions: ReadonlyMap<string, ProviderDefinition>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #chunks = new Map<string, number>();
  /** The opening whose probes this container has out. */
  readonly #probing = new Map<string, EpochMs>();

  constructor({ store, definitions, clock }: CallGateDependencies) {
    this.#store = store;
    this.#definitions = new Map(definitions.map((definition) => [definition.name, definition]));
    this.#clock = clock;
  }

  async beforeCall(provider: string, { workspaceId }: UserScope): Promise<void> {
    const state = await this.#stateOf(provider);
    await this.#passCircuit(provider, state);
    const nowMs = this.#clock.now();
    const { pausedUntilMs } = state;
    if (pausedUntilMs !== undefined && nowMs < pausedUntilMs) {
      throw new ProviderFault('quota', { retryAtMs: pausedUntilMs });
    }
    const limits = this.#definitions.get(provider)?.limits;
    for (const bucket of limits === undefined ? [] : bucketsAt(provider, limits, nowMs)) {
      await this.#takeCall(bucket, workspaceId);
    }
  }

  async #stateOf(provider: string): Promise<GateState> {
    const known = this.#known.get(provider);
    const nowMs = this.#clock.now();
    if (known !== undefined && nowMs - known.readAtMs < STATE_MS) return known.state;
    const state = await this.#store.load(provider);
    this.#known.set(provider, { state, readAtMs: nowMs });
    return state;
  }

  async #passCircuit(provider: string, state: GateState): Promise<void> {
    const nowMs = this.#clock.now();
    const decision = decideCircuit(state, nowMs);
    switch (decision.kind) {
      case 'pass':
        this.#probing.delete(provider);
        return;
      case 'refuse':
        throw new ProviderFault('circuit_open', { retryAtMs: decision.retryAtMs });
      case 'stale':
      case 'probe': {
        this.#known.delete(provider);
        if (decision.kind === 'stale') await this.#store.reopen(provider, decision.openUntilMs, nowMs);
        const openUntilMs = decision.kind === 'stale' ? nowMs : decision.openUntilMs;
        if ((await this.#store.takeProbe(provider, openUntilMs, PROBE_COUNT)) === 'none') {
          throw new ProviderFault('circuit_open', { retryAtMs: (nowMs + 5 * SECOND_MS) as EpochMs });
        }
        this.#probing.set(provider, openUntilMs);
        return;
      }
      default:
        assertNever(decision);
    }
  }

  /** Throws `quota` until the bucket ends. */
  async #takeCall(bucket: QuotaBucket, workspaceId: string): Promise<void> {
    const name = `${bucket.provider}#${bucket.windowMs}#${bucket.startMs}#${workspaceId}`;
    const left = this.#chunks.get(name) ?? 0;
    if (left > 0) {
      this.#chunks.set(name, left - 1);
      return;
    }
    for (const count of new Set([chunkOf(bucket), 1])) {
      if ((await this.#store.takeQuota(bucket, workspaceId, count)) === 'none') continue;
      if (this.#chunks.size >= MAX_CHUNK_COUNT) this.#chunks.clear();
      // Others of this container may have taken a chunk meanwhile.
      this.#chunks.set(name, (this.#chunks.get(name) ?? 0) + count - 1);
      return;
    }
    throw new ProviderFault('quota', { retryAtMs: bucket.endMs });
  }

  async afterCall(
    provider: string,
    outcome: CallOutcome,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const nowMs = this.#clock.now();
    const pauseMs = this.#pauseOf(provider, outcome, headers);
    if (pauseMs !== undefined) {
      this.#note(provider, { pausedUntilMs: pauseMs });
      await this.#store.pause(provider, pauseMs);
    }
    const probed = this.#probing.get(provider);
    if (outcome === 'unavailable') {
      await this.#noteFailure(provider, probed, nowMs);
    } else if (probed !== undefined) {
      await this.#store.answerProbe(provider, probed, PROBE_COUNT);
      this.#known.delete(provider);
    } else if ((this.#known.get(provider)?.state.failureCount ?? 0) > 0) {
      this.#note(provider, { failureCount: 0 });
      await this.#store.clearFailures(provider);
    }
  }

  async #noteFailure(provider: string, probed: EpochMs | undefined, nowMs: EpochMs): Promise<void> {
    const openUntilMs = (nowMs + OPEN_MS) as EpochMs;
    if (probed !== undefined) {
      this.#probing.delete(provider);
      this.#known.delete(provider);
      await this.#store.reopen(provider, probed, openUntilMs);
      return;
    }
    const state = await this.#store.addFailure(provider, { threshold: MAX_FAILURE_COUNT, openUntilMs });
    this.#known.set(provider, { state, readAtMs: nowMs });
  }

  #note(provider: string, change: Partial<GateState>): void {
    const known = this.#known.get(provider);
    const state = { ...(known?.state ?? CLOSED_GATE), ...change };
    this.#known.set(provider, { state, readAtMs: known?.readAtMs ?? this.#clock.now() });
  }

  /**
   * Until when the application has to be left alone, by what the provider itself says of its limit. A 429
   * without a word about the application, where there are limits per person too, is the person's.
   */
  #pauseOf(
    provider: string,
    outcome: CallOutcome,
    headers: Readonly<Record<string, string>>,
  ): EpochMs | undefined {
    const definition = this.#definitions.get(provider);
    if (definition === undefined) return undefined;
    const nowMs = this.#clock.now();
    const full = definition
      .readQuota(headers, nowMs)
      .filter(({ used, limit, resetAtMs }) => used >= limit * FULL_SHARE && resetAtMs > nowMs)
      .map(({ resetAtMs }) => resetAtMs);
    const isWhole = outcome === 'rate_limited' && definition.limits.perUser === undefined;
    if (full.length === 0 && !isWhole) return undefined;
    const untilMs = full.length > 0 ? Math.max(...full) : nowMs + retryAfterMs(headers);
    return Math.min(untilMs, nowMs + MAX_PAUSE_MS) as EpochMs;
  }
}

/** Seconds of Retry-After; a date, or none, is taken for a minute. */
function retryAfterMs(headers: Readonly<Record<string, string>>): number {
  const text = headers['retry-after']?.trim() ?? '';
  return /^\d{1,6}$/.test(text) ? Math.max(1, Number(text)) * SECOND_MS : PAUSE_MS;
}
