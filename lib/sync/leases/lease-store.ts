import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';

export const LEASE_KINDS = ['data_sync', 'health_upload', 'catalog_sync'] as const;
export type LeaseKind = (typeof LEASE_KINDS)[number];

/** One place for a lease: a user has a fixed number of them per kind, each held by one lease at a time. */
export interface LeasePlace {
  readonly kind: LeaseKind;
  readonly slot: number;
}

export interface Lease extends LeasePlace {
  /** Names kind, slot and a random part, so that a use finds its place. */
  readonly leaseId: string;
  readonly deviceId: string;
  readonly issuedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly maxRequestCount: number;
  readonly usedCount: number;
}

/** Leases of one user. What is over stays until it is taken over or swept by TTL, and counts as free. */
export interface LeaseStore {
  /** All of a kind, those that are over too; strongly consistent. */
  list(scope: UserScope, kind: LeaseKind): Promise<readonly Lease[]>;
  /**
   * Puts `lease` in its place on the condition that what was read there (`replaced`) is still there.
   * `gone`: no such user, or erased.
   */
  take(scope: UserScope, lease: Lease, replaced: Lease | undefined): Promise<'taken' | 'conflict' | 'gone'>;
  /** Counts one request under the lease, or answers what lies in its place instead; nothing there: undefined. */
  use(
    scope: UserScope,
    named: LeasePlace & { readonly leaseId: string },
    nowMs: EpochMs,
  ): Promise<{ readonly kind: 'counted' } | { readonly kind: 'refused'; readonly found: Lease | undefined }>;
}
