import type { Truth } from '../frame/cloud.ts';
import type { DayFacts, History, Sleep } from '../people/history.ts';
import { asleepMin, stageMin } from '../people/nights.ts';
import { deviationOf, distanceOf, disturbancesOf, vascularAgeOf } from './day-documents.ts';
import { documentIdOf } from './model.ts';
import { efficiencyOf } from './sleep-document.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** What a client must know after it has read everything. */
export function truthOf(history: History, from: string, to: string): Truth {
  const { person } = history;
  const isWithin = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const daily: Record<string, Record<string, number>> = {};
  const put = (date: string, values: Record<string, number>): void => {
    daily[date] = { ...daily[date], ...values };
  };
  for (const date of history.dates(from, to)) {
    const day = history.day(date);
    if (day !== undefined) put(date, dayValues(history, day));
  }
  const sleeps = history.sleeps().filter(isWithin);
  for (const sleep of sleeps) put(sleep.date, sleepValues(sleep));
  return {
    daily,
    sleeps: sleeps.map(({ key, startMs, endMs }) => ({
      externalId: documentIdOf(person, 'sleep', key),
      start: iso(startMs),
      end: iso(endMs),
    })),
    workouts: history
      .workouts()
      .filter(isWithin)
      .map(({ key, startMs, endMs, kind }) => ({
        externalId: documentIdOf(person, 'workout', key),
        start: iso(startMs),
        end: iso(endMs),
        type: kind,
      })),
  };
}

function dayValues(history: History, day: DayFacts): Record<string, number> {
  return {
    steps: day.steps,
    distance: distanceOf(day),
    active_energy: day.activeKcal,
    total_energy: day.activeKcal + day.basalKcal,
    active_minutes: day.moderateMin + day.vigorousMin,
    sedentary_time: day.sedentaryMin * 60,
    vo2_max: day.vo2Max,
    ...(day.night === undefined
      ? {}
      : {
          resting_heart_rate: day.night.heartRateLow,
          sleeping_heart_rate_avg: day.night.heartRateAvg,
          hrv_rmssd: Math.round(day.night.hrvRmssdMs),
          respiratory_rate: day.night.respiratoryRate,
          spo2: day.night.spo2Percent,
          skin_temperature_deviation: deviationOf(day),
          recovery_score: day.night.recoveryPercent,
          vascular_age: vascularAgeOf(day),
          breathing_disturbance_index: disturbancesOf(history, day.date),
        }),
  };
}

function sleepValues(sleep: Sleep): Record<string, number> {
  return {
    sleep_duration: asleepMin(sleep),
    time_in_bed: (sleep.endMs - sleep.startMs) / 60_000,
    sleep_light: stageMin(sleep, 'light'),
    sleep_deep: stageMin(sleep, 'deep'),
    sleep_rem: stageMin(sleep, 'rem'),
    sleep_awake: stageMin(sleep, 'awake'),
    sleep_latency: sleep.latencyMin,
    sleep_efficiency: efficiencyOf(sleep),
    sleep_score: sleep.score,
  };
}
