import type { Truth } from '../frame/cloud.ts';
import type { DayFacts, NightFacts, Sleep } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import { isoSeconds } from '../people/zones.ts';
import type { Account } from './model.ts';
import { exerciseId, sleepId } from './session-types.ts';

/** What a faithful client holds, from the people's days and not from what the API answers. */
export function truthOf(account: Account, from: string, to: string): Truth {
  const { history } = account;
  const inRange = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const sleeps = history.sleeps().filter(inRange);
  const times = ({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) => ({
    start: isoSeconds(startMs),
    end: isoSeconds(endMs),
  });
  return {
    daily: Object.fromEntries(
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
    ),
    sleeps: sleeps.map((sleep) => ({ externalId: sleepId(account, sleep), ...times(sleep) })),
    workouts: history
      .workouts()
      .filter(inRange)
      .map((workout) => ({
        externalId: exerciseId(account, workout),
        ...times(workout),
        type: workout.kind,
      })),
  };
}

function dayTruth(day: DayFacts, sleep: Sleep | undefined): Record<string, number> {
  return {
    // Minutes without steps are no records: just behind midnight nobody can tell a 0.
    ...(day.steps > 0 ? { steps: day.steps, distance: Math.round(day.steps * 740) / 1000 } : {}),
    floors_climbed: day.floors,
    active_energy: day.activeKcal,
    basal_energy: day.basalKcal,
    total_energy: day.activeKcal + day.basalKcal,
    resting_heart_rate: day.restingHeartRate,
    ...(day.heartRateMax > 0 ? { heart_rate_min: day.heartRateMin, heart_rate_max: day.heartRateMax } : {}),
    vo2_max: day.vo2Max,
    ...(day.weight ? { weight: day.weight.kg, body_fat: day.weight.fatPercent } : {}),
    ...(day.night ? nightTruth(day.night) : {}),
    ...(sleep ? sleepTruth(sleep) : {}),
  };
}

const nightTruth = (night: NightFacts): Record<string, number> => ({
  hrv_rmssd: night.hrvRmssdMs,
  hrv_rmssd_deep_sleep: night.hrvRmssdDeepMs,
  sleeping_heart_rate_avg: night.heartRateAvg,
  spo2: night.spo2Percent,
  respiratory_rate: night.respiratoryRate,
  skin_temperature: night.skinTemperatureC,
  skin_temperature_deviation:
    Math.round((night.skinTemperatureC - night.skinTemperatureBaselineC) * 100) / 100,
});

/** Stages are told once the session is processed. */
const sleepTruth = (sleep: Sleep): Record<string, number> => ({
  sleep_duration: asleepMin(sleep),
  time_in_bed: (sleep.endMs - sleep.startMs) / 60_000,
  sleep_awake: stageMin(sleep, 'awake'),
  sleep_latency: sleep.latencyMin,
  ...(sleep.final
    ? {
        sleep_deep: stageMin(sleep, 'deep'),
        sleep_light: stageMin(sleep, 'light'),
        sleep_rem: stageMin(sleep, 'rem'),
        awakenings_count: awakenings(sleep),
      }
    : {}),
});
