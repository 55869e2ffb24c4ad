import type { Origin } from '../../contracts/events/samples-changed.v1.ts';
import type { RequestId, SourceId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';

/** Whose data: taken from the principal, never from what a caller wrote (ING13). */
export interface UserScope {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
}

/** One stored reading, or the tombstone of one, in the metric's canonical unit. */
export interface Sample {
  readonly startMs: EpochMs;
  /** Equal to `startMs` for an instant. */
  readonly endMs: EpochMs;
  /** A number in the canonical unit; for a category metric the index of its code. */
  readonly value: number;
  /** Minutes east of UTC on the wearer's clock at `startMs`. */
  readonly offsetMinutes: number;
  /** First 64 bits of SHA-256 over the record id, never 0; 0n when there was none. */
  readonly recordHash: bigint;
  /** An integer, or an instant as epoch milliseconds; undefined sorts below every revision. */
  readonly revision: number | undefined;
  /** Sequence number of the transaction that stored it as it is. */
  readonly seq: number;
  /** Set on a tombstone: when it was written. Purged 30 days later (ING4). */
  readonly deletedAtMs: EpochMs | undefined;
}

/** Where a sample came from. Its `sourceId` is derived from these and never changes. */
export interface Source {
  readonly sourceId: SourceId;
  readonly provider: string;
  readonly device?: {
    readonly manufacturer?: string;
    readonly model?: string;
    readonly type?: DeviceType;
  };
  readonly app?: string;
}

export const DEVICE_TYPES = ['watch', 'band', 'ring', 'phone', 'scale', 'other'] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** Names one block of a (user, metric). `part` is empty for the first part of a bucket. */
export interface BlockRef {
  readonly metric: string;
  /** UTC: `2026-11` (month), `2026-11-21` (day) or `2026-11-21T13` (hour), by the metric's width. */
  readonly bucket: string;
  readonly sourceId: SourceId;
  readonly part: string;
}

/** `<bucket>#<sourceId>[#<part>]`: the sort key, and how events and fingerprints name a block. */
export const blockName = (ref: BlockRef): string =>
  ref.part === '' ? `${ref.bucket}#${ref.sourceId}` : `${ref.bucket}#${ref.sourceId}#${ref.part}`;

/** What lies in the open beside a block's payload. */
export interface BlockSummary {
  readonly ref: BlockRef;
  /** 1 on the first write, one more on each. */
  readonly version: number;
  /** Sequence number of the last transaction that wrote it. */
  readonly seq: number;
  /** Living samples, tombstones apart. */
  readonly count: number;
  /** Start of the first and end of the last living sample; undefined when there is none. */
  readonly firstMs: EpochMs | undefined;
  readonly lastMs: EpochMs | undefined;
  /**
   * For each local date that has, or once had, samples here: the sequence number of the last change
   * to them. Freshness is exact per day because of it: a row's inputs are these numbers.
   */
  readonly daySeqs: Readonly<Record<string, number>>;
  /** On the first part only: names of the further parts of the bucket, in time order. */
  readonly parts: readonly string[];
}

export interface StoredBlock extends BlockSummary {
  /** Encoded columns (lib/samples/block-codec.ts), as they were before sealing. */
  readonly payload: Uint8Array;
}

export interface PrivacySettings {
  readonly uploadEnabled: boolean;
  readonly blockedMetrics: readonly string[];
}

/** Who goes first, per metric or for all (`*`), with the sequence number of each last change. */
export interface PrioritySettings {
  readonly orders: Readonly<Record<string, readonly string[]>>;
  readonly changedAt: Readonly<Record<string, number>>;
}

export interface SeriesCount {
  /** Living samples of this (metric, source). */
  readonly count: number;
  /** Accepted samples by the unit they were sent in (ING9). */
  readonly units: Readonly<Record<string, number>>;
}

/** One small item per user: every transaction of the user is conditioned on it (ING5). */
export interface Head {
  /** Rises by one per committed transaction; 0 before the first. */
  readonly seq: number;
  /** Rises with every change of zone or privacy; a condition of every transaction (ING10). */
  readonly settingsVersion: number;
  /** IANA zone, used only for samples without an offset (ING14). */
  readonly timeZone: string | undefined;
  readonly privacy: PrivacySettings;
  readonly priorities: PrioritySettings;
  readonly erasedAtMs: EpochMs | undefined;
  /** metric -> sourceId -> counts. */
  readonly series: Readonly<Record<string, Readonly<Record<string, SeriesCount>>>>;
  /** sourceId -> source. */
  readonly sources: Readonly<Record<string, Source>>;
}

export interface IngestCounts {
  readonly accepted: number;
  readonly updated: number;
  readonly duplicate: number;
  readonly superseded: number;
  readonly deleted: number;
  readonly notFound: number;
  readonly refused: number;
}

/**
 * One item per request id of a user, kept 30 days (ING6).
 * `answered` keeps the answer byte for byte, inline or, above 64 KB, in S3.
 * `running` is a request of several transactions: `next` is the index of its next transaction's first
 * unit of work, `counts` what the earlier ones came to. `queued` waits for the large-ingest consumer.
 */
export type Ledger = { readonly payloadHash: string; readonly expiresAtMs: EpochMs } & (
  | { readonly state: 'answered'; readonly status: LedgerStatus; readonly answer: LedgerAnswer }
  | { readonly state: 'queued'; readonly payloadKey: string }
  | {
      readonly state: 'running';
      readonly payloadKey: string | undefined;
      readonly next: number;
      readonly progress: string;
    }
);
/** 400: an uploaded file turned out to be no request; the answer is then `{code, detail}` of the problem. */
export type LedgerStatus = 200 | 207 | 400;
export type LedgerAnswer = { readonly inline: string } | { readonly payloadKey: string };

export interface IngestContext {
  readonly requestId: RequestId;
  readonly origin: Origin;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
}

export type { Origin, RequestId, SourceId };
