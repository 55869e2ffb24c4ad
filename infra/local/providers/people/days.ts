import { between, chance, wholeBetween } from './dice.ts';
import type { Minutes } from './minutes.ts';
import { type Sleep, stageMin } from './nights.ts';
import type { Person } from './people.ts';
import { addDays, localMs } from './zones.ts';

/** What the night that ended on a date measured. */
export interface NightFacts {
  readonly hrvRmssdMs: number;
  readonly hrvRmssdDeepMs: number;
  readonly spo2Percent: number;
  readonly spo2LowPercent: number;
  readonly respiratoryRate: number;
  readonly heartRateAvg: number;
  readonly heartRateLow: number;
  readonly skinTemperatureC: number;
  readonly skinTemperatureBaselineC: number;
  readonly recoveryPercent: number;
  readonly deepMin: number;
}

/** One local day. Steps, distance and energies of the last day stop at the horizon. */
export interface DayFacts {
  readonly date: string;
  readonly startMs: number;
  /** The next local midnight: 23 or 25 hours later when the clocks change. */
  readonly endMs: number;
  /** What is known of it. */
  readonly untilMs: number;
  readonly steps: number;
  readonly distanceM: number;
  readonly floors: number;
  readonly activeKcal: number;
  readonly basalKcal: number;
  readonly moderateMin: number;
  readonly vigorousMin: number;
  readonly sedentaryMin: number;
  /** 0 when there is no heart rate on that day. */
  readonly heartRateMin: number;
  readonly heartRateMax: number;
  readonly restingHeartRate: number;
  readonly stressAvg: number;
  readonly strain: number;
  readonly bodyBatteryHigh: number;
  readonly vo2Max: number;
  /** Undefined on days without a visit to the scale. */
  readonly weight: { readonly atMs: number; readonly kg: number; readonly fatPercent: number } | undefined;
  readonly night: NightFacts | undefined;
}

interface FactsOptions {
  readonly person: Person;
  readonly seed: string;
  readonly date: string;
  readonly minutes: Minutes;
  readonly horizonMs: number;
  readonly slept: Sleep | undefined;
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

export function baseFacts({ person, seed, date, minutes, horizonMs, slept }: FactsOptions): DayFacts {
  const name = [seed, person.name, date] as const;
  const endMs = localMs(person.zone, addDays(date, 1), 0);
  const untilMs = Math.min(endMs, horizonMs);
  const moved = totals(minutes);
  const share = (untilMs - minutes.startMs) / (endMs - minutes.startMs);
  return {
    date,
    startMs: minutes.startMs,
    endMs,
    untilMs,
    ...moved,
    distanceM: round(moved.steps * 0.74, 1),
    floors: Math.round(wholeBetween(2, 16, ...name, 'floors') * share),
    activeKcal: Math.round(moved.steps * 0.043 + moved.vigorousMin * 5),
    basalKcal: Math.round((900 + person.weightKg * 11) * share),
    restingHeartRate: person.restingHeartRate + wholeBetween(-2, 3, ...name, 'resting'),
    stressAvg: wholeBetween(18, 52, ...name, 'stress'),
    strain: round(between(4, 17, ...name, 'strain'), 2),
    bodyBatteryHigh: wholeBetween(55, 98, ...name, 'battery'),
    vo2Max: round(person.vo2Max + between(-0.8, 0.8, seed, person.name, date.slice(0, 8), 'vo2'), 1),
    weight: weightOf(person, seed, date, untilMs),
    night: slept && nightOf(person, name, slept),
  };
}

function totals({ heartRate, steps }: Minutes) {
  const sum = { steps: 0, moderateMin: 0, vigorousMin: 0, sedentaryMin: 0, heartRateMin: 0, heartRateMax: 0 };
  for (const [minute, beats] of heartRate.entries()) {
    const walked = steps[minute] ?? 0;
    sum.steps += walked;
    if (walked > 130) sum.vigorousMin++;
    else if (walked > 95) sum.moderateMin++;
    else if (walked === 0 && beats > 0) sum.sedentaryMin++;
    if (beats > 0 && (sum.heartRateMin === 0 || beats < sum.heartRateMin)) sum.heartRateMin = beats;
    if (beats > sum.heartRateMax) sum.heartRateMax = beats;
  }
  return sum;
}

function weightOf(person: Person, seed: string, date: string, untilMs: number): DayFacts['weight'] {
  if (chance(seed, person.name, date, 'scale') > 0.35) return undefined;
  const atMs = localMs(person.zone, date, wholeBetween(405, 460, seed, person.name, date, 'weighed'));
  if (atMs >= untilMs) return undefined;
  return {
    atMs,
    kg: round(person.weightKg + between(-0.9, 0.9, seed, person.name, date, 'kg'), 2),
    fatPercent: round(
      between(14, 24, seed, person.name, 'fat') + between(-0.4, 0.4, seed, person.name, date, 'fat'),
      1,
    ),
  };
}

function nightOf(person: Person, name: readonly [string, string, string], slept: Sleep): NightFacts {
  const hrv = round(between(28, 92, name[0], name[1], 'hrv') * between(0.82, 1.18, ...name, 'hrv'), 1);
  const spo2 = round(between(94.2, 98.4, ...name, 'spo2'), 1);
  const baseline = round(between(33.1, 34.9, name[0], name[1], 'skin'), 2);
  return {
    hrvRmssdMs: hrv,
    hrvRmssdDeepMs: round(hrv * between(0.95, 1.2, ...name, 'deep'), 1),
    spo2Percent: spo2,
    spo2LowPercent: round(spo2 - between(1.5, 4.5, ...name, 'low'), 1),
    respiratoryRate: round(between(12.4, 16.8, ...name, 'breath'), 1),
    heartRateAvg: person.restingHeartRate + wholeBetween(3, 7, ...name, 'night'),
    heartRateLow: person.restingHeartRate - wholeBetween(0, 3, ...name, 'lowest'),
    skinTemperatureC: round(baseline + between(-0.7, 0.7, ...name, 'skin'), 2),
    skinTemperatureBaselineC: baseline,
    recoveryPercent: wholeBetween(31, 97, ...name, 'recovery'),
    deepMin: stageMin(slept, 'deep'),
  };
}
