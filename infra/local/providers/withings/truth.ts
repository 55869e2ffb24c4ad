import type { Truth } from '../frame/cloud.ts';
import type { DayFacts, History, Sleep } from '../people/history.ts';
import { asleepMin, awakenings, stageMin } from '../people/nights.ts';
import { localDate } from '../people/zones.ts';
import { type GroupEdits, groupsOf } from './groups.ts';
import { MEASURE_TYPE, type MeasureName, realOf } from './measures.ts';
import { sleepIdOf, workoutIdOf } from './model.ts';
import { apneaIndexOf, distanceOf, efficiencyOf, elevationOf } from './shapes.ts';

type Values = Record<string, number>;

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** The metric that a measure is; what is derived of two measures (body water) is not told. */
const METRIC_OF: Readonly<Partial<Record<MeasureName, string>>> = {
  weight: 'weight',
  height: 'height',
  leanMass: 'lean_body_mass',
  fatRatio: 'body_fat',
  fatMass: 'fat_mass',
  diastolic: 'blood_pressure_diastolic',
  systolic: 'blood_pressure_systolic',
  skinTemperature: 'skin_temperature',
  vascularAge: 'vascular_age',
  basalMetabolicRate: 'basal_energy',
  spo2: 'spo2',
  bodyTemperature: 'body_temperature',
  muscleMass: 'muscle_mass',
  boneMass: 'bone_mass',
  pulseWaveVelocity: 'pulse_wave_velocity',
  vo2Max: 'vo2_max',
  visceralFat: 'visceral_fat_index',
};

const METRIC_OF_TYPE: ReadonlyMap<number, string | undefined> = new Map(
  Object.entries(MEASURE_TYPE).map(([name, type]) => [type, METRIC_OF[name as MeasureName]] as const),
);

/** What a client must know after it has read everything; measures by their date, the last of the day. */
export function truthOf(history: History, edits: GroupEdits, from: string, to: string): Truth {
  const { person } = history;
  const isWithin = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const daily: Record<string, Values> = {};
  const put = (date: string, values: Values): void => {
    daily[date] = { ...daily[date], ...values };
  };
  for (const date of history.dates(from, to)) {
    const day = history.day(date);
    if (day !== undefined) put(date, dayValues(day));
  }
  const sleeps = history.sleeps().filter(isWithin);
  for (const sleep of sleeps) put(sleep.date, sleepValues(history, sleep));
  for (const { atMs, attrib, category, measures } of groupsOf(history, edits)) {
    const date = localDate(person.zone, atMs);
    if (!isWithin({ date }) || attrib === 1 || category !== 1) continue;
    const isPressure = measures.some(({ type }) => type === MEASURE_TYPE.systolic);
    for (const one of measures) {
      // A pulse that came without a blood pressure is a heart rate of that moment, and no value of the day.
      const isPulseOfPressure = isPressure && one.type === MEASURE_TYPE.pulse;
      const metric = isPulseOfPressure ? 'pulse_at_bp' : METRIC_OF_TYPE.get(one.type);
      if (metric !== undefined) put(date, { [metric]: realOf(one) });
    }
  }
  return {
    daily,
    sleeps: sleeps.map(({ key, startMs, endMs }) => ({
      externalId: String(sleepIdOf(person, key)),
      start: iso(startMs),
      end: iso(endMs),
    })),
    workouts: history
      .workouts()
      .filter(isWithin)
      .map(({ key, startMs, endMs, kind }) => ({
        externalId: String(workoutIdOf(person, key)),
        start: iso(startMs),
        end: iso(endMs),
        type: kind,
      })),
  };
}

const dayValues = (day: DayFacts): Values => ({
  steps: day.steps,
  distance: distanceOf(day),
  elevation_gain: elevationOf(day),
  active_energy: day.activeKcal,
  total_energy: day.activeKcal + day.basalKcal,
  active_minutes: day.moderateMin + day.vigorousMin,
});

function sleepValues(history: History, sleep: Sleep): Values {
  const night = history.day(sleep.date)?.night;
  return {
    sleep_duration: asleepMin(sleep),
    time_in_bed: (sleep.endMs - sleep.startMs) / 60_000,
    sleep_light: stageMin(sleep, 'light'),
    sleep_deep: stageMin(sleep, 'deep'),
    sleep_rem: stageMin(sleep, 'rem'),
    sleep_awake: stageMin(sleep, 'awake'),
    sleep_latency: sleep.latencyMin,
    sleep_efficiency: Math.round(efficiencyOf(sleep) * 100),
    sleep_score: sleep.score,
    awakenings_count: awakenings(sleep),
    breathing_disturbance_index: apneaIndexOf(history, sleep),
    ...(night === undefined
      ? {}
      : { sleeping_heart_rate_avg: night.heartRateAvg, respiratory_rate: Math.round(night.respiratoryRate) }),
  };
}
