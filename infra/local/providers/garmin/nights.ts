import { dice } from '../people/dice.ts';
import type { DayFacts, NightFacts, Sleep } from '../people/history.ts';
import { asleepMin, stageMin } from '../people/nights.ts';
import { type Account, type Summary, sec, startFields, summaryIdOf } from './model.ts';

export type Night = DayFacts & { readonly night: NightFacts };

export function sleeps(account: Account, sleep: Sleep): Summary {
  const map = (stage: string) =>
    sleep.stages
      .filter((part) => part.stage === stage)
      .map(({ startMs, endMs }) => ({ startTimeInSeconds: sec(startMs), endTimeInSeconds: sec(endMs) }));
  return {
    summaryId: summaryIdOf(account, 'sleep', sleep.startMs),
    startSec: sec(sleep.startMs),
    date: sleep.date,
    fields: {
      calendarDate: sleep.date,
      ...startFields(account, sleep.startMs),
      durationInSeconds: asleepMin(sleep) * 60,
      totalNapDurationInSeconds: 0,
      unmeasurableSleepInSeconds: 0,
      deepSleepDurationInSeconds: stageMin(sleep, 'deep') * 60,
      lightSleepDurationInSeconds: stageMin(sleep, 'light') * 60,
      remSleepInSeconds: stageMin(sleep, 'rem') * 60,
      awakeDurationInSeconds: stageMin(sleep, 'awake') * 60,
      sleepLevelsMap: { deep: map('deep'), light: map('light'), rem: map('rem'), awake: map('awake') },
      validation: sleep.final ? 'ENHANCED_FINAL' : 'ENHANCED_TENTATIVE',
      overallSleepScore: { value: sleep.score, qualifierKey: sleep.score >= 80 ? 'GOOD' : 'FAIR' },
    },
  };
}

/** Values every `stepMin` minutes of the night, around an average. */
function series(
  account: Account,
  sleep: Sleep,
  options: { kind: string; stepMin: number; around: number; spread: number },
) {
  const roll = dice(account.userId, sleep.key, options.kind);
  const values: Record<string, number> = {};
  for (let at = 0; at < (sleep.endMs - sleep.startMs) / 1000; at += options.stepMin * 60)
    values[String(at)] = Math.round((options.around + (roll() - 0.5) * options.spread) * 10) / 10;
  return values;
}

function ofNight(account: Account, kind: string, sleep: Sleep, fields: Record<string, unknown>): Summary {
  return {
    summaryId: summaryIdOf(account, kind, sleep.startMs),
    startSec: sec(sleep.startMs),
    date: sleep.date,
    fields: {
      calendarDate: sleep.date,
      ...startFields(account, sleep.startMs),
      durationInSeconds: sec(sleep.endMs) - sec(sleep.startMs),
      ...fields,
    },
  };
}

export function pulseox(account: Account, { night }: Night, sleep: Sleep): Summary {
  const wholes = Object.entries(
    series(account, sleep, { kind: 'spo2', stepMin: 15, around: night.spo2Percent, spread: 3 }),
  );
  const timeOffsetSpo2Values = Object.fromEntries(
    wholes.map(([at, value]) => [at, Math.min(100, Math.round(value))]),
  );
  return ofNight(account, 'spo2', sleep, { onDemand: false, timeOffsetSpo2Values });
}

export function respiration(account: Account, { night }: Night, sleep: Sleep): Summary {
  const values = series(account, sleep, {
    kind: 'breaths',
    stepMin: 15,
    around: night.respiratoryRate,
    spread: 3,
  });
  // Gaps are told as values of no breath.
  return ofNight(account, 'respiration', sleep, { timeOffsetEpochToBreaths: { ...values, '900': -1 } });
}

export function hrv(account: Account, { night }: Night, sleep: Sleep): Summary {
  const values = series(account, sleep, { kind: 'hrv', stepMin: 5, around: night.hrvRmssdMs, spread: 20 });
  const hrvValues = Object.fromEntries(
    Object.entries(values).map(([at, value]) => [at, Math.max(5, Math.round(value))]),
  );
  return ofNight(account, 'hrv', sleep, {
    lastNightAvg: Math.round(night.hrvRmssdMs),
    lastNight5MinHigh: Math.round(night.hrvRmssdMs + 24),
    hrvValues,
  });
}

export function skinTemp(account: Account, { night }: Night, sleep: Sleep): Summary {
  const deviation = Math.round((night.skinTemperatureC - night.skinTemperatureBaselineC) * 100) / 100;
  return ofNight(account, 'skin', sleep, { avgDeviationCelsius: deviation });
}
