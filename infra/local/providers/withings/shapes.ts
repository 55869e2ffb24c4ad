/** Days, nights and workouts as Withings writes them: epoch seconds, an IANA zone, fields inside `data`. */

import { wholeBetween } from '../people/dice.ts';
import type { DayFacts, History, Sleep, Stage, Workout } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import { deviceIdOf, epochSec, sleepIdOf, workoutIdOf } from './model.ts';

const MINUTE_MS = 60_000;
/** Withings' numbers for kinds of workouts. */
const CATEGORY = { walking: 1, running: 2, cycling: 6 } as const;
const STATE: Readonly<Record<Stage, number>> = { awake: 0, light: 1, deep: 2, rem: 3 };
/** One floor, in metres. */
const FLOOR_M = 3;
const SERIES_STEP_MS = 5 * MINUTE_MS;

const seconds = (minutes: number): number => Math.round(minutes * 60);
export const distanceOf = ({ distanceM }: DayFacts): number => Math.round(distanceM * 10) / 10;
export const elevationOf = ({ floors }: DayFacts): number => floors * FLOOR_M;

/** Of the time in bed, from 0 to 1. */
export const efficiencyOf = (sleep: Sleep): number =>
  Math.round((asleepMin(sleep) / ((sleep.endMs - sleep.startMs) / MINUTE_MS)) * 100) / 100;

/** Disturbances of breathing per hour. */
export const apneaIndexOf = ({ person }: History, { date }: Sleep): number =>
  wholeBetween(1, 12, 'withings', person.name, date, 'apnea');

export const activityJson = ({ person }: History, day: DayFacts) => ({
  date: day.date,
  timezone: person.zone,
  deviceid: deviceIdOf(person, 'watch'),
  hash_deviceid: deviceIdOf(person, 'watch'),
  brand: 18,
  is_tracker: true,
  steps: day.steps,
  distance: distanceOf(day),
  elevation: elevationOf(day),
  soft: seconds(day.sedentaryMin / 8),
  moderate: seconds(day.moderateMin),
  intense: seconds(day.vigorousMin),
  active: seconds(day.moderateMin + day.vigorousMin),
  calories: day.activeKcal,
  totalcalories: day.activeKcal + day.basalKcal,
  hr_average: day.restingHeartRate + 17,
  hr_min: day.heartRateMin,
  hr_max: day.heartRateMax,
  hr_zone_0: seconds(day.sedentaryMin),
  hr_zone_1: seconds(day.moderateMin),
  hr_zone_2: seconds(day.vigorousMin),
  hr_zone_3: 0,
});

export function summaryJson(history: History, sleep: Sleep, modifiedMs: number) {
  const { person } = history;
  const night = history.day(sleep.date)?.night;
  return {
    id: sleepIdOf(person, sleep.key),
    timezone: person.zone,
    model: 32,
    model_id: 63,
    hash_deviceid: deviceIdOf(person, 'mat'),
    startdate: epochSec(sleep.startMs),
    enddate: epochSec(sleep.endMs),
    date: sleep.date,
    created: epochSec(sleep.endMs + MINUTE_MS),
    modified: epochSec(modifiedMs),
    data: {
      lightsleepduration: seconds(stageMin(sleep, 'light')),
      deepsleepduration: seconds(stageMin(sleep, 'deep')),
      remsleepduration: seconds(stageMin(sleep, 'rem')),
      wakeupduration: seconds(stageMin(sleep, 'awake')),
      total_sleep_time: seconds(asleepMin(sleep)),
      total_timeinbed: Math.round((sleep.endMs - sleep.startMs) / 1000),
      sleep_latency: seconds(sleep.latencyMin),
      waso: seconds(stageMin(sleep, 'awake')),
      sleep_efficiency: efficiencyOf(sleep),
      sleep_score: sleep.score,
      hr_average: night?.heartRateAvg ?? null,
      hr_min: night?.heartRateLow ?? null,
      hr_max: night === undefined ? null : night.heartRateAvg + 21,
      rr_average: night === undefined ? null : Math.round(night.respiratoryRate),
      snoring: 0,
      breathing_disturbances_intensity: 12,
      apnea_hypopnea_index: apneaIndexOf(history, sleep),
      wakeupcount: awakenings(sleep),
      nb_rem_episodes: sleep.stages.filter(({ stage }) => stage === 'rem').length,
    },
  };
}

/** The stages of a night with values every five minutes, keyed by epoch second. */
export function seriesJson(history: History, sleep: Sleep) {
  const night = history.day(sleep.date)?.night;
  return sleep.stages.map(({ stage, startMs, endMs }) => {
    const at: number[] = [];
    for (let ms = startMs; ms < endMs; ms += SERIES_STEP_MS) at.push(epochSec(ms));
    const values = (value: number) => Object.fromEntries(at.map((second) => [second, value]));
    return {
      startdate: epochSec(startMs),
      enddate: epochSec(endMs),
      state: STATE[stage],
      model: 'Aura Sensor V2',
      model_id: 63,
      hash_deviceid: deviceIdOf(history.person, 'mat'),
      ...(night === undefined
        ? {}
        : {
            hr: values(night.heartRateAvg),
            rr: values(Math.round(night.respiratoryRate)),
            snoring: values(0),
            sdnn_1: values(Math.round(night.hrvRmssdMs * 1.2)),
            rmssd: values(Math.round(night.hrvRmssdMs)),
            mvt_score: values(stage === 'awake' ? 120 : 4),
          }),
    };
  });
}

export const workoutJson = ({ person }: History, workout: Workout, modifiedMs: number) => ({
  id: workoutIdOf(person, workout.key),
  category: CATEGORY[workout.kind],
  timezone: person.zone,
  model: 93,
  attrib: 0,
  startdate: epochSec(workout.startMs),
  enddate: epochSec(workout.endMs),
  date: workout.date,
  deviceid: deviceIdOf(person, 'watch'),
  modified: epochSec(modifiedMs),
  data: {
    calories: workout.kcal,
    intensity: 50,
    manual_distance: 0,
    manual_calories: 0,
    distance: workout.distanceM,
    elevation: workout.elevationGainM,
    steps: workout.kind === 'cycling' ? 0 : Math.round(workout.distanceM / 0.9),
    hr_average: workout.heartRateAvg,
    hr_min: workout.heartRateAvg - 31,
    hr_max: workout.heartRateMax,
    hr_zone_0: 0,
    hr_zone_1: 0,
    hr_zone_2: Math.round((workout.endMs - workout.startMs) / 1000),
    hr_zone_3: 0,
    pause_duration: 0,
  },
});
