import type { Truth } from '../frame/cloud.ts';
import type { History, Sleep } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import { localDate } from '../people/zones.ts';
import { type Cycle, sleepIdOf, workoutIdOf } from './model.ts';

const iso = (atMs: number): string => new Date(atMs).toISOString();

/**
 * What a client must know after it has read everything. Of nights that are not scored that is when they were,
 * and no value. Cycles that go on, or that end on another date than the one woken up on, are left out: of those
 * a client may think either way.
 */
export function truthOf(history: History, cycles: readonly Cycle[], from: string, to: string): Truth {
  const { person } = history;
  const within = (date: string): boolean => date >= from && date <= to;
  const daily: Record<string, Record<string, number>> = {};
  const put = (date: string, values: Record<string, number>): void => {
    daily[date] = { ...daily[date], ...values };
  };
  const sleeps = history.sleeps().filter(({ date }) => within(date));
  for (const sleep of sleeps.filter(({ final }) => final))
    put(sleep.date, { ...nightValues(history, sleep), ...sleepValues(sleep) });
  for (const { endMs, sleep, ...cycle } of cycles) {
    if (endMs === undefined || !within(sleep.date) || localDate(person.zone, endMs) !== sleep.date) continue;
    const day = cycle.day();
    if (day !== undefined)
      put(sleep.date, { strain: day.strain, total_energy: day.activeKcal + day.basalKcal });
  }
  return {
    daily,
    sleeps: sleeps.map(({ key, startMs, endMs }) => ({
      externalId: sleepIdOf(person, key),
      start: iso(startMs),
      end: iso(endMs),
    })),
    workouts: history
      .workouts()
      .filter(({ date }) => within(date))
      .map(({ key, startMs, endMs, kind }) => ({
        externalId: workoutIdOf(person, key),
        start: iso(startMs),
        end: iso(endMs),
        type: kind,
      })),
  };
}

function sleepValues(sleep: Sleep): Record<string, number> {
  const inBedMin = (sleep.endMs - sleep.startMs) / 60_000;
  return {
    sleep_duration: asleepMin(sleep),
    time_in_bed: inBedMin,
    sleep_light: stageMin(sleep, 'light'),
    sleep_deep: stageMin(sleep, 'deep'),
    sleep_rem: stageMin(sleep, 'rem'),
    sleep_awake: stageMin(sleep, 'awake'),
    awakenings_count: awakenings(sleep),
    sleep_efficiency: Math.round((asleepMin(sleep) / inBedMin) * 10_000) / 100,
    sleep_score: sleep.score,
  };
}

function nightValues(history: History, { date }: Sleep): Record<string, number> {
  const day = history.day(date);
  if (day?.night === undefined) return {};
  return {
    recovery_score: day.night.recoveryPercent,
    resting_heart_rate: day.restingHeartRate,
    hrv_rmssd: day.night.hrvRmssdMs,
    spo2: day.night.spo2Percent,
    skin_temperature: day.night.skinTemperatureC,
    respiratory_rate: day.night.respiratoryRate,
  };
}
