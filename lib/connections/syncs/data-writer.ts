import type { Origin } from '../../../contracts/events/samples-changed.v1.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { ProviderRecord } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';

/** The ingest core as a sync sees it: the same rules as for the samples API, and records beside them. */
export interface DataWriter {
  /**
   * Stores what a group of pages said, at most MAX_GROUP_COUNT records, and answers what became of each. All
   * of it is idempotent: a repeat of the group changes nothing; its samples count as the first time, its records
   * as duplicates.
   * `groupKey` names the group within the user (at most 100 characters): with the same content it is the same
   * request (ING6). Throws AppError: user.not_found, ingest.upload_disabled, ingest.contention, server.unavailable.
   */
  write(scope: UserScope, group: DataGroup): Promise<DataOutcome>;
  /** Removes every sample, record and track of the provider's sources; safe to repeat. Answers how many of the first two. */
  eraseProvider(scope: UserScope, provider: string, correlationId: string): Promise<number>;
  /** Start and end of living samples of the provider and metrics within the window, for `replaces` targets. */
  listStored(
    scope: UserScope,
    provider: string,
    metrics: readonly string[],
    window: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
  ): Promise<readonly StoredReading[]>;
  /** What writing the group would do now, without doing it: the dry run of a replay. Only it fills `moves`. */
  preview(scope: UserScope, group: DataGroup): Promise<DataOutcome>;
}

export const MAX_GROUP_COUNT = 5_000;

export interface DataGroup {
  readonly groupKey: string;
  readonly provider: string;
  readonly origin: Origin;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
  /** When the provider said it, if that was earlier: records that were deleted since stay deleted. */
  readonly asOfMs?: EpochMs | undefined;
  readonly records: readonly ProviderRecord[];
  /**
   * The records are all that the provider has of these metrics in the window: what else is stored of it there is
   * removed, by its times. Readings with a record id are not: their deletion names it.
   */
  readonly replaces?: {
    readonly metrics: readonly string[];
    readonly window: { readonly fromMs: EpochMs; readonly toMs: EpochMs };
  };
}

export interface DataOutcome {
  readonly counts: {
    readonly accepted: number;
    readonly updated: number;
    /** With those that an older revision lost to a newer one. */
    readonly duplicate: number;
    readonly deleted: number;
    readonly refused: number;
  };
  /** `index` in `records`; `reason` of contracts/problems REFUSAL_REASONS or `invalid_record`. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
  /** What moved, per metric or kind of record and local date; no values. At most MAX_LISTED_MOVE_COUNT. */
  readonly moves: readonly {
    readonly what: string;
    readonly dates: readonly string[];
    readonly counts: { readonly added: number; readonly updated: number; readonly deleted: number };
  }[];
}

export const MAX_LISTED_MOVE_COUNT = 100;

export interface StoredReading {
  readonly metric: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly sourceId: string;
}
