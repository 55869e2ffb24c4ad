import type * as z from 'zod';
import type { MapContext } from '../definition.ts';
import type { MappedPage } from '../model.ts';
import { readList } from '../read-list.ts';
import { Daily } from './payloads.ts';
import { positive, type Reading, samplesOfDate, samplesOfOffsets, summaryIdOf } from './readings.ts';

/**
 * Days, several times each while they grow. Garmin's id of a day changes, so its date is the id, and the
 * longest summary is the newest; of two equally long ones that with more movement.
 * `averageHeartRateInBeatsPerMinute` is a mean of seven days and `averageStressLevel` one of stressDetails:
 * neither is taken.
 */
export const mapDailies = (payload: unknown, context: MapContext): MappedPage =>
  readList(
    payload,
    Daily,
    (daily) => {
      const day = { context, zoneOffsetMinutes: daily.startTimeOffsetInSeconds, revision: revisionOf(daily) };
      return [
        ...samplesOfDate('dailies', daily.calendarDate, day, readingsOf(daily)),
        ...samplesOfOffsets(daily, daily.timeOffsetHeartRateSamples, { metric: 'heart_rate', unit: 'bpm' }),
      ];
    },
    summaryIdOf,
  );

type DailySummary = z.output<typeof Daily>;

/** Above any count of steps in a day. */
const MOVEMENT_RANGE = 1_000_000;

function revisionOf({ durationInSeconds, steps, pushes }: DailySummary): number {
  const movement = Math.min(Math.max(Math.floor((steps ?? 0) + (pushes ?? 0)), 0), MOVEMENT_RANGE - 1);
  return Math.floor(durationInSeconds) * MOVEMENT_RANGE + movement;
}

function readingsOf(daily: DailySummary): readonly Reading[] {
  return [
    { metric: 'steps', value: daily.steps, unit: 'steps' },
    positive('pushes', daily.pushes, 'count'),
    { metric: 'distance', value: daily.distanceInMeters, unit: 'm' },
    { metric: 'floors_climbed', value: daily.floorsClimbed, unit: 'count' },
    { metric: 'active_energy', value: daily.activeKilocalories, unit: 'kcal' },
    { metric: 'basal_energy', value: daily.bmrKilocalories, unit: 'kcal' },
    { metric: 'active_minutes', value: intensitySec(daily), unit: 's' },
    positive('resting_heart_rate', daily.restingHeartRateInBeatsPerMinute, 'bpm'),
    positive('heart_rate_min', daily.minHeartRateInBeatsPerMinute, 'bpm'),
    positive('heart_rate_max', daily.maxHeartRateInBeatsPerMinute, 'bpm'),
  ];
}

/** Moderate and vigorous time, each counted once; undefined when neither is told. */
function intensitySec(daily: DailySummary): number | undefined {
  const { moderateIntensityDurationInSeconds: moderate, vigorousIntensityDurationInSeconds: vigorous } =
    daily;
  return moderate === undefined && vigorous === undefined ? undefined : (moderate ?? 0) + (vigorous ?? 0);
}
