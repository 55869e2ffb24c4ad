import { idBig } from '../people/dice.ts';
import type { Sleep, Stage, Workout } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import type { Account, DataType } from './model.ts';
import { instantText, int64, intervalShape, offsetShape } from './shapes.ts';

const STAGES: readonly Stage[] = ['awake', 'light', 'deep', 'rem'];
const EXERCISES = { running: 'RUNNING', cycling: 'BIKING', walking: 'WALKING' } as const;
const OPERATIONS = ['list', 'get', 'reconcile'] as const;

export const sleepId = ({ healthUserId }: Account, { key }: Pick<Sleep, 'key'>): string =>
  String(idBig(17, healthUserId, key, 'sleep'));
export const exerciseId = ({ healthUserId }: Account, { key }: Pick<Workout, 'key'>): string =>
  String(idBig(17, healthUserId, key, 'exercise'));

/** While it is not processed, a session has its times and no stages. */
function sleepValue(zone: string, sleep: Sleep) {
  const stages = sleep.stages.map(({ stage, startMs, endMs }) => ({
    type: stage.toUpperCase(),
    startTime: instantText(startMs),
    startUtcOffset: offsetShape(zone, startMs),
    endTime: instantText(endMs),
    endUtcOffset: offsetShape(zone, endMs),
  }));
  const stagesSummary = STAGES.map((stage) => ({
    type: stage.toUpperCase(),
    minutes: int64(stageMin(sleep, stage)),
    count: int64(
      stage === 'awake' ? awakenings(sleep) : sleep.stages.filter((part) => part.stage === stage).length,
    ),
  }));
  return {
    interval: intervalShape(zone, sleep.startMs, sleep.endMs),
    type: sleep.final ? 'STAGES' : 'CLASSIC',
    ...(sleep.final ? { stages } : {}),
    summary: {
      minutesInSleepPeriod: int64((sleep.endMs - sleep.startMs) / 60_000),
      minutesAsleep: int64(asleepMin(sleep)),
      minutesAwake: int64(stageMin(sleep, 'awake')),
      minutesToFallAsleep: int64(sleep.latencyMin),
      minutesAfterWakeUp: '0',
      ...(sleep.final ? { stagesSummary } : {}),
    },
    metadata: {
      processed: sleep.final,
      mainSleep: !sleep.nap,
      nap: sleep.nap,
      manuallyEdited: false,
      stagesStatus: sleep.final ? 'SUCCEEDED' : 'PENDING',
    },
    createTime: instantText(sleep.endMs + 300_000),
    updateTime: instantText(sleep.endMs + 300_000 * sleep.version),
  };
}

function exerciseValue(zone: string, workout: Workout) {
  const seconds = (workout.endMs - workout.startMs) / 1000;
  return {
    interval: intervalShape(zone, workout.startMs, workout.endMs),
    exerciseType: EXERCISES[workout.kind],
    displayName: workout.title,
    activeDuration: `${seconds}s`,
    metricsSummary: {
      caloriesKcal: workout.kcal,
      distanceMillimeters: workout.distanceM * 1000,
      ...(workout.kind === 'cycling' ? {} : { steps: int64(seconds * 2.7) }),
      averageHeartRateBeatsPerMinute: int64(workout.heartRateAvg),
      averageSpeedMillimetersPerSecond: Math.round((workout.distanceM / seconds) * 1000),
      elevationGainMillimeters: int64(workout.elevationGainM * 1000),
    },
    exerciseMetadata: { hasGps: true },
  };
}

export const SESSION_TYPES: readonly DataType[] = [
  {
    url: 'sleep',
    filter: 'sleep',
    json: 'sleep',
    kind: 'sleep',
    scope: 'sleep',
    operations: OPERATIONS,
    ofDate: (account, date) =>
      account.history
        .sleeps()
        .filter((sleep) => sleep.date === date)
        .map((sleep) => ({
          startMs: sleep.startMs,
          filterMs: sleep.endMs,
          date,
          id: sleepId(account, sleep),
          value: () => sleepValue(account.history.person.zone, sleep),
        })),
  },
  {
    url: 'exercise',
    filter: 'exercise',
    json: 'exercise',
    kind: 'exercise',
    scope: 'activity_and_fitness',
    operations: OPERATIONS,
    ofDate: (account, date) =>
      account.history
        .workouts()
        .filter((workout) => workout.date === date)
        .map((workout) => ({
          startMs: workout.startMs,
          filterMs: workout.startMs,
          date,
          id: exerciseId(account, workout),
          value: () => exerciseValue(account.history.person.zone, workout),
        })),
  },
];
