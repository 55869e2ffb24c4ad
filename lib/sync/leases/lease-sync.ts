import type { LeaseAnswer, LeaseRequest } from '../../../contracts/http/sync.ts';
import { MAX_PUSH_CHANGE_COUNT } from '../../../contracts/sync/protocol.ts';
import type { Clock } from '../../core/clock.ts';
import { newSortableId } from '../../core/ids.ts';
import { type EpochMs, HOUR_MS, SECOND_MS, toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { decideLease, MIN_RETRY_AFTER_MS, untilFirstEnd } from './decide-lease.ts';
import { LEASE_KINDS, type Lease, type LeaseKind, type LeaseStore } from './lease-store.ts';

/** Of the reference's lease protocol: an hour, 80 requests. */
const LEASE_WINDOW_MS = HOUR_MS;
const MAX_LEASE_REQUESTS = 80;
/** Each lost attempt means that somebody else got a lease. */
const MAX_ATTEMPT_COUNT = 8;
/** Leases for uploads of health data are counted where those are taken. */
const SYNC_KINDS: ReadonlySet<LeaseKind> = new Set(['data_sync', 'catalog_sync']);
const LEASE_ID = /^(data_sync|health_upload|catalog_sync)\.(\d)\.[0-9a-z]{26}$/;

export interface LeaseDeps {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * A window and a number of requests, or why not and when to ask again (SYN10): admission control, without which
 * everything works. Each call grants another lease; one whose answer is lost is over after its window.
 * `user.not_found`.
 */
export async function leaseSync(
  deps: LeaseDeps,
  scope: UserScope,
  request: LeaseRequest,
): Promise<LeaseAnswer> {
  for (let attempt = 0; attempt < MAX_ATTEMPT_COUNT; attempt += 1) {
    const nowMs = deps.clock.now();
    const decision = decideLease(await deps.leases.list(scope, request.kind), request.deviceId, nowMs);
    if (decision.kind === 'deny') {
      const { reason, retryAfterMs } = decision;
      return { status: 'DENIED', reason, retryAfterMs };
    }
    const lease = newLease(deps, request, { slot: decision.slot, nowMs });
    const outcome = await deps.leases.take(scope, lease, decision.replaced);
    if (outcome === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
    if (outcome === 'taken') return granted(lease, request);
  }
  return { status: 'DENIED', reason: 'user_lease_limit', retryAfterMs: MIN_RETRY_AFTER_MS };
}

function newLease(
  { randomness }: LeaseDeps,
  { kind, deviceId, requestedMaxRequests = MAX_LEASE_REQUESTS }: LeaseRequest,
  { slot, nowMs }: { readonly slot: number; readonly nowMs: EpochMs },
): Lease {
  return {
    leaseId: `${kind}.${slot}.${newSortableId(nowMs, randomness)}`,
    kind,
    slot,
    deviceId,
    issuedAtMs: nowMs,
    expiresAtMs: (nowMs + LEASE_WINDOW_MS) as EpochMs,
    maxRequestCount: Math.min(requestedMaxRequests, MAX_LEASE_REQUESTS),
    usedCount: 0,
  };
}

const granted = (
  lease: Lease,
  { requestedBatchSize = MAX_PUSH_CHANGE_COUNT }: LeaseRequest,
): LeaseAnswer => ({
  status: 'GRANTED',
  lease: {
    leaseId: lease.leaseId,
    kind: lease.kind,
    issuedAt: toIso(lease.issuedAtMs),
    expiresAt: toIso(lease.expiresAtMs),
    windowMs: LEASE_WINDOW_MS,
    maxRequests: lease.maxRequestCount,
    batchSize: requestedBatchSize,
  },
});

/**
 * Counts a request under its lease; none is named: nothing to count. `sync.lease_refused` with the time to wait
 * when the lease is spent, over, of another kind, or not one of this user.
 */
export async function useLease(
  { leases, clock }: Pick<LeaseDeps, 'leases' | 'clock'>,
  scope: UserScope,
  leaseId: string | undefined,
): Promise<void> {
  if (leaseId === undefined) return;
  const nowMs = clock.now();
  const place = placeOf(leaseId);
  if (place === undefined || !SYNC_KINDS.has(place.kind)) throw refused('There is no such lease.', undefined);
  const used = await leases.use(scope, { ...place, leaseId }, nowMs);
  if (used.kind === 'counted') return;
  const own = used.found?.leaseId === leaseId && used.found.expiresAtMs > nowMs ? used.found : undefined;
  throw own === undefined
    ? refused('The lease is over, or there is none by this id.', undefined)
    : refused('All requests of the lease are used.', untilFirstEnd([own], nowMs));
}

function placeOf(leaseId: string): { readonly kind: LeaseKind; readonly slot: number } | undefined {
  const [, name, slot] = LEASE_ID.exec(leaseId) ?? [];
  const kind = LEASE_KINDS.find((each) => each === name);
  return kind === undefined ? undefined : { kind, slot: Number(slot) };
}

const refused = (detail: string, retryAfterMs = MIN_RETRY_AFTER_MS): AppError =>
  new AppError('sync.lease_refused', `${detail} Ask for another one, or go on without.`, {
    retryAfterSec: Math.ceil(retryAfterMs / SECOND_MS),
  });
