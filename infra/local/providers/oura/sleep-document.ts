import { dice } from '../people/dice.ts';
import type { History, Sleep, Stage } from '../people/history.ts';
import { asleepMin, stageMin } from '../people/nights.ts';
import { isoWithOffset } from '../people/zones.ts';
import { documentIdOf, secondsOf } from './model.ts';

const MINUTE_MS = 60_000;
const PHASE: Readonly<Record<Stage, string>> = { deep: '1', light: '2', rem: '3', awake: '4' };
const SERIES_SEC = 300;

export function sleepDocument(history: History, sleep: Sleep) {
  const night = history.day(sleep.date)?.night;
  const inBedMin = (sleep.endMs - sleep.startMs) / MINUTE_MS;
  return {
    ...sleepHead(history, sleep),
    type: sleep.nap ? 'late_nap' : 'long_sleep',
    total_sleep_duration: secondsOf(asleepMin(sleep)),
    deep_sleep_duration: secondsOf(stageMin(sleep, 'deep')),
    light_sleep_duration: secondsOf(stageMin(sleep, 'light')),
    rem_sleep_duration: secondsOf(stageMin(sleep, 'rem')),
    awake_time: secondsOf(stageMin(sleep, 'awake')),
    time_in_bed: secondsOf(inBedMin),
    latency: secondsOf(sleep.latencyMin),
    efficiency: efficiencyOf(sleep),
    average_heart_rate: night?.heartRateAvg ?? null,
    lowest_heart_rate: night?.heartRateLow ?? null,
    average_hrv: night === undefined ? null : Math.round(night.hrvRmssdMs),
    average_breath: night?.respiratoryRate ?? null,
    restless_periods: sleep.stages.length * 9,
    sleep_phase_5_min: phases(sleep, 5 * MINUTE_MS),
    sleep_phase_30_sec: phases(sleep, MINUTE_MS / 2),
    movement_30_sec: '1'.repeat(Math.ceil(inBedMin * 2)),
    heart_rate: series(history, sleep, 'beats', night?.heartRateAvg),
    hrv: series(history, sleep, 'hrv', night && Math.round(night.hrvRmssdMs)),
    readiness: null,
    sleep_algorithm_version: 'v2',
    sleep_analysis_reason: sleep.version > 1 ? 'bedtime_edit' : 'foreground_sleep_analysis',
    low_battery_alert: false,
  };
}

const sleepHead = (history: History, sleep: Sleep) => ({
  id: documentIdOf(history.person, 'sleep', sleep.key),
  day: sleep.date,
  period: 0,
  bedtime_start: isoWithOffset(history.person.zone, sleep.startMs),
  bedtime_end: isoWithOffset(history.person.zone, sleep.endMs),
});

/** What is left of a sleep that the person deleted. */
export const deletedSleepDocument = (history: History, sleep: Sleep) => ({
  ...sleepHead(history, sleep),
  type: 'deleted',
  total_sleep_duration: null,
  time_in_bed: secondsOf((sleep.endMs - sleep.startMs) / MINUTE_MS),
  sleep_phase_5_min: null,
  heart_rate: null,
  hrv: null,
});

/** Whole percent of the time in bed. */
export const efficiencyOf = (sleep: Sleep): number =>
  Math.round((asleepMin(sleep) / ((sleep.endMs - sleep.startMs) / MINUTE_MS)) * 100);

/** One digit per step: the stage at its beginning. */
function phases(sleep: Sleep, stepMs: number): string {
  let text = '';
  let index = 0;
  for (let atMs = sleep.startMs; atMs < sleep.endMs; atMs += stepMs) {
    while (atMs >= (sleep.stages[index]?.endMs ?? Number.POSITIVE_INFINITY)) index += 1;
    text += PHASE[sleep.stages[index]?.stage ?? 'awake'];
  }
  return text;
}

/** Values every five minutes; a few are missing, as they are. */
function series(history: History, sleep: Sleep, name: string, average: number | undefined) {
  if (average === undefined) return null;
  const roll = dice('oura', history.person.name, sleep.key, name);
  const count = Math.ceil((sleep.endMs - sleep.startMs) / (SERIES_SEC * 1000));
  return {
    interval: SERIES_SEC,
    items: Array.from({ length: count }, () =>
      roll() < 0.04 ? null : Math.round(average + roll() * 10 - 5),
    ),
    timestamp: isoWithOffset(history.person.zone, sleep.startMs),
  };
}
