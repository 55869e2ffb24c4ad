import type * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import type { MappedPage, ProviderRecord, RecordSource, WorkoutRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { isoOfEpochSec } from '../times.ts';
import { workoutTypeOf } from './activity-types.ts';
import { Activity, ActivityDetail, type ActivitySample } from './payloads.ts';
import { isPositive, positive, samplesAt, summaryIdOf, UNNAMED } from './readings.ts';

/** `activities` and `manuallyUpdatedActivities`: the same summary, the latter after an edit. */
export const mapActivities = (payload: unknown): MappedPage =>
  readList(payload, Activity, (activity) => [toWorkout(activity.summaryId, activity)], summaryIdOf);

type ActivityDetailSummary = z.output<typeof ActivityDetail>;

/**
 * The course of an activity beside its summary. The summary is that of `activities`, under the same id, so
 * that either alone is enough and both are one workout.
 */
export const mapActivityDetails = (payload: unknown): MappedPage =>
  readList(
    payload,
    ActivityDetail,
    (detail) => [toWorkout(detail.summaryId, detail.summary), ...courseOf(detail)],
    summaryIdOf,
  );

const DETAIL_SUFFIX = '-detail';
const activityIdOf = (summaryId: string): string =>
  summaryId.endsWith(DETAIL_SUFFIX) ? summaryId.slice(0, -DETAIL_SUFFIX.length) : summaryId;

function toWorkout(summaryId: string, activity: Omit<Activity, 'summaryId'>): WorkoutRecord {
  const providerType = activity.activityType ?? 'UNKNOWN';
  return {
    kind: 'workout',
    externalId: activityIdOf(summaryId),
    source: sourceOf(activity.deviceName),
    start: isoOfEpochSec(activity.startTimeInSeconds),
    end: isoOfEpochSec(activity.startTimeInSeconds + activity.durationInSeconds),
    type: workoutTypeOf(providerType),
    providerType,
    isManual: activity.manual ?? false,
    durationSec: activity.durationInSeconds,
    values: [],
    ...definedFields({
      zoneOffsetMinutes: activity.startTimeOffsetInSeconds,
      title: activity.activityName,
      parentExternalId: activity.parentSummaryId,
      distanceM: activity.distanceInMeters,
      energyKcal: activity.activeKilocalories,
      avgHeartRateBpm: positiveOf(activity.averageHeartRateInBeatsPerMinute),
      maxHeartRateBpm: positiveOf(activity.maxHeartRateInBeatsPerMinute),
      avgSpeedMps: activity.averageSpeedInMetersPerSecond,
      avgCadencePerMin: positiveOf(
        activity.averageRunCadenceInStepsPerMinute ?? activity.averageBikeCadenceInRoundsPerMinute,
      ),
      elevationGainM: activity.totalElevationGainInMeters,
      stepCount: positiveOf(activity.steps),
    }),
  };
}

const positiveOf = (value: number | undefined): number | undefined => (isPositive(value) ? value : undefined);

/** Activities name their device; `unknown` is what those from the web say. */
const sourceOf = (deviceName: string | undefined): RecordSource =>
  deviceName === undefined || deviceName.toLowerCase() === 'unknown'
    ? UNNAMED
    : { device: { manufacturer: 'Garmin', model: deviceName } };

function courseOf({ summary, samples }: ActivityDetailSummary): readonly ProviderRecord[] {
  const source = sourceOf(summary.deviceName);
  return (samples ?? []).flatMap((sample) =>
    samplesAt(
      {
        epochSec: sample.startTimeInSeconds,
        zoneOffsetMinutes: summary.startTimeOffsetInSeconds,
        source,
      },
      readingsOf(sample),
    ),
  );
}

/** Speed, cadence and power may be zero: standing still is data. */
const readingsOf = (sample: ActivitySample) =>
  [
    positive('heart_rate', sample.heartRate, 'bpm'),
    { metric: 'speed', value: sample.speedMetersPerSecond, unit: 'm/s' },
    { metric: 'cadence', value: sample.stepsPerMinute ?? sample.bikeCadenceInRPM, unit: '/min' },
    { metric: 'power', value: sample.powerInWatts, unit: 'W' },
  ] as const;
