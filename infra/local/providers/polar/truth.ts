import type { Truth } from '../frame/cloud.ts';
import type { History, NightFacts, Sleep } from '../people/history.ts';
import { asleepMin, stageMin } from '../people/nights.ts';
import { addDays, localDate } from '../people/zones.ts';
import { distanceOf } from './days.ts';
import { EXERCISES_DAYS, exerciseIdOf, firstNightOf } from './model.ts';
import { deviationOf, hrvOf } from './nights.ts';

type Values = Record<string, number>;

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** What a client must know after it has read everything that the lists still go back to. A night's id is its date. */
export function truthOf(history: History, nowMs: number, from: string, to: string): Truth {
  const { person } = history;
  const isWithin = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const firstNight = firstNightOf(person, nowMs);
  const firstExercise = addDays(localDate(person.zone, nowMs), 1 - EXERCISES_DAYS);
  const daily: Record<string, Values> = {};
  const put = (date: string, values: Values): void => {
    daily[date] = { ...daily[date], ...values };
  };
  for (const date of history.dates(from > firstNight ? from : firstNight, to)) {
    const day = history.day(date);
    if (day === undefined) continue;
    put(date, {
      steps: day.steps,
      distance: distanceOf(day),
      active_energy: day.activeKcal,
      total_energy: day.activeKcal + day.basalKcal,
    });
  }
  const sleeps = history.sleeps().filter((sleep) => isWithin(sleep) && sleep.date >= firstNight);
  for (const sleep of sleeps) put(sleep.date, sleepValues(sleep, history.day(sleep.date)?.night));
  return {
    daily,
    sleeps: sleeps.map(({ date, startMs, endMs }) => ({
      externalId: date,
      start: iso(startMs),
      end: iso(endMs),
    })),
    workouts: history
      .workouts()
      .filter((workout) => isWithin(workout) && workout.date >= firstExercise)
      .map(({ key, startMs, endMs, kind }) => ({
        externalId: exerciseIdOf(person, key),
        start: iso(startMs),
        end: iso(endMs),
        type: kind,
      })),
  };
}

const sleepValues = (sleep: Sleep, night: NightFacts | undefined): Values => ({
  sleep_duration: asleepMin(sleep),
  sleep_light: stageMin(sleep, 'light'),
  sleep_deep: stageMin(sleep, 'deep'),
  sleep_rem: stageMin(sleep, 'rem'),
  sleep_score: sleep.score,
  ...(night === undefined
    ? {}
    : {
        sleeping_heart_rate_avg: night.heartRateAvg,
        hrv_rmssd: hrvOf(night),
        respiratory_rate: night.respiratoryRate,
        spo2: Math.round(night.spo2Percent),
        skin_temperature: night.skinTemperatureC,
        skin_temperature_deviation: deviationOf(night),
      }),
});
