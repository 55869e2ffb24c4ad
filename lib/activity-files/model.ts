import type { WorkoutType } from '../../contracts/records/workout-types.ts';
import type { EpochMs } from '../core/instants.ts';
import type { RecordSource, WorkoutLap } from '../providers/model.ts';

export type ActivityFormat = 'fit' | 'tcx' | 'gpx';

/** One moment of an activity, in canonical units; what the file does not say is absent. */
export interface ActivityPoint {
  readonly timeMs: EpochMs;
  /** Degrees, WGS 84; both or none. */
  readonly latitude?: number;
  readonly longitude?: number;
  readonly altitudeM?: number;
  /** From the start of the activity, as the device measured it. */
  readonly distanceM?: number;
  readonly heartRateBpm?: number;
  /** Steps or turns of the crank per minute, both feet counted. */
  readonly cadencePerMin?: number;
  readonly powerW?: number;
  readonly speedMps?: number;
}

/** What a file says about an activity as a whole; fields as in WorkoutRecord. */
export interface ActivityFigures {
  /** From the start to the end, pauses included. */
  readonly durationSec: number;
  /** Time that the timer ran. */
  readonly movingSec?: number;
  readonly distanceM?: number;
  readonly energyKcal?: number;
  readonly avgHeartRateBpm?: number;
  readonly maxHeartRateBpm?: number;
  readonly elevationGainM?: number;
  readonly avgSpeedMps?: number;
  readonly avgCadencePerMin?: number;
  readonly avgPowerW?: number;
}

export interface Activity extends ActivityFigures {
  /** Stable for this activity in this kind of file (ACT6). */
  readonly externalId: string;
  /** The whole that this is a part of, in files of several sports. */
  readonly parentExternalId?: string;
  readonly type: WorkoutType;
  /** In the file's own words. */
  readonly providerType: string;
  readonly title?: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Only where the file says it. */
  readonly zoneOffsetMinutes?: number;
  readonly source: RecordSource;
  readonly laps: readonly WorkoutLap[];
  /** Rising in time, no instant twice. */
  readonly points: readonly ActivityPoint[];
}

/** Where a file stops to make sense, and why. Never what it says. */
export interface Damage {
  readonly where: string;
  readonly reason: string;
}

export interface ActivityFile {
  readonly format: ActivityFormat;
  /** In the order of the file; a whole comes before its parts. At least one. */
  readonly activities: readonly Activity[];
  /** Only where damage was accepted: what was before it is here. */
  readonly damage?: Damage;
  /** Points and values that could not be right (a heart rate of 255, a time before the start) and were left out. */
  readonly droppedCount: number;
}

/**
 * What becomes of a damaged file: `keep` takes what is before the damage, `summary` only where the device's own
 * summaries of all activities are among it, so that their figures are whole, `refuse` nothing.
 */
export type DamagePolicy = 'refuse' | 'summary' | 'keep';

/**
 * Why a file gives nothing: it is none of the three kinds; it is one and is damaged; it is whole and holds no
 * activity (settings, a course, a route without times); it holds more than MAX_POINT_COUNT and its like.
 */
export type ActivityFault =
  | {
      readonly code: 'activity.unknown_format' | 'activity.none' | 'activity.too_large';
      readonly reason: string;
    }
  | { readonly code: 'activity.damaged'; readonly reason: string; readonly where: string };
