/** WHOOP v2 as JSON. What is not scored yet has `score: null`. */
import type { History, Sleep, Stage, Workout } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import { offsetSec, offsetText } from '../people/zones.ts';
import { type Cycle, sleepIdOf, userIdOf, v1IdOf, workoutIdOf } from './model.ts';

const MINUTE_MS = 60_000;
const KJ_PER_KCAL = 4.184;
/** From the end of a sleep or a workout to its arrival. */
const UPLOAD_MS = 4 * MINUTE_MS;
const SCORING_MS = 9 * MINUTE_MS;
/** Sport ids of v1, kept for old clients. */
const SPORT_ID = { running: 0, cycling: 1, walking: 63 } as const;

const iso = (atMs: number): string => new Date(atMs).toISOString();
const percent = (share: number): number => Math.round(share * 10_000) / 100;

/** Fields that every record begins with; `version` 1 is what was first told. */
function head(history: History, startMs: number, endMs: number, version: number) {
  return {
    user_id: userIdOf(history.person),
    created_at: iso(endMs + UPLOAD_MS),
    updated_at: iso(endMs + UPLOAD_MS + version * SCORING_MS),
    start: iso(startMs),
    end: iso(endMs),
    timezone_offset: offsetText(offsetSec(history.person.zone, startMs)),
  };
}

const stateOf = (sleep: Sleep) => (sleep.final ? 'SCORED' : 'PENDING_SCORE');

export function sleepJson(history: History, cycle: Cycle) {
  const { sleep } = cycle;
  return {
    id: sleepIdOf(history.person, sleep.key),
    cycle_id: cycle.id,
    v1_id: v1IdOf(history.person, sleep.key),
    ...head(history, sleep.startMs, sleep.endMs, sleep.version),
    nap: sleep.nap,
    score_state: stateOf(sleep),
    score: sleep.final ? sleepScore(history, sleep) : null,
  };
}

function sleepScore(history: History, sleep: Sleep) {
  const inBedMin = (sleep.endMs - sleep.startMs) / MINUTE_MS;
  const milli = (stage: Stage) => stageMin(sleep, stage) * MINUTE_MS;
  return {
    stage_summary: {
      total_in_bed_time_milli: inBedMin * MINUTE_MS,
      total_awake_time_milli: milli('awake'),
      total_no_data_time_milli: 0,
      total_light_sleep_time_milli: milli('light'),
      total_slow_wave_sleep_time_milli: milli('deep'),
      total_rem_sleep_time_milli: milli('rem'),
      sleep_cycle_count: sleep.stages.filter(({ stage }) => stage === 'rem').length,
      disturbance_count: awakenings(sleep),
    },
    sleep_needed: {
      baseline_milli: history.person.sleepMin * MINUTE_MS,
      need_from_sleep_debt_milli: 18 * MINUTE_MS,
      need_from_recent_strain_milli: 7 * MINUTE_MS,
      need_from_recent_nap_milli: 0,
    },
    respiratory_rate: history.day(sleep.date)?.night?.respiratoryRate ?? null,
    sleep_performance_percentage: sleep.score,
    sleep_consistency_percentage: 81,
    sleep_efficiency_percentage: percent(asleepMin(sleep) / inBedMin),
  };
}

export function recoveryJson(history: History, cycle: Cycle) {
  const { sleep } = cycle;
  const day = cycle.day();
  const { created_at, updated_at, user_id } = head(history, sleep.startMs, sleep.endMs, sleep.version);
  const night = day?.night;
  return {
    cycle_id: cycle.id,
    sleep_id: sleepIdOf(history.person, sleep.key),
    user_id,
    created_at,
    updated_at,
    score_state: night === undefined && sleep.final ? 'UNSCORABLE' : stateOf(sleep),
    score:
      sleep.final && day !== undefined && night !== undefined
        ? {
            user_calibrating: false,
            recovery_score: night.recoveryPercent,
            resting_heart_rate: day.restingHeartRate,
            hrv_rmssd_milli: night.hrvRmssdMs,
            spo2_percentage: night.spo2Percent,
            skin_temp_celsius: night.skinTemperatureC,
          }
        : null,
  };
}

export function cycleJson(history: History, cycle: Cycle) {
  const day = cycle.day();
  return {
    id: cycle.id,
    ...head(history, cycle.startMs, cycle.sleep.endMs, 1),
    end: cycle.endMs === undefined ? null : iso(cycle.endMs),
    score_state: day === undefined ? 'UNSCORABLE' : 'SCORED',
    score: day && {
      strain: day.strain,
      kilojoule: (day.activeKcal + day.basalKcal) * KJ_PER_KCAL,
      average_heart_rate: day.restingHeartRate + 14,
      max_heart_rate: day.heartRateMax,
    },
  };
}

export function workoutJson(history: History, workout: Workout) {
  const partMs = Math.round((workout.endMs - workout.startMs) / 4);
  return {
    id: workoutIdOf(history.person, workout.key),
    v1_id: v1IdOf(history.person, workout.key),
    ...head(history, workout.startMs, workout.endMs, workout.version),
    sport_name: workout.kind,
    sport_id: SPORT_ID[workout.kind],
    score_state: 'SCORED',
    score: {
      strain: Math.round(workout.kcal / 60) + 3.25,
      average_heart_rate: workout.heartRateAvg,
      max_heart_rate: workout.heartRateMax,
      kilojoule: workout.kcal * KJ_PER_KCAL,
      percent_recorded: 100,
      distance_meter: workout.distanceM,
      altitude_gain_meter: workout.elevationGainM,
      altitude_change_meter: 0,
      zone_durations: {
        zone_zero_milli: 0,
        zone_one_milli: 0,
        zone_two_milli: partMs,
        zone_three_milli: partMs,
        zone_four_milli: partMs,
        zone_five_milli: workout.endMs - workout.startMs - 3 * partMs,
      },
    },
  };
}
