import { between, wholeBetween } from '../people/dice.ts';
import type { DayFacts, NightFacts, Sleep } from '../people/history.ts';
import { localMs } from '../people/zones.ts';
import type { Account, DataType, Point } from './model.ts';
import { dateShape, int64, sampleShape } from './shapes.ts';

const METRICS = 'health_metrics_and_measurements';
const READ = ['list', 'reconcile'] as const;

interface Named {
  readonly url: string;
  readonly json: string;
  readonly scope?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** A value of the day, told under its date. */
function daily(
  { url, json, scope = METRICS }: Named,
  value: (day: DayFacts) => Fields | undefined,
): DataType {
  return {
    url,
    filter: url.replaceAll('-', '_'),
    json,
    kind: 'daily',
    scope,
    operations: READ,
    ofDate({ history }, date) {
      const day = history.day(date);
      const fields = day && value(day);
      if (day === undefined || fields === undefined) return [];
      return [
        {
          startMs: day.startMs,
          filterMs: day.startMs,
          date,
          value: () => ({ date: dateShape(date), ...fields }),
        },
      ];
    },
  };
}

const ofNight =
  (value: (night: NightFacts) => Fields) =>
  ({ night }: DayFacts): Fields | undefined =>
    night && value(night);

/** Samples of one local date; `made` gives their times and values. */
type Made = readonly { readonly atMs: number; readonly fields: Fields; readonly id?: string }[];

function samples(
  { url, json, scope = METRICS }: Named,
  operations: DataType['operations'],
  made: (account: Account, day: DayFacts) => Made,
): DataType {
  return {
    url,
    filter: url.replaceAll('-', '_'),
    json,
    kind: 'sample',
    scope,
    operations,
    ofDate(account, date) {
      const day = account.history.day(date);
      if (day === undefined) return [];
      const { zone } = account.history.person;
      return made(account, day).map(
        ({ atMs, fields, id }): Point => ({
          startMs: atMs,
          filterMs: atMs,
          date,
          ...(id === undefined ? {} : { id }),
          value: () => ({ sampleTime: sampleShape(zone, atMs), ...fields }),
        }),
      );
    },
  };
}

/** Every `stepMin` minutes of the night that ended on the day. */
function throughNight(
  { history }: Account,
  day: DayFacts,
  stepMin: number,
  value: (night: NightFacts, atMs: number, sleep: Sleep) => Fields,
): Made {
  const sleep = history.sleeps().find(({ date }) => date === day.date);
  const { night } = day;
  if (sleep === undefined || night === undefined) return [];
  const count = Math.floor((sleep.endMs - sleep.startMs) / (stepMin * 60_000));
  return Array.from({ length: count }, (_, index) => {
    const atMs = sleep.startMs + index * stepMin * 60_000;
    return { atMs, fields: value(night, atMs, sleep) };
  });
}

const spread = (account: Account, atMs: number, around: number, by: number): number =>
  Math.round((around + between(-by, by, account.healthUserId, atMs)) * 10) / 10;

/** At a minute of the day, on days whose weekday is `weekday`; nothing if that is still to come. */
function weekly({ history }: Account, day: DayFacts, weekday: number, minute: number): number | undefined {
  const atMs = localMs(history.person.zone, day.date, minute);
  const isDay = new Date(`${day.date}T00:00:00Z`).getUTCDay() === weekday;
  return isDay && atMs < day.untilMs ? atMs : undefined;
}

const idOf = (atMs: number): string => String(Math.floor(atMs / 1000));
const NAMED = ['list', 'reconcile', 'get', 'rollUp', 'dailyRollUp'] as const;

const weight = samples({ url: 'weight', json: 'weight' }, NAMED, (_, { weight: measured }) =>
  measured === undefined
    ? []
    : [
        {
          atMs: measured.atMs,
          id: idOf(measured.atMs),
          fields: { weightGrams: Math.round(measured.kg * 1000) },
        },
      ],
);

const bodyFat = samples({ url: 'body-fat', json: 'bodyFat' }, NAMED, (_, { weight: measured }) =>
  measured === undefined
    ? []
    : [{ atMs: measured.atMs, id: idOf(measured.atMs), fields: { percentage: measured.fatPercent } }],
);

const height = samples({ url: 'height', json: 'height' }, ['list', 'get', 'reconcile'], (account, day) =>
  day.date === account.history.dates()[0]
    ? [
        {
          atMs: day.startMs + 36_000_000,
          id: idOf(day.startMs + 36_000_000),
          fields: { heightMillimeters: int64(account.history.person.heightM * 1000) },
        },
      ]
    : [],
);

const glucose = samples({ url: 'blood-glucose', json: 'bloodGlucose' }, NAMED, (account, day) => {
  const atMs = weekly(account, day, 3, 430);
  const value = wholeBetween(78, 104, account.healthUserId, day.date, 'glucose');
  return atMs === undefined
    ? []
    : [
        {
          atMs,
          id: idOf(atMs),
          fields: {
            bloodGlucoseMilligramsPerDeciliter: value,
            measurementTiming: 'FASTING',
            specimen: 'CAPILLARY_BLOOD',
          },
        },
      ];
});

const coreTemperature = samples(
  { url: 'core-body-temperature', json: 'coreBodyTemperature' },
  NAMED,
  (account, day) => {
    const atMs = weekly(account, day, 4, 500);
    const value = Math.round(between(36.2, 37.1, account.healthUserId, day.date, 'core') * 10) / 10;
    return atMs === undefined
      ? []
      : [
          {
            atMs,
            id: idOf(atMs),
            fields: { temperatureCelsius: value, measurementLocation: 'ORAL', id: idOf(atMs) },
          },
        ];
  },
);

const hydration = samples(
  { url: 'hydration-log', json: 'hydrationLog', scope: 'nutrition' },
  NAMED,
  (account, day) => {
    const atMs = weekly(account, day, 5, 800);
    return atMs === undefined
      ? []
      : [{ atMs, id: idOf(atMs), fields: { amountConsumed: { milliliters: 500 } } }];
  },
);

const nutrition = samples(
  { url: 'nutrition-log', json: 'nutritionLog', scope: 'nutrition' },
  NAMED,
  (account, day) => {
    const atMs = weekly(account, day, 5, 790);
    const kcal = wholeBetween(420, 810, account.healthUserId, day.date, 'meal');
    return atMs === undefined
      ? []
      : [{ atMs, id: idOf(atMs), fields: { energy: { kcal }, mealType: 'LUNCH', foodDisplayName: 'Lunch' } }];
  },
);

const hrv = samples({ url: 'heart-rate-variability', json: 'heartRateVariability' }, READ, (account, day) =>
  throughNight(account, day, 5, ({ hrvRmssdMs }, atMs) => ({
    rootMeanSquareOfSuccessiveDifferencesMilliseconds: spread(account, atMs, hrvRmssdMs, 9),
    standardDeviationMilliseconds: spread(account, atMs, hrvRmssdMs + 8, 9),
  })),
);

const oxygen = samples({ url: 'oxygen-saturation', json: 'oxygenSaturation' }, READ, (account, day) =>
  throughNight(account, day, 5, ({ spo2Percent }, atMs) => ({
    percentage: Math.min(100, spread(account, atMs, spo2Percent, 1.2)),
  })),
);

const runVo2 = samples(
  { url: 'run-vo2-max', json: 'runVo2Max', scope: 'activity_and_fitness' },
  ['list', 'reconcile', 'rollUp', 'dailyRollUp'],
  ({ history }, day) =>
    history
      .workouts()
      .filter(({ date, kind }) => date === day.date && kind === 'running')
      .map(({ endMs }) => ({ atMs: endMs, fields: { runVo2Max: day.vo2Max } })),
);

/** One point a night, at its beginning. */
const breathing = samples(
  { url: 'respiratory-rate-sleep-summary', json: 'respiratoryRateSleepSummary' },
  READ,
  (account, day) =>
    throughNight(account, day, 60, ({ respiratoryRate }) => ({
      fullSleepStats: { breathsPerMinute: respiratoryRate, standardDeviation: 1.4, signalToNoise: 7.1 },
      deepSleepStats: { breathsPerMinute: respiratoryRate - 0.4, standardDeviation: 0.9, signalToNoise: 8 },
    })).slice(0, 1),
);

/** Measured on Sundays, in the words of the laboratory. */
const vo2 = samples(
  { url: 'vo2-max', json: 'vo2Max', scope: 'activity_and_fitness' },
  READ,
  (account, day) => {
    const atMs = weekly(account, day, 0, 660);
    return atMs === undefined
      ? []
      : [{ atMs, fields: { vo2Max: day.vo2Max, measurementMethod: 'FITNESS_TEST' } }];
  },
);

export const DAILY_TYPES: readonly DataType[] = [
  daily({ url: 'daily-resting-heart-rate', json: 'dailyRestingHeartRate' }, (day) => ({
    beatsPerMinute: int64(day.restingHeartRate),
    dailyRestingHeartRateMetadata: { calculationMethod: day.night ? 'WITH_SLEEP' : 'ONLY_WITH_AWAKE_DATA' },
  })),
  daily(
    { url: 'daily-heart-rate-variability', json: 'dailyHeartRateVariability' },
    ofNight((night) => ({
      averageHeartRateVariabilityMilliseconds: night.hrvRmssdMs,
      deepSleepRootMeanSquareOfSuccessiveDifferencesMilliseconds: night.hrvRmssdDeepMs,
      entropy: 3.1,
      nonRemHeartRateBeatsPerMinute: int64(night.heartRateAvg),
    })),
  ),
  daily(
    { url: 'daily-oxygen-saturation', json: 'dailyOxygenSaturation' },
    ofNight((night) => ({
      averagePercentage: night.spo2Percent,
      lowerBoundPercentage: night.spo2LowPercent,
      upperBoundPercentage: Math.min(100, night.spo2Percent + 1.5),
      standardDeviationPercentage: 0.8,
    })),
  ),
  daily(
    { url: 'daily-respiratory-rate', json: 'dailyRespiratoryRate' },
    ofNight((night) => ({ breathsPerMinute: night.respiratoryRate })),
  ),
  daily(
    { url: 'daily-sleep-temperature-derivations', json: 'dailySleepTemperatureDerivations' },
    ofNight((night) => ({
      nightlyTemperatureCelsius: night.skinTemperatureC,
      baselineTemperatureCelsius: night.skinTemperatureBaselineC,
      relativeNightlyStddev30dCelsius: 0.31,
    })),
  ),
  daily({ url: 'daily-vo2-max', json: 'dailyVo2Max', scope: 'activity_and_fitness' }, (day) => ({
    vo2Max: day.vo2Max,
    cardioFitnessLevel: 'GOOD',
    estimated: true,
    vo2MaxCovariance: 1.2,
  })),
  weight,
  bodyFat,
  height,
  glucose,
  coreTemperature,
  hydration,
  nutrition,
  hrv,
  oxygen,
  runVo2,
  vo2,
  breathing,
];
