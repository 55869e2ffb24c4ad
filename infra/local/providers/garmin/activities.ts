import { dice, idNumber } from '../people/dice.ts';
import type { Workout } from '../people/history.ts';
import { type Account, type Summary, sec, startFields } from './model.ts';

const TYPES = { running: 'RUNNING', cycling: 'CYCLING', walking: 'WALKING' } as const;

export const activityId = (account: Account, workout: Workout): number =>
  idNumber(11, account.userId, workout.key, 'activity');

function summaryFields(account: Account, workout: Workout) {
  const seconds = sec(workout.endMs) - sec(workout.startMs);
  const speed = workout.distanceM / seconds;
  const cadence =
    workout.kind === 'cycling'
      ? { averageBikeCadenceInRoundsPerMinute: 84 }
      : { averageRunCadenceInStepsPerMinute: workout.kind === 'running' ? 168 : 108 };
  return {
    activityId: activityId(account, workout),
    activityName: workout.title,
    activityType: TYPES[workout.kind],
    ...startFields(account, workout.startMs),
    durationInSeconds: seconds,
    distanceInMeters: workout.distanceM,
    activeKilocalories: workout.kcal,
    averageHeartRateInBeatsPerMinute: workout.heartRateAvg,
    maxHeartRateInBeatsPerMinute: workout.heartRateMax,
    averageSpeedInMetersPerSecond: Math.round(speed * 1000) / 1000,
    averagePaceInMinutesPerKilometer: Math.round((1000 / speed / 60) * 100) / 100,
    ...cadence,
    totalElevationGainInMeters: workout.elevationGainM,
    totalElevationLossInMeters: workout.elevationGainM,
    ...(workout.kind === 'cycling'
      ? {}
      : { steps: Math.round((seconds / 60) * (workout.kind === 'running' ? 168 : 108)) }),
    deviceName: 'forerunner265',
    manual: false,
    isWebUpload: false,
  };
}

export function activities(account: Account, workout: Workout): Summary {
  return {
    summaryId: String(activityId(account, workout)),
    startSec: sec(workout.startMs),
    date: workout.date,
    fields: summaryFields(account, workout),
  };
}

const SAMPLE_SEC = 15;

/** The same activity with its samples; the id ends in `-detail`. */
export function activityDetails(account: Account, workout: Workout): Summary {
  const summary = summaryFields(account, workout);
  const roll = dice(account.userId, workout.key, 'samples');
  const samples: Record<string, number>[] = [];
  for (let at = 0; at < summary.durationInSeconds; at += SAMPLE_SEC) {
    const speed = summary.averageSpeedInMetersPerSecond * (0.92 + roll() * 0.16);
    samples.push({
      startTimeInSeconds: summary.startTimeInSeconds + at,
      latitudeInDegree: Math.round((52.5 + at * 1e-5) * 1e6) / 1e6,
      longitudeInDegree: Math.round((13.4 + at * 1e-5) * 1e6) / 1e6,
      elevationInMeters: Math.round(30 + roll() * workout.elevationGainM),
      airTemperatureCelcius: 18,
      heartRate: Math.min(workout.heartRateMax, Math.round(workout.heartRateAvg - 8 + roll() * 18)),
      speedMetersPerSecond: Math.round(speed * 1000) / 1000,
      totalDistanceInMeters: Math.round(summary.averageSpeedInMetersPerSecond * at * 10) / 10,
      timerDurationInSeconds: at,
      clockDurationInSeconds: at,
      movingDurationInSeconds: at,
      ...(workout.kind === 'cycling'
        ? { powerInWatts: Math.round(150 + roll() * 90), bikeCadenceInRPM: Math.round(78 + roll() * 14) }
        : { stepsPerMinute: Math.round((workout.kind === 'running' ? 164 : 104) + roll() * 8) }),
    });
  }
  const laps = [{ startTimeInSeconds: summary.startTimeInSeconds }];
  return {
    summaryId: `${summary.activityId}-detail`,
    startSec: summary.startTimeInSeconds,
    date: workout.date,
    fields: { activityId: summary.activityId, summary, samples, laps },
  };
}
