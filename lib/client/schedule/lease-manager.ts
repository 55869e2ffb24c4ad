import { SHORTEST_WAIT_MS } from './retry-delay.ts';
import type { DeviceClock } from './timers.ts';

export type LeaseKind = 'data_sync' | 'health_upload' | 'catalog_sync';

/** The answer of POST /v1/sync/lease, as far as it is used (contracts/http/sync.ts). */
export interface LeaseAnswerLike {
  readonly status: 'GRANTED' | 'DENIED';
  readonly lease?:
    | {
        readonly leaseId: string;
        readonly windowMs: number;
        readonly maxRequests: number;
        readonly batchSize: number;
      }
    | undefined;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

export type LeaseUse =
  | { readonly status: 'granted'; readonly leaseId: string; readonly batchSize: number }
  | { readonly status: 'denied'; readonly reason: string; readonly retryAfterMs: number };

export interface SyncLeaseManager {
  /**
   * One request's worth of the lease of a kind, which is asked for where there is none. After a denial it
   * says `denied`, with what is left of the wait, and asks nobody. Rejects with what the request rejected with.
   */
  use(kind: LeaseKind): Promise<LeaseUse>;
  /** The server knows the lease no more: the next use asks for another. */
  drop(kind: LeaseKind): void;
}

/** Reference 1.6: a lease is over 30 s early, so that a request under way still has it. */
const EARLY_END_MS = 30_000;
/** Where a denial names no wait. */
const DENIED_WAIT_MS = 60_000;

interface HeldLease {
  readonly leaseId: string;
  readonly batchSize: number;
  readonly askedAtMs: number;
  readonly endsAtMs: number;
  usesLeft: number;
}
interface Denial {
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/**
 * CLI46: one lease per kind, asked for once however many want it, counted here, and over 30 s early. Its end is
 * reckoned from the device's own clock before it was asked for, so that a clock that is off ends it early at
 * worst.
 */
export function createLeaseManager(deps: {
  readonly clock: DeviceClock;
  readonly request: (kind: LeaseKind) => Promise<LeaseAnswerLike>;
}): SyncLeaseManager {
  const held = new Map<LeaseKind, HeldLease>();
  const denials = new Map<LeaseKind, Denial>();
  const requests = new Map<LeaseKind, Promise<void>>();

  const obtain = async (kind: LeaseKind): Promise<void> => {
    const askedAtMs = deps.clock.now();
    const answer = await deps.request(kind);
    const granted = answer.status === 'GRANTED' ? answer.lease : undefined;
    const nowMs = deps.clock.now();
    if (granted === undefined || granted.maxRequests < 1) {
      denials.set(kind, denialOf(answer, nowMs));
      return;
    }
    // Whoever asked must find it usable, or it would be asked for again at once.
    const endsAtMs = Math.max(askedAtMs + granted.windowMs - EARLY_END_MS, nowMs + SHORTEST_WAIT_MS);
    const { leaseId, batchSize, maxRequests } = granted;
    held.set(kind, { leaseId, batchSize, askedAtMs, endsAtMs, usesLeft: maxRequests });
  };
  const obtainOnce = (kind: LeaseKind): Promise<void> => {
    const underWay = requests.get(kind);
    if (underWay !== undefined) return underWay;
    const request = obtain(kind).finally(() => requests.delete(kind));
    requests.set(kind, request);
    return request;
  };
  const takeHeld = (kind: LeaseKind): LeaseUse | undefined => {
    const lease = held.get(kind);
    if (lease === undefined) return undefined;
    if (lease.usesLeft < 1 || !isWithin(deps.clock.now(), lease.askedAtMs, lease.endsAtMs)) {
      held.delete(kind);
      return undefined;
    }
    lease.usesLeft -= 1;
    return { status: 'granted', leaseId: lease.leaseId, batchSize: lease.batchSize };
  };
  const stillDenied = (kind: LeaseKind): LeaseUse | undefined => {
    const denial = denials.get(kind);
    const nowMs = deps.clock.now();
    if (denial === undefined || !isWithin(nowMs, denial.sinceMs, denial.untilMs)) return undefined;
    return { status: 'denied', reason: denial.reason, retryAfterMs: denial.untilMs - nowMs };
  };
  return {
    async use(kind) {
      for (;;) {
        const known = takeHeld(kind) ?? stillDenied(kind);
        if (known !== undefined) return known;
        await obtainOnce(kind);
      }
    },
    drop: (kind) => {
      held.delete(kind);
    },
  };
}

/** False after the clock was set back: nothing is waited for, or held, that began in the future. */
const isWithin = (nowMs: number, fromMs: number, toMs: number): boolean => nowMs >= fromMs && nowMs < toMs;

function denialOf(answer: LeaseAnswerLike, nowMs: number): Denial {
  const waitMs = Math.max(SHORTEST_WAIT_MS, answer.retryAfterMs ?? DENIED_WAIT_MS);
  return { reason: answer.reason ?? 'denied', sinceMs: nowMs, untilMs: nowMs + waitMs };
}
