import type { Randomness } from '../../core/randomness.ts';
import {
  type Coordination,
  FIRST_SCHEDULE,
  type RunTurn,
  type SharedSchedule,
  type TurnOutcome,
} from './coordination.ts';
import type { SyncLeaseManager } from './lease-manager.ts';
import { ALWAYS, type WatchedState } from './platform-hooks.ts';
import { retryDelayMs } from './retry-delay.ts';
import { earliestStartMs, type RunCause } from './run-spacing.ts';
import { type RunReport, type RunVerdict, verdictOfError, verdictOfReport } from './run-verdict.ts';
import type { SyncScheduler } from './sync-scheduler.ts';
import type { DeviceClock, Timers } from './timers.ts';

/** A HeadwaterClient, as far as it is used. */
export interface SyncingClient {
  sync(): Promise<RunReport>;
}

export interface AutoSyncOptions {
  readonly clock: DeviceClock;
  readonly timers: Timers;
  readonly randomness: Randomness;
  readonly coordination: Coordination;
  readonly scheduler: SyncScheduler;
  readonly leases?: SyncLeaseManager;
  readonly network?: WatchedState;
  /** Whether the app is in front. */
  readonly appState?: WatchedState;
  /** Runs of one account share a turn; with several accounts in one app give each its name. */
  readonly name?: string;
  readonly onVerdict?: (verdict: RunVerdict) => void;
}

export type SyncNowOutcome =
  | { readonly kind: 'ran'; readonly verdict: RunVerdict }
  /** Another instance runs, or this one does. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'offline' }
  /** A server, or the floor between two runs, asks for this much more time; it is planned for then. */
  | { readonly kind: 'waiting'; readonly waitMs: number };

export interface AutoSync {
  /** Says that a run is wanted. Asked twice, it runs once, at the earlier of both times. */
  request(cause: RunCause): void;
  /** For a button or a background task: a run now if there may be one, and what came of it. */
  syncNow(): Promise<SyncNowOutcome>;
  /** Undefined: nothing is planned (a run is under way, the network is away, or it was stopped). */
  nextStartMs(): number | undefined;
  /** Starts no more runs; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Keeps a client in sync: runs after writes and hints, when network and app come back, and from time to
 * time; one at a time over all instances (CLI47), spaced (CLI49), with waits that grow after failures (CLI48).
 * Nothing is lost when a run is put off: what is to be sent lies in the client's outbox.
 */
export function createAutoSync(client: SyncingClient, options: AutoSyncOptions): AutoSync {
  return new AutoSyncLoop(client, options);
}

/** Timers of 2^31 ms and more fire at once; what is planned later is looked at again. */
const LONGEST_TIMER_MS = 3_600_000;

class AutoSyncLoop implements AutoSync {
  readonly #client: SyncingClient;
  readonly #options: AutoSyncOptions;
  readonly #name: string;
  readonly #network: WatchedState;
  readonly #appState: WatchedState;
  readonly #unwatch: readonly (() => void)[];
  /** Causes that no run has answered yet. */
  readonly #wanted = new Set<RunCause>(['periodic']);
  #schedule: SharedSchedule | undefined;
  #planned: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #running: Promise<SyncNowOutcome> | undefined;
  #halted = false;
  #stopped = false;

  constructor(client: SyncingClient, options: AutoSyncOptions) {
    this.#client = client;
    this.#options = options;
    this.#name = options.name ?? 'data_sync';
    this.#network = options.network ?? ALWAYS;
    this.#appState = options.appState ?? ALWAYS;
    this.#unwatch = [
      this.#network.onChange((online) => (online ? this.request('network') : this.#plan())),
      this.#appState.onChange((inForeground) => (inForeground ? this.request('foreground') : this.#plan())),
    ];
    this.request('foreground');
  }

  request(cause: RunCause): void {
    if (cause === 'manual') this.#halted = false;
    this.#wanted.add(cause);
    this.#plan();
  }

  async syncNow(): Promise<SyncNowOutcome> {
    this.request('manual');
    return this.#attempt();
  }

  nextStartMs(): number | undefined {
    return this.#planned?.atMs;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    this.#plan();
    await this.#running;
  }

  /** One timer, for the earliest of what is wanted. */
  #plan(): void {
    this.#planned?.cancel();
    this.#planned = undefined;
    if (this.#stopped || this.#halted || this.#running !== undefined || !this.#network.current()) return;
    const nowMs = this.#options.clock.now();
    const atMs = this.#earliestMs(nowMs);
    const cancel = this.#options.timers.after(
      Math.min(atMs - nowMs, LONGEST_TIMER_MS),
      () => void this.#attempt(),
    );
    this.#planned = { atMs, cancel };
  }

  #earliestMs(nowMs: number): number {
    const schedule = this.#schedule;
    if (schedule === undefined) return nowMs;
    const at = { nowMs, inForeground: this.#appState.current() };
    return Math.min(...[...this.#wanted].map((cause) => earliestStartMs(cause, schedule, at)));
  }

  #attempt(): Promise<SyncNowOutcome> {
    if (this.#running !== undefined || this.#stopped) return Promise.resolve({ kind: 'busy' });
    if (!this.#network.current()) return Promise.resolve({ kind: 'offline' });
    const attempt = this.#takeTurn()
      .catch(() => this.#afterBrokenTurn())
      .finally(() => {
        this.#running = undefined;
        this.#plan();
      });
    this.#running = attempt;
    this.#plan();
    return attempt;
  }

  /** Another instance may have run meanwhile, so the schedule is read again before each start. */
  async #takeTurn(): Promise<SyncNowOutcome> {
    const { clock, coordination } = this.#options;
    const outcome: TurnOutcome<SyncNowOutcome> = await coordination.tryRun(this.#name, async (turn) => {
      this.#schedule = await coordination.readSchedule(this.#name);
      const nowMs = clock.now();
      const waitMs = this.#earliestMs(nowMs) - nowMs;
      if (waitMs > 0) return { kind: 'waiting', waitMs };
      return { kind: 'ran', verdict: await this.#run(this.#schedule, turn) };
    });
    if (outcome.ran) return outcome.value;
    const schedule = await coordination.readSchedule(this.#name);
    this.#schedule = { ...schedule, lastStartedAtMs: clock.now() };
    return { kind: 'busy' };
  }

  /** The store of turns failed: that is waited out as a failed run is. */
  #afterBrokenTurn(): SyncNowOutcome {
    const verdict: RunVerdict = { kind: 'retry', code: 'DATABASE_ERROR' };
    const before = this.#schedule ?? FIRST_SCHEDULE;
    this.#schedule = this.#scheduleAfter({ ...before, lastStartedAtMs: this.#options.clock.now() }, verdict);
    this.#wanted.add('retry');
    this.#options.onVerdict?.(verdict);
    return { kind: 'ran', verdict };
  }

  async #run(before: SharedSchedule, turn: RunTurn): Promise<RunVerdict> {
    const { clock, coordination, onVerdict } = this.#options;
    const asked = [...this.#wanted];
    this.#wanted.clear();
    this.#wanted.add('periodic');
    const started = { ...before, lastStartedAtMs: clock.now() };
    await coordination.writeSchedule(this.#name, started);
    const verdict = await this.#syncOnce();
    this.#schedule = this.#scheduleAfter(started, verdict);
    // Who slept past its turn leaves the schedule to whoever runs now.
    if (!turn.isLost()) await coordination.writeSchedule(this.#name, this.#schedule);
    if (verdict.kind === 'stop') this.#halted = true;
    if (verdict.kind === 'retry' || verdict.kind === 'more') this.#wanted.add('retry');
    if (verdict.kind === 'stop') for (const cause of asked) this.#wanted.add(cause);
    onVerdict?.(verdict);
    return verdict;
  }

  async #syncOnce(): Promise<RunVerdict> {
    const { leases, scheduler } = this.#options;
    try {
      const lease = await leases?.use('data_sync');
      if (lease?.status === 'denied') {
        return { kind: 'retry', code: 'LEASE_DENIED', retryAfterMs: lease.retryAfterMs };
      }
      const report = await scheduler.submit({
        kind: 'data_sync',
        priority: 'high',
        resource: 'network',
        run: () => this.#client.sync(),
      });
      return verdictOfReport(report);
    } catch (error) {
      return verdictOfError(error);
    }
  }

  #scheduleAfter(started: SharedSchedule, verdict: RunVerdict): SharedSchedule {
    if (verdict.kind !== 'retry') return { ...started, notBeforeMs: 0, serverAsked: false, failureCount: 0 };
    const failureCount = started.failureCount + 1;
    const waitMs = retryDelayMs(failureCount, verdict.retryAfterMs, this.#options.randomness);
    return {
      ...started,
      failureCount,
      notBeforeMs: this.#options.clock.now() + waitMs,
      serverAsked: verdict.retryAfterMs !== undefined,
    };
  }
}
