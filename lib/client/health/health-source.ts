/** Who took a reading: the app that wrote it, and the device that measured it. */
export interface NativeOrigin {
  /** Bundle id or package name. */
  readonly app?: string;
  readonly device?: {
    readonly manufacturer?: string;
    readonly model?: string;
    readonly type?: 'watch' | 'band' | 'ring' | 'phone' | 'scale' | 'other';
  };
}

/** One value of a record: HealthKit samples have one, series and sleep sessions many. */
export interface NativeReading {
  /** As the mapping table names it: `value` of HealthKit, the property's name of Health Connect. */
  readonly field: string;
  readonly value: number;
  /** Where it differs from the record's. */
  readonly startMs?: number;
  readonly endMs?: number;
}

/** A record as the platform keeps it, in the units of the mapping table. */
export interface NativeRecord {
  /** `HKQuantityTypeIdentifier...`, `HKCategoryTypeIdentifier...`, or the record class of Health Connect. */
  readonly type: string;
  /** The platform's UUID; the same record has the same one for ever. */
  readonly id: string;
  readonly startMs: number;
  /** Absent, or equal to the start: an instant. */
  readonly endMs?: number;
  /** Minutes east of UTC on the wearer's clock, where the record says so. */
  readonly zoneOffsetMinutes?: number;
  readonly origin: NativeOrigin;
  /** Milliseconds of the last change, or the writer's version; absent where records never change. */
  readonly revision?: number;
  readonly readings: readonly NativeReading[];
}

export interface NativeDeletion {
  readonly id: string;
  /** Where the platform says it; without it only records that this device sent are found. */
  readonly type?: string;
}

/**
 * The native bridge, which is the app's: HealthKit's or Health Connect's records of the types that the mapping
 * table names. Reading what was not allowed answers nothing, and so does a phone that is locked.
 */
export interface HealthSource {
  /**
   * Records that start in [fromMs, toMs), a page at a time in any order; `page` is what the answer before it
   * gave. Rejects when it could not read: then nothing of the lane moves on.
   */
  read(query: { readonly fromMs: number; readonly toMs: number; readonly page?: string }): Promise<{
    readonly records: readonly NativeRecord[];
    readonly nextPage?: string;
  }>;
  /**
   * Edits and deletions after the anchor (HKQueryAnchor, changes token), a page at a time. Without an anchor: the
   * one of now, and no changes. `expired` where the platform no longer knows the anchor (Health Connect forgets
   * after 30 days): the lanes then read everything again.
   */
  changes(anchor: string | undefined): Promise<{
    readonly changed: readonly NativeRecord[];
    readonly deleted: readonly NativeDeletion[];
    readonly anchor: string;
    readonly hasMore: boolean;
    readonly expired?: boolean;
  }>;
}
