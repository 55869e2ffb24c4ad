import type { DayFacts, Minutes } from '../people/history.ts';
import type { Account, DataType, Point, Span } from './model.ts';
import { int64, intervalShape, sampleShape } from './shapes.ts';

const MINUTE_MS = 60_000;
const ACTIVITY = 'activity_and_fitness';
const METRICS = 'health_metrics_and_measurements';
const ALL_ROLLUPS = ['list', 'reconcile', 'rollUp', 'dailyRollUp'] as const;
/** Every so many minutes with steps a phone has counted them too. */
const PHONE_EVERY = 4;

/** One point for each minute in which something was measured. */
function perMinute(options: {
  readonly pick: (minutes: Minutes) => Uint8Array;
  readonly value: (zone: string, atMs: number, measured: number) => Readonly<Record<string, unknown>>;
  readonly phones: boolean;
}): DataType['ofDate'] {
  return ({ history }, date, raw) => {
    const minutes = history.minutes(date);
    if (minutes === undefined) return [];
    const points: Point[] = [];
    for (const [minute, measured] of options.pick(minutes).entries()) {
      if (measured === 0) continue;
      const startMs = minutes.startMs + minute * MINUTE_MS;
      const value = () => options.value(history.person.zone, startMs, measured);
      points.push({ startMs, filterMs: startMs, date, value });
      if (raw && options.phones && minute % PHONE_EVERY === 0)
        points.push({ startMs, filterMs: startMs, date, value, source: 'phone' });
    }
    return points;
  };
}

const sumOf = (values: Uint8Array, { fromMinute, toMinute }: Span): number =>
  values.subarray(fromMinute, toMinute).reduce((sum, value) => sum + value, 0);

const METRES_PER_STEP = 0.74;

/** Rolls up by the steps of a span; a span without a measured minute has no roll-up. */
function byMinutes(
  value: (minutes: Minutes, span: Span) => Readonly<Record<string, unknown>>,
): NonNullable<DataType['rollup']> {
  return ({ history }, date, span) => {
    const minutes = history.minutes(date);
    const worn = minutes !== undefined && sumOf(minutes.heartRate, span) + sumOf(minutes.steps, span) > 0;
    return worn ? value(minutes, span) : undefined;
  };
}

const steps: DataType = {
  url: 'steps',
  filter: 'steps',
  json: 'steps',
  kind: 'interval',
  scope: ACTIVITY,
  operations: ALL_ROLLUPS,
  ofDate: perMinute({
    pick: (minutes) => minutes.steps,
    value: (zone, atMs, measured) => ({
      count: int64(measured),
      interval: intervalShape(zone, atMs, atMs + MINUTE_MS),
    }),
    phones: true,
  }),
  rollup: byMinutes((minutes, span) => ({ countSum: int64(sumOf(minutes.steps, span)) })),
};

const distance: DataType = {
  ...steps,
  url: 'distance',
  filter: 'distance',
  json: 'distance',
  ofDate: perMinute({
    pick: (minutes) => minutes.steps,
    value: (zone, atMs, measured) => ({
      millimeters: int64(measured * METRES_PER_STEP * 1000),
      interval: intervalShape(zone, atMs, atMs + MINUTE_MS),
    }),
    phones: false,
  }),
  rollup: byMinutes((minutes, span) => ({
    millimetersSum: int64(sumOf(minutes.steps, span) * METRES_PER_STEP * 1000),
  })),
};

const heartRate: DataType = {
  url: 'heart-rate',
  filter: 'heart_rate',
  json: 'heartRate',
  kind: 'sample',
  scope: METRICS,
  operations: ALL_ROLLUPS,
  rollupDays: 14,
  ofDate: perMinute({
    pick: (minutes) => minutes.heartRate,
    value: (zone, atMs, measured) => ({
      beatsPerMinute: int64(measured),
      sampleTime: sampleShape(zone, atMs),
      metadata: { motionContext: 'SEDENTARY', sensorLocation: 'WRIST' },
    }),
    phones: false,
  }),
  rollup({ history }, date, { fromMinute, toMinute }) {
    const measured = [...(history.minutes(date)?.heartRate.subarray(fromMinute, toMinute) ?? [])].filter(
      (value) => value > 0,
    );
    if (measured.length === 0) return undefined;
    const sum = measured.reduce((total, value) => total + value, 0);
    return {
      beatsPerMinuteAvg: Math.round((sum / measured.length) * 100) / 100,
      beatsPerMinuteMin: Math.min(...measured),
      beatsPerMinuteMax: Math.max(...measured),
    };
  },
};

/** Values of the whole day, spread evenly where a span is shorter. */
function byDay(
  share: (day: DayFacts, part: number) => Readonly<Record<string, unknown>>,
): NonNullable<DataType['rollup']> {
  return ({ history }, date, { fromMinute, toMinute }) => {
    const day = history.day(date);
    return day && share(day, Math.min(1, (toMinute - fromMinute) / 1440));
  };
}

/** One point that covers the day as far as it is known. */
const wholeDay =
  (value: (day: DayFacts) => Readonly<Record<string, unknown>>): DataType['ofDate'] =>
  ({ history }, date) => {
    const day = history.day(date);
    if (day === undefined) return [];
    const interval = intervalShape(history.person.zone, day.startMs, day.untilMs);
    return [
      { startMs: day.startMs, filterMs: day.startMs, date, value: () => ({ ...value(day), interval }) },
    ];
  };

const ofActivity = (
  url: string,
  json: string,
  more: Pick<DataType, 'ofDate' | 'operations'> & Partial<DataType>,
): DataType => ({
  url,
  filter: url.replaceAll('-', '_'),
  json,
  kind: 'interval',
  scope: ACTIVITY,
  ...more,
});

const kcal = (value: number): number => Math.round(value * 100) / 100;
const levels = (day: DayFacts, part: number) => [
  { activityLevel: 'LIGHT', activeMinutes: int64(30 * part) },
  { activityLevel: 'MODERATE', activeMinutes: int64(day.moderateMin * part) },
  { activityLevel: 'VIGOROUS', activeMinutes: int64(day.vigorousMin * part) },
];

export const MINUTE_TYPES: readonly DataType[] = [
  steps,
  distance,
  heartRate,
  ofActivity('floors', 'floors', {
    operations: ['reconcile', 'rollUp', 'dailyRollUp'],
    ofDate: wholeDay((day) => ({ count: int64(day.floors) })),
    rollup: byDay((day, part) => ({ countSum: int64(day.floors * part) })),
  }),
  ofActivity('altitude', 'altitude', {
    operations: ALL_ROLLUPS,
    ofDate: wholeDay((day) => ({ gainMillimeters: int64(day.floors * 3048) })),
    rollup: byDay((day, part) => ({ gainMillimetersSum: int64(day.floors * 3048 * part) })),
  }),
  ofActivity('active-energy-burned', 'activeEnergyBurned', {
    operations: ALL_ROLLUPS,
    ofDate: wholeDay((day) => ({ kcal: day.activeKcal })),
    rollup: byDay((day, part) => ({ kcalSum: kcal(day.activeKcal * part) })),
  }),
  ofActivity('basal-energy-burned', 'basalEnergyBurned', {
    operations: ['list', 'reconcile'],
    ofDate: wholeDay((day) => ({ kcal: day.basalKcal })),
  }),
  ofActivity('total-calories', 'totalCalories', {
    operations: ['rollUp', 'dailyRollUp'],
    rollupDays: 14,
    ofDate: () => [],
    rollup: byDay((day, part) => ({ kcalSum: kcal((day.activeKcal + day.basalKcal) * part) })),
  }),
  ofActivity('active-minutes', 'activeMinutes', {
    operations: ALL_ROLLUPS,
    rollupDays: 14,
    ofDate: wholeDay((day) => ({ activeMinutesByActivityLevel: levels(day, 1) })),
    rollup: byDay((day, part) => ({ activeMinutesRollupByActivityLevel: levels(day, part) })),
  }),
  ofActivity('active-zone-minutes', 'activeZoneMinutes', {
    operations: ALL_ROLLUPS,
    ofDate: wholeDay((day) => ({ activeZoneMinutes: int64(day.moderateMin), heartRateZone: 'FAT_BURN' })),
    rollup: byDay((day, part) => ({
      sumInFatBurnHeartZone: int64(day.moderateMin * part),
      sumInCardioHeartZone: int64(day.vigorousMin * 2 * part),
      sumInPeakHeartZone: '0',
    })),
  }),
  ofActivity('sedentary-period', 'sedentaryPeriod', {
    operations: ALL_ROLLUPS,
    ofDate: wholeDay(() => ({})),
    rollup: byDay((day, part) => ({ durationSum: `${Math.round(day.sedentaryMin * 60 * part)}s` })),
  }),
];

/** The heart rate of a person with a load: exactly `records` samples, made by index; 0 is the newest. */
export function loadedHeartRate(account: Account, records: number, index: number): Point {
  const spacingSec = Math.max(1, Math.floor((25 * 86_400) / records));
  const atMs = account.history.horizonMs() - (index + 1) * spacingSec * 1000;
  return {
    startMs: atMs,
    filterMs: atMs,
    date: '',
    value: () => ({
      beatsPerMinute: int64(60 + (index % 60)),
      sampleTime: sampleShape(account.history.person.zone, atMs),
      metadata: { sensorLocation: 'WRIST' },
    }),
  };
}
