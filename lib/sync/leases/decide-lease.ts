import type { EpochMs } from '../../core/instants.ts';
import { SECOND_MS } from '../../core/instants.ts';
import type { Lease } from './lease-store.ts';

/** One device may hold these of a kind: one that is spent, and one to go on with. */
export const MAX_DEVICE_LEASES = 2;
/** All devices of a user together, of a kind: three devices in full. */
export const MAX_USER_LEASES = 6;
/** Never 0: a client that is told to come back at once comes back in a loop (trap 13). */
export const MIN_RETRY_AFTER_MS = SECOND_MS;

export type LeaseDecision =
  | { readonly kind: 'grant'; readonly slot: number; readonly replaced: Lease | undefined }
  | {
      readonly kind: 'deny';
      readonly reason: 'user_lease_limit' | 'device_lease_limit';
      readonly retryAfterMs: number;
    };

/**
 * Whether a device gets a lease of a kind, given all that lie in the user's places of it. The lowest free place
 * is taken, so that two who decide at once meet there. A denial says when the first lease in the way is over.
 */
export function decideLease(leases: readonly Lease[], deviceId: string, nowMs: EpochMs): LeaseDecision {
  const living = leases.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  const own = living.filter((lease) => lease.deviceId === deviceId);
  if (own.length >= MAX_DEVICE_LEASES)
    return { kind: 'deny', reason: 'device_lease_limit', retryAfterMs: untilFirstEnd(own, nowMs) };
  const taken = new Set(living.map(({ slot }) => slot));
  const slot = Array.from({ length: MAX_USER_LEASES }, (_, each) => each).find((each) => !taken.has(each));
  if (slot === undefined)
    return { kind: 'deny', reason: 'user_lease_limit', retryAfterMs: untilFirstEnd(living, nowMs) };
  return { kind: 'grant', slot, replaced: leases.find((lease) => lease.slot === slot) };
}

export function untilFirstEnd(leases: readonly Pick<Lease, 'expiresAtMs'>[], nowMs: EpochMs): number {
  const ends = leases.map(({ expiresAtMs }) => expiresAtMs - nowMs);
  return Math.max(MIN_RETRY_AFTER_MS, Math.min(...ends));
}
