/** Where readings come from, as the ingest request names it. */
export interface ImportSource {
  readonly provider: string;
  readonly device?: { readonly manufacturer?: string; readonly model?: string; readonly type?: string };
  readonly app?: string;
}

/** One sample as the ingest request carries it, except that a reading without an offset is still a wall clock's. */
export interface ImportedSample {
  readonly metric: string;
  readonly start: string | WallClockReading;
  readonly end?: string | WallClockReading;
  readonly value?: number;
  readonly category?: string;
  readonly unit: string;
  readonly recordId?: string;
}

/** One workout as batch-upsert takes it. */
export interface ImportedWorkout {
  readonly externalId: string;
  readonly type?: string;
  readonly providerType: string;
  readonly start: string;
  readonly end: string;
  readonly isManual?: boolean;
  readonly durationSec?: number;
  readonly distanceM?: number;
  readonly energyKcal?: number;
  readonly avgHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
  readonly elevationGainM?: number;
  readonly stepCount?: number;
  readonly avgPowerW?: number;
}

/** Milliseconds of a wall clock reading taken as if it were UTC; the zone decides the instant. */
export interface WallClockReading {
  readonly wallMs: number;
}

/**
 * What a reader yields, in file order. Nothing is dropped silently: a row that cannot be read is
 * `unreadable`, a record of another kind is `unsupported`.
 */
export type ImportItem =
  | {
      readonly kind: 'sample';
      /** The person, in files of several; empty otherwise. */
      readonly owner: string;
      readonly row: number;
      readonly source: ImportSource;
      readonly sample: ImportedSample;
    }
  | {
      readonly kind: 'workout';
      readonly owner: string;
      readonly row: number;
      readonly source: ImportSource;
      readonly workout: ImportedWorkout;
    }
  | { readonly kind: 'unreadable'; readonly row: number; readonly reason: string }
  | { readonly kind: 'unsupported'; readonly type: string };

/** A file that cannot be read on from here: damaged, or of no known format. */
export class ImportFileError extends Error {
  override readonly name = 'ImportFileError';
}
