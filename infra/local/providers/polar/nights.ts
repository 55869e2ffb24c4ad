/** Nights as Polar tells them: the sleep, the recharge that came of it, what the sensors noted. */
import { between, wholeBetween } from '../people/dice.ts';
import type { History, NightFacts, Sleep, Stage } from '../people/history.ts';
import { awakenings, stageMin } from '../people/nights.ts';
import { isoWithOffset, offsetSec } from '../people/zones.ts';
import { hourMinute } from './formats.ts';
import { userIdOf } from './model.ts';

const MINUTE_MS = 60_000;
const SAMPLE_MS = 5 * MINUTE_MS;
/** 0 awake, 1 REM, 2 and 3 light, 4 deep, 5 unknown. */
const HYPNOGRAM: Readonly<Record<Stage, number>> = { awake: 0, rem: 1, light: 3, deep: 4 };

const seconds = (minutes: number): number => Math.round(minutes * 60);
const userUrl = (history: History): string =>
  `https://www.polaraccesslink.com/v3/users/${userIdOf(history.person)}`;

export function sleepJson(history: History, sleep: Sleep) {
  const { zone } = history.person;
  const night = history.day(sleep.date)?.night;
  return {
    polar_user: userUrl(history),
    date: sleep.date,
    sleep_start_time: isoWithOffset(zone, sleep.startMs),
    sleep_end_time: isoWithOffset(zone, sleep.endMs),
    device_id: '1111AAAA',
    continuity: 3.2,
    continuity_class: 3,
    light_sleep: seconds(stageMin(sleep, 'light')),
    deep_sleep: seconds(stageMin(sleep, 'deep')),
    rem_sleep: seconds(stageMin(sleep, 'rem')),
    unrecognized_sleep_stage: 0,
    sleep_score: sleep.score,
    total_interruption_duration: seconds(stageMin(sleep, 'awake')),
    short_interruption_duration: 0,
    long_interruption_duration: seconds(stageMin(sleep, 'awake')),
    sleep_charge: 3,
    sleep_goal: seconds(history.person.sleepMin),
    sleep_rating: 3,
    sleep_cycles: awakenings(sleep),
    group_duration_score: 80,
    group_solidity_score: 75.5,
    group_regeneration_score: 50.2,
    hypnogram: Object.fromEntries(
      sleep.stages.map(({ stage, startMs }) => [hourMinute(zone, startMs), HYPNOGRAM[stage]]),
    ),
    heart_rate_samples: night === undefined ? {} : samples(history, sleep, 'beats', night.heartRateAvg),
  };
}

/** Whole numbers every five minutes, keyed by the wall clock. */
function samples(history: History, sleep: Sleep, name: string, average: number) {
  const values: Record<string, number> = {};
  for (let atMs = sleep.startMs; atMs < sleep.endMs; atMs += SAMPLE_MS) {
    const change = wholeBetween(-4, 4, 'polar', history.person.name, sleep.key, name, atMs);
    values[hourMinute(history.person.zone, atMs)] = Math.round(average) + change;
  }
  return values;
}

export const hrvOf = ({ hrvRmssdMs }: NightFacts): number => Math.round(hrvRmssdMs);
export const deviationOf = ({ skinTemperatureC, skinTemperatureBaselineC }: NightFacts): number =>
  Math.round((skinTemperatureC - skinTemperatureBaselineC) * 100) / 100;

export function rechargeJson(history: History, sleep: Sleep, night: NightFacts) {
  const name = ['polar', history.person.name, sleep.date] as const;
  return {
    polar_user: userUrl(history),
    date: sleep.date,
    heart_rate_avg: night.heartRateAvg,
    beat_to_beat_avg: Math.round(60_000 / night.heartRateAvg),
    heart_rate_variability_avg: hrvOf(night),
    breathing_rate_avg: night.respiratoryRate,
    nightly_recharge_status: 1 + Math.min(5, Math.floor(night.recoveryPercent / 17)),
    ans_charge: Math.round(between(-9, 9, ...name, 'ans') * 10) / 10,
    ans_charge_status: 3,
    hrv_samples: samples(history, sleep, 'hrv', night.hrvRmssdMs),
    breathing_samples: Object.fromEntries(
      Object.keys(samples(history, sleep, 'breaths', 0)).map((time) => [time, night.respiratoryRate]),
    ),
  };
}

/** A test made in the last minute in bed: an epoch, and the offset of the wall clock in minutes. */
export const oxygenJson = (history: History, sleep: Sleep, night: NightFacts) => ({
  source_device_id: '1111AAAA',
  test_time: Math.floor((sleep.endMs - MINUTE_MS) / 1000),
  time_zone_offset: offsetSec(history.person.zone, sleep.endMs) / 60,
  test_status: 'passed',
  blood_oxygen_percent: Math.round(night.spo2Percent),
  spo2_class: 'normal',
  spo2_value_deviation_from_baseline: 'usual',
  spo2_quality_average_percent: 96,
  average_heart_rate_bpm: night.heartRateAvg,
  heart_rate_variability_ms: hrvOf(night),
});

export const skinTemperatureJson = (sleep: Sleep, night: NightFacts) => ({
  sleep_date: sleep.date,
  sleep_time_skin_temperature_celsius: night.skinTemperatureC,
  deviation_from_baseline_celsius: deviationOf(night),
});

/** Core temperature through the night, every hour from the start. */
export const bodyTemperatureJson = (history: History, sleep: Sleep) => ({
  source_device_id: '1111AAAA',
  measurement_type: 'continuous',
  sensor_location: 'wrist',
  start_time: new Date(sleep.startMs).toISOString(),
  end_time: new Date(sleep.endMs).toISOString(),
  modified_time: new Date(sleep.endMs).toISOString(),
  samples: [0, 1, 2, 3, 4].map((hour) => ({
    temperature_celsius:
      Math.round(between(36.1, 36.9, 'polar', history.person.name, sleep.key, hour) * 100) / 100,
    recording_time_delta_milliseconds: hour * 60 * MINUTE_MS,
  })),
});
