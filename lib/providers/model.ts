import type { DeviceType } from '../../contracts/http/ingest-samples.ts';
import type { SLEEP_STAGES } from '../../contracts/metrics/sleep.ts';
import type { WorkoutType } from '../../contracts/records/workout-types.ts';
import type { EpochMs } from '../core/instants.ts';

/** Half-open: `fromMs` inside, `toMs` outside. */
export interface TimeWindow {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** Which device and app of a provider measured; the provider's name is added by the sync. */
export interface RecordSource {
  readonly device?: {
    readonly manufacturer?: string;
    readonly model?: string;
    readonly type?: DeviceType;
  };
  readonly app?: string;
}

/** An integer, or an instant as ISO text; a newer one replaces (ING3). */
export type Revision = number | string;

/**
 * One reading in the words of the samples API (contracts/http/ingest-samples.ts): units are converted and
 * bounds checked there, by the same rules as for every other sample. `value` goes with `unit`.
 */
export interface SampleRecord {
  readonly kind: 'sample';
  readonly source: RecordSource;
  readonly metric: string;
  /** ISO. With `zoneOffsetMinutes` it may be bare or `Z`; the offset goes before what the text says. */
  readonly start: string;
  readonly end?: string;
  readonly zoneOffsetMinutes?: number;
  readonly value: number;
  readonly unit: string;
  /** Only where the provider names the record, or a day of it; series without ids are known by their times. */
  readonly recordId?: string;
  readonly revision?: Revision;
}

/** Removes readings: one by its times, or all of one record id near a day. */
export interface SampleDeletion {
  readonly kind: 'sample_deletion';
  readonly metrics: readonly string[];
  readonly recordId: string;
  /** Where to look; absent: around the stored record `near`, else the last 31 days. */
  readonly window?: TimeWindow;
  readonly near?: { readonly of: RecordKind; readonly externalId: string };
}

export type SleepStage = (typeof SLEEP_STAGES)[number];

export interface StageSegment {
  readonly stage: SleepStage;
  /** Instants, ISO with `Z`. */
  readonly start: string;
  readonly end: string;
}

/**
 * A value that the provider gives for the record's day. Stored as a sample of that local date with record id
 * `<kind>:<externalId>`, and removed with the record.
 */
export interface DayValue {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

interface RecordBase {
  /** The provider's own id, unique within (provider, kind) of an account. */
  readonly externalId: string;
  readonly revision?: Revision;
  readonly source: RecordSource;
  /** Instants, ISO with `Z` or offset. */
  readonly start: string;
  readonly end: string;
  /** On the wearer's clock at the start; undefined when the provider does not say. */
  readonly zoneOffsetMinutes?: number;
  /** The local date the provider shows it on; for sleep the day of waking up. */
  readonly date?: string;
  readonly values: readonly DayValue[];
}

export interface SleepRecord extends RecordBase {
  readonly kind: 'sleep';
  readonly isNap: boolean;
  /** False while the provider is still computing; it then sends a later revision. */
  readonly isFinal: boolean;
  /** In order, without overlap; empty when the provider gives totals only. */
  readonly stages: readonly StageSegment[];
  readonly totals: {
    readonly inBedMin?: number;
    readonly asleepMin?: number;
    readonly deepMin?: number;
    readonly lightMin?: number;
    readonly remMin?: number;
    readonly awakeMin?: number;
    readonly latencyMin?: number;
  };
}

/** A part of a workout, as its device or wearer cut it. */
export interface WorkoutLap {
  /** Instants, ISO with `Z`. */
  readonly start: string;
  readonly end: string;
  readonly distanceM?: number;
  readonly movingSec?: number;
  readonly energyKcal?: number;
  readonly avgHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
}

/** Where the way of a workout lies, and enough of it to compare two without opening them. */
export interface WorkoutTrack {
  readonly objectKey: string;
  readonly pointCount: number;
  /** Sorted sketch of the cells on the way (lib/workouts/tracks/cells.ts). */
  readonly cells: readonly number[];
}

export interface WorkoutRecord extends RecordBase {
  readonly kind: 'workout';
  readonly type: WorkoutType;
  /** In the provider's words. */
  readonly providerType: string;
  readonly title?: string;
  readonly isManual: boolean;
  /** Another record's external id, for the parts of a multi-sport activity. */
  readonly parentExternalId?: string;
  readonly durationSec: number;
  readonly movingSec?: number;
  readonly distanceM?: number;
  readonly energyKcal?: number;
  readonly avgHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
  readonly elevationGainM?: number;
  readonly avgSpeedMps?: number;
  readonly avgCadencePerMin?: number;
  readonly avgPowerW?: number;
  readonly stepCount?: number;
  readonly strain?: number;
  readonly trainingLoad?: number;
  /** In order of their start. */
  readonly laps?: readonly WorkoutLap[];
  readonly track?: WorkoutTrack;
}

export type RecordKind = 'sleep' | 'workout';

/** The provider says that the record is gone. A newer revision of it may bring it back. */
export interface RecordDeletion {
  readonly kind: 'record_deletion';
  readonly of: RecordKind;
  readonly externalId: string;
  /** Metrics that the record's own stream gave readings of: those of the provider within its span go along. */
  readonly series?: readonly string[];
}

/** What a page of a provider comes to. */
export type ProviderRecord = SampleRecord | SampleDeletion | SleepRecord | WorkoutRecord | RecordDeletion;

/** One entry of a page that could not be understood: it is set aside, the others go on. */
export interface UnreadableRecord {
  /** Position in the page's list, or -1 for the page as a whole. */
  readonly index: number;
  /** Field and fault, never the value: `steps.count: expected number`. At most 200 characters. */
  readonly reason: string;
  readonly externalId?: string;
}

export interface MappedPage {
  readonly records: readonly ProviderRecord[];
  readonly unreadable: readonly UnreadableRecord[];
  /** Entries that the page held, whatever became of them. */
  readonly fetchedCount: number;
}

/** Who a connection is at the provider. */
export interface ProviderAccount {
  /** The join key of every push. */
  readonly providerUserId: string;
  /** Ids by which pushes or old exports may name the same person, such as Fitbit's legacy id. */
  readonly otherUserIds?: readonly string[];
  /** IANA zone, where the provider tells it. */
  readonly timeZone?: string;
  /** Granted or permitted, in the provider's words. Undefined: the provider does not say. */
  readonly grantedScopes?: readonly string[];
  /**
   * Where this person's notifications are to go, as of the last consent: the deployment's own address without
   * its key. Only of providers that subscribe each person.
   */
  readonly inboundUrl?: string;
}

export type ProviderFaultKind =
  /** 401 although the token is fresh, or the grant is gone. */
  | 'unauthorized'
  /** 403: a scope, a membership or the application itself; `reason` says which. */
  | 'forbidden'
  | 'not_found'
  /** 429 or the provider's own form of it: wait until `retryAtMs`. */
  | 'rate_limited'
  /** 5xx, 408, timeouts, connections that broke: the same call may succeed later. */
  | 'unavailable'
  /** An answer that is no JSON, or not whole. Tried again as `unavailable` is. */
  | 'malformed'
  /** Another 4xx: the call itself is wrong. */
  | 'rejected'
  /** Our own share of the quota is used up: wait until `retryAtMs`. */
  | 'quota'
  /** The circuit is open. */
  | 'circuit_open';

/** Why a call of a provider failed. The message holds no token, no body, no query. */
export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
  readonly kind: ProviderFaultKind;
  readonly status: number | undefined;
  /** A code of ours, stable: `membership_expired`, `application_inactive`, `scope_missing`, `account_not_linked` ... */
  readonly reason: string | undefined;
  readonly retryAtMs: EpochMs | undefined;

  constructor(
    kind: ProviderFaultKind,
    details: {
      readonly status?: number;
      readonly reason?: string;
      readonly retryAtMs?: EpochMs;
      readonly cause?: unknown;
    } = {},
  ) {
    super(
      `provider call: ${kind}${details.status === undefined ? '' : ` (${details.status})`}${details.reason === undefined ? '' : `, ${details.reason}`}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.kind = kind;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAtMs = details.retryAtMs;
  }
}
