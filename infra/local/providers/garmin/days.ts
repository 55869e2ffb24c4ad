import { dice } from '../people/dice.ts';
import type { DayFacts, Minutes } from '../people/history.ts';
import { type Account, type Summary, sec, startFields, summaryIdOf } from './model.ts';

/** Offsets are keys, as text, in seconds after the start; minutes without a value are left out. */
function offsets(values: Uint8Array): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [minute, value] of values.entries()) if (value > 0) found[String(minute * 60)] = value;
  return found;
}

export function dailies(account: Account, day: DayFacts, minutes: Minutes): Summary {
  const seconds = sec(day.untilMs) - sec(day.startMs);
  return {
    summaryId: summaryIdOf(account, '', day.startMs),
    startSec: sec(day.startMs),
    date: day.date,
    fields: {
      calendarDate: day.date,
      ...startFields(account, day.startMs),
      durationInSeconds: seconds,
      activityType: 'GENERIC',
      steps: day.steps,
      pushes: 0,
      pushDistanceInMeters: 0,
      distanceInMeters: day.distanceM,
      activeTimeInSeconds: (day.moderateMin + day.vigorousMin) * 60,
      activeKilocalories: day.activeKcal,
      bmrKilocalories: day.basalKcal,
      moderateIntensityDurationInSeconds: day.moderateMin * 60,
      vigorousIntensityDurationInSeconds: day.vigorousMin * 60,
      floorsClimbed: day.floors,
      ...(day.heartRateMax > 0
        ? { minHeartRateInBeatsPerMinute: day.heartRateMin, maxHeartRateInBeatsPerMinute: day.heartRateMax }
        : {}),
      averageHeartRateInBeatsPerMinute: day.restingHeartRate + 18,
      restingHeartRateInBeatsPerMinute: day.restingHeartRate,
      timeOffsetHeartRateSamples: offsets(minutes.heartRate),
      averageStressLevel: seconds < 7200 ? -1 : day.stressAvg,
      maxStressLevel: Math.min(99, day.stressAvg + 38),
      stressDurationInSeconds: Math.round(seconds * 0.31),
      restStressDurationInSeconds: Math.round(seconds * 0.42),
      activityStressDurationInSeconds: Math.round(seconds * 0.12),
      stepsGoal: 9000,
      floorsClimbedGoal: 10,
      intensityDurationGoalInSeconds: 9000,
      bodyBatteryChargedValue: day.bodyBatteryHigh - 22,
      bodyBatteryDrainedValue: day.bodyBatteryHigh - 25,
    },
  };
}

const EPOCH_MIN = 15;

/** One summary for each quarter of an hour that has begun and ended. */
export function epochs(account: Account, day: DayFacts, minutes: Minutes): readonly Summary[] {
  const found: Summary[] = [];
  for (let minute = 0; minute < 1440; minute += EPOCH_MIN) {
    const startMs = day.startMs + minute * 60_000;
    if (startMs + EPOCH_MIN * 60_000 > day.untilMs) break;
    const walked = minutes.steps.subarray(minute, minute + EPOCH_MIN);
    found.push(epoch(account, day.date, startMs, walked));
  }
  return found;
}

function epoch(account: Account, date: string, startMs: number, walked: Uint8Array): Summary {
  const steps = walked.reduce((sum, count) => sum + count, 0);
  const active = walked.reduce((sum, count) => sum + (count > 20 ? 1 : 0), 0);
  const kind = steps > 2000 ? 'RUNNING' : steps > 0 ? 'WALKING' : 'SEDENTARY';
  return {
    summaryId: summaryIdOf(account, steps > 2000 ? '8' : steps > 0 ? '1' : '0', startMs),
    startSec: sec(startMs),
    date,
    fields: {
      ...startFields(account, startMs),
      activityType: kind,
      durationInSeconds: EPOCH_MIN * 60,
      activeTimeInSeconds: active * 60,
      steps,
      distanceInMeters: Math.round(steps * 7.4) / 10,
      activeKilocalories: Math.round(steps * 0.043),
      met: 1 + Math.round(Math.min(9, steps / 250) * 10) / 10,
      intensity: kind === 'SEDENTARY' ? 'SEDENTARY' : kind === 'WALKING' ? 'ACTIVE' : 'HIGHLY_ACTIVE',
      meanMotionIntensity: Math.min(7, Math.round(steps / 200)),
      maxMotionIntensity: Math.min(7, Math.round(steps / 120)),
    },
  };
}

const STRESS_STEP_SEC = 180;

/** Stress every three minutes, with the negative marks for what could not be measured, and the body battery. */
export function stressDetails(account: Account, day: DayFacts): Summary {
  const roll = dice(account.userId, day.date, 'stress');
  const stress: Record<string, number> = {};
  const battery: Record<string, number> = {};
  const seconds = sec(day.untilMs) - sec(day.startMs);
  for (let at = 0; at < seconds; at += STRESS_STEP_SEC) {
    const mark = roll();
    stress[String(at)] =
      mark < 0.08
        ? -1 - Math.floor(mark * 60)
        : Math.max(1, Math.min(100, Math.round(day.stressAvg + (roll() - 0.5) * 30)));
    battery[String(at)] = Math.max(5, Math.round(day.bodyBatteryHigh * (1 - (0.7 * at) / 86_400)));
  }
  return {
    summaryId: summaryIdOf(account, 'stress', day.startMs),
    startSec: sec(day.startMs),
    date: day.date,
    fields: {
      calendarDate: day.date,
      ...startFields(account, day.startMs),
      durationInSeconds: seconds,
      timeOffsetStressLevelValues: stress,
      timeOffsetBodyBatteryValues: battery,
    },
  };
}

export function userMetrics(account: Account, day: DayFacts): Summary {
  return {
    summaryId: summaryIdOf(account, 'metrics', day.startMs),
    startSec: sec(day.startMs),
    date: day.date,
    fields: {
      calendarDate: day.date,
      vo2Max: day.vo2Max,
      fitnessAge: Math.round(78 - day.vo2Max),
      enhanced: true,
    },
  };
}
