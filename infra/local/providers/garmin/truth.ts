import type { Truth } from '../frame/cloud.ts';
import type { DayFacts, Sleep } from '../people/history.ts';
import { asleepMin, stageMin } from '../people/nights.ts';
import { isoSeconds } from '../people/zones.ts';
import { activityId } from './activities.ts';
import type { Account } from './model.ts';
import { summaryIdOf } from './model.ts';

/** What a faithful client holds, from the people's days and not from what the API answers. */
export function truthOf(account: Account, from: string, to: string): Truth {
  const { history } = account;
  const inRange = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const sleeps = history.sleeps().filter(inRange);
  const daily = Object.fromEntries(
    history.dates(from, to).flatMap((date) => {
      const day = history.day(date);
      return day === undefined
        ? []
        : [
            [
              date,
              dayTruth(
                day,
                sleeps.find((sleep) => sleep.date === date),
              ),
            ] as const,
          ];
    }),
  );
  return {
    daily,
    sleeps: sleeps.map((sleep) => ({
      externalId: summaryIdOf(account, 'sleep', sleep.startMs),
      start: isoSeconds(sleep.startMs),
      end: isoSeconds(sleep.endMs),
    })),
    workouts: history
      .workouts()
      .filter(inRange)
      .map((workout) => ({
        externalId: String(activityId(account, workout)),
        start: isoSeconds(workout.startMs),
        end: isoSeconds(workout.endMs),
        type: workout.kind,
      })),
  };
}

function dayTruth(day: DayFacts, sleep: Sleep | undefined): Record<string, number> {
  return {
    steps: day.steps,
    distance: day.distanceM,
    floors_climbed: day.floors,
    active_energy: day.activeKcal,
    basal_energy: day.basalKcal,
    active_minutes: day.moderateMin + day.vigorousMin,
    resting_heart_rate: day.restingHeartRate,
    ...(day.heartRateMax > 0 ? { heart_rate_min: day.heartRateMin, heart_rate_max: day.heartRateMax } : {}),
    vo2_max: day.vo2Max,
    ...(day.weight ? { weight: day.weight.kg, body_fat: day.weight.fatPercent } : {}),
    ...(day.night ? { hrv_rmssd: Math.round(day.night.hrvRmssdMs) } : {}),
    ...(sleep
      ? {
          sleep_duration: asleepMin(sleep),
          sleep_deep: stageMin(sleep, 'deep'),
          sleep_light: stageMin(sleep, 'light'),
          sleep_rem: stageMin(sleep, 'rem'),
          sleep_awake: stageMin(sleep, 'awake'),
          sleep_score: sleep.score,
        }
      : {}),
  };
}
