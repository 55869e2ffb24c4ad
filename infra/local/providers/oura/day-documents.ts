import { wholeBetween } from '../people/dice.ts';
import type { DayFacts, History } from '../people/history.ts';
import { isoWithOffset } from '../people/zones.ts';
import { documentIdOf } from './model.ts';

/** A document of one local day; undefined when the ring had nothing to say. */
type DayDocument = (history: History, day: DayFacts) => Readonly<Record<string, unknown>> | undefined;

/** Moving at all that is less than moderate, in seconds. */
const LOW_ACTIVITY_SEC = 2 * 3600;

const head = (history: History, collection: string, { date }: DayFacts) => ({
  id: documentIdOf(history.person, collection, date),
  day: date,
});

const midnight = (history: History, { startMs }: DayFacts): string =>
  isoWithOffset(history.person.zone, startMs);

export const distanceOf = (day: DayFacts): number => Math.round(day.distanceM);

/** Years: about what the heart would say of this resting heart rate. */
export const vascularAgeOf = (day: DayFacts): number => Math.round(day.restingHeartRate * 0.6);

export const disturbancesOf = (history: History, date: string): number =>
  wholeBetween(1, 14, 'oura', history.person.name, date, 'breathing');

const sleepScore: DayDocument = (history, day) => {
  const sleep = history.sleeps().find(({ date, nap }) => date === day.date && !nap);
  if (sleep === undefined) return undefined;
  return {
    ...head(history, 'daily_sleep', day),
    score: sleep.score,
    timestamp: midnight(history, day),
    contributors: {
      deep_sleep: 81,
      efficiency: 92,
      latency: 77,
      rem_sleep: 88,
      restfulness: 70,
      timing: 95,
      total_sleep: 84,
    },
  };
};

const readiness: DayDocument = (history, day) =>
  day.night && {
    ...head(history, 'daily_readiness', day),
    score: day.night.recoveryPercent,
    temperature_deviation: deviationOf(day),
    temperature_trend_deviation: 0.05,
    timestamp: midnight(history, day),
    contributors: {
      activity_balance: 78,
      body_temperature: 96,
      hrv_balance: 74,
      previous_day_activity: null,
      previous_night: 83,
      recovery_index: 90,
      resting_heart_rate: 87,
      sleep_balance: 79,
    },
  };

/** Of the night's skin temperature from the usual one, in hundredths of a degree. */
export const deviationOf = ({ night }: DayFacts): number =>
  night === undefined ? 0 : Math.round((night.skinTemperatureC - night.skinTemperatureBaselineC) * 100) / 100;

const activity: DayDocument = (history, day) => {
  const minutes = history.minutes(day.date);
  const steps = minutes?.steps ?? new Uint8Array();
  return {
    ...head(history, 'daily_activity', day),
    score: wholeBetween(55, 96, 'oura', history.person.name, day.date, 'activity'),
    steps: day.steps,
    active_calories: day.activeKcal,
    total_calories: day.activeKcal + day.basalKcal,
    equivalent_walking_distance: distanceOf(day),
    high_activity_time: day.vigorousMin * 60,
    medium_activity_time: day.moderateMin * 60,
    low_activity_time: LOW_ACTIVITY_SEC,
    sedentary_time: day.sedentaryMin * 60,
    resting_time: history.person.sleepMin * 60,
    non_wear_time: 0,
    average_met_minutes: 1.4,
    met: {
      interval: 60,
      items: Array.from(steps, (walked) => Math.round((0.9 + walked / 28) * 10) / 10),
      timestamp: midnight(history, day),
    },
    class_5_min: classes(steps),
    timestamp: midnight(history, day),
    contributors: {
      meet_daily_targets: 80,
      move_every_hour: 95,
      stay_active: 71,
      training_frequency: 88,
      training_volume: 90,
    },
  };
};

/** 0 nothing, 1 rest, 2 inactive, 3 low, 4 medium, 5 high; one digit for five minutes. */
const classes = (steps: Uint8Array): string =>
  Array.from({ length: Math.floor(steps.length / 5) }, (_, index) => {
    const walked = steps.subarray(index * 5, index * 5 + 5).reduce((sum, count) => sum + count, 0);
    return walked === 0 ? '2' : walked < 200 ? '3' : walked < 550 ? '4' : '5';
  }).join('');

const oxygen: DayDocument = (history, day) =>
  day.night && {
    ...head(history, 'daily_spo2', day),
    spo2_percentage: { average: day.night.spo2Percent },
    breathing_disturbance_index: disturbancesOf(history, day.date),
  };

const stress: DayDocument = (history, day) => ({
  ...head(history, 'daily_stress', day),
  stress_high: day.stressAvg * 120,
  recovery_high: (100 - day.stressAvg) * 60,
  day_summary: day.stressAvg > 40 ? 'stressful' : 'normal',
});

const resilience: DayDocument = (history, day) =>
  day.night && {
    ...head(history, 'daily_resilience', day),
    level: 'solid',
    contributors: { sleep_recovery: 71.5, daytime_recovery: 60.2, stress: 66 },
  };

const vascular: DayDocument = (history, day) =>
  day.night && {
    day: day.date,
    id: head(history, 'daily_cardiovascular_age', day).id,
    vascular_age: vascularAgeOf(day),
  };

const oxygenUptake: DayDocument = (history, day) => ({
  ...head(history, 'vO2_max', day),
  timestamp: midnight(history, day),
  vo2_max: day.vo2Max,
});

const bedtime: DayDocument = (history, day) => ({
  ...head(history, 'sleep_time', day),
  optimal_bedtime: { day_tz: 0, start_offset: -5400, end_offset: -3600 },
  recommendation: 'follow_optimal_bedtime',
  status: 'optimal_found',
});

/** The collections with one document a day, by the name in their path. */
export const DAY_DOCUMENTS: Readonly<Record<string, DayDocument>> = {
  daily_sleep: sleepScore,
  daily_readiness: readiness,
  daily_activity: activity,
  daily_spo2: oxygen,
  daily_stress: stress,
  daily_resilience: resilience,
  daily_cardiovascular_age: vascular,
  vO2_max: oxygenUptake,
  sleep_time: bedtime,
};
