import { between, wholeBetween } from '../people/dice.ts';
import type { DayFacts } from '../people/history.ts';
import { localMs, offsetSec } from '../people/zones.ts';
import { type Account, type Summary, sec, summaryIdOf } from './model.ts';

function measuredAt(account: Account, atMs: number) {
  return {
    measurementTimeInSeconds: sec(atMs),
    measurementTimeOffsetInSeconds: offsetSec(account.history.person.zone, atMs),
  };
}

export function bodyComps(account: Account, day: DayFacts): Summary | undefined {
  const { weight } = day;
  if (weight === undefined) return undefined;
  const grams = Math.round(weight.kg * 1000);
  const { heightM } = account.history.person;
  return {
    summaryId: summaryIdOf(account, 'body', weight.atMs),
    startSec: sec(weight.atMs),
    date: day.date,
    fields: {
      ...measuredAt(account, weight.atMs),
      weightInGrams: grams,
      bodyFatInPercent: weight.fatPercent,
      bodyMassIndex: Math.round((weight.kg / heightM ** 2) * 10) / 10,
      muscleMassInGrams: Math.round(grams * 0.42),
      boneMassInGrams: Math.round(grams * 0.045),
      bodyWaterInPercent: Math.round((100 - weight.fatPercent) * 0.73 * 10) / 10,
    },
  };
}

const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** Every Monday evening, by hand. */
export function bloodPressures(account: Account, day: DayFacts): Summary | undefined {
  const atMs = localMs(account.history.person.zone, day.date, 1130);
  if (weekdayOf(day.date) !== 1 || atMs >= day.untilMs) return undefined;
  return {
    summaryId: summaryIdOf(account, 'bp', atMs),
    startSec: sec(atMs),
    date: day.date,
    fields: {
      ...measuredAt(account, atMs),
      systolic: wholeBetween(108, 131, account.userId, day.date, 'systolic'),
      diastolic: wholeBetween(66, 84, account.userId, day.date, 'diastolic'),
      pulse: day.restingHeartRate + 9,
      sourceType: 'MANUAL',
    },
  };
}

/** A two-minute session every Sunday at noon. */
export function healthSnapshot(account: Account, day: DayFacts): Summary | undefined {
  const atMs = localMs(account.history.person.zone, day.date, 720);
  if (weekdayOf(day.date) !== 0 || atMs + 120_000 > day.untilMs) return undefined;
  const session = (summaryType: string, avgValue: number) => ({
    summaryType,
    minValue: Math.round(avgValue * 0.94),
    avgValue: Math.round(avgValue * 10) / 10,
    maxValue: Math.round(avgValue * 1.06),
    epochSummaries: {
      '0': Math.round(avgValue),
      '5': Math.round(avgValue * 1.02),
      '10': Math.round(avgValue * 0.98),
    },
  });
  const hrv = between(35, 80, account.userId, day.date, 'snapshot');
  return {
    summaryId: summaryIdOf(account, 'snapshot', atMs),
    startSec: sec(atMs),
    date: day.date,
    fields: {
      calendarDate: day.date,
      startTimeInSeconds: sec(atMs),
      offsetStartTimeInSeconds: offsetSec(account.history.person.zone, atMs),
      durationInSeconds: 120,
      summaries: [
        session('heart_rate', day.restingHeartRate + 12),
        session('stress', day.stressAvg),
        session('respiration', 14.2),
        session('rmssd_hrv', hrv),
        session('sdrr_hrv', hrv * 1.15),
      ],
    },
  };
}
