import { describe, expect, test } from 'vitest';
import { METRICS, metricOf } from './catalog.ts';
import type { Metric } from './metric.ts';
import { toCanonical } from './units.ts';

/** The canonical table of providers, row by row, in its order: code, unit, kind, lower and upper bound. */
const TABLE = `
1 heart_rate /min mean 20 300
2 resting_heart_rate /min daily 20 150
3 sleeping_heart_rate_avg /min daily 20 200
4 heart_rate_min /min minmax 20 300
5 heart_rate_max /min minmax 20 300
6 walking_heart_rate_avg /min daily 30 220
7 heart_rate_recovery_1min /min last 0 120
8 hrv_rmssd ms mean 1 300
9 hrv_sdnn ms mean 1 400
10 hrv_rmssd_deep_sleep ms daily 1 300
11 spo2 % mean 50 100
12 respiratory_rate /min mean 4 60
13 body_temperature Cel last 30 45
14 basal_body_temperature Cel last 30 45
15 skin_temperature Cel mean 10 45
16 skin_temperature_deviation K daily -10 10
17 blood_pressure_systolic mm[Hg] last 40 300
18 blood_pressure_diastolic mm[Hg] last 20 200
19 pulse_at_bp /min last 20 300
20 blood_glucose mg/dL last 10 900
21 vo2_max mL/min/kg last 5 100
22 weight kg last 1 650
23 height m last 0.3 3
24 bmi kg/m2 last 5 120
25 body_fat % last 1 80
26 fat_mass kg last 0 400
27 lean_body_mass kg last 1 250
28 muscle_mass kg last 1 200
29 bone_mass kg last 0 20
30 body_water % last 10 90
31 visceral_fat_index 1 last 0 60
32 waist_circumference cm last 20 300
33 pulse_wave_velocity m/s last 2 30
34 vascular_age a last 10 120
35 fitness_age a last 10 120
36 steps {steps} sum 0 200000
37 pushes {count} sum 0 100000
38 distance m sum 0 1000000
39 floors_climbed {count} sum 0 2000
40 elevation_gain m sum 0 20000
41 active_energy kcal sum 0 20000
42 basal_energy kcal sum 0 6000
43 total_energy kcal sum 0 25000
44 active_minutes min sum 0 1440
45 sedentary_time s sum 0 86400
46 stand_time min sum 0 1440
47 met {MET} mean 0 25
48 stress_level {score} mean 0 100
49 body_battery {score} last 0 100
50 recovery_score % daily 0 100
51 strain {score} daily 0 21
52 training_load {score} last 0 5000
53 sleep_duration min daily 0 1440
54 time_in_bed min daily 0 1440
55 sleep_deep min daily 0 600
56 sleep_light min daily 0 900
57 sleep_rem min daily 0 600
58 sleep_awake min daily 0 900
59 sleep_latency min daily 0 600
60 awakenings_count {count} daily 0 200
61 sleep_efficiency % daily 0 100
62 sleep_score {score} daily 0 100
63 sleep_session min interval 0 1440
64 nap min interval 0 1440
65 workout min interval 0 2880
66 speed m/s series 0 60
67 cadence /min series 0 300
68 power W series 0 3000
69 hydration mL sum 0 20000
70 energy_intake kcal sum 0 20000
71 breathing_disturbance_index 1 daily 0 150
72 menstrual_period min interval 0 44640
`;

const CHECKED_LOINC = `
heart_rate 8867-4
resting_heart_rate 40443-4
sleeping_heart_rate_avg 103222-6
hrv_sdnn 80404-7
spo2 59408-5
respiratory_rate 9279-1
body_temperature 8310-5
blood_pressure_systolic 8480-6
blood_pressure_diastolic 8462-4
blood_glucose 41653-7
vo2_max 94122-9
weight 29463-7
height 8302-2
bmi 39156-5
body_fat 41982-0
lean_body_mass 91557-9
waist_circumference 8280-0
steps 55423-8
pushes 96502-0
distance 41953-1
floors_climbed 100304-5
active_energy 41981-2
sleep_duration 93832-4
time_in_bed 103213-5
sleep_deep 93831-6
sleep_light 93830-8
sleep_rem 93829-0
sleep_awake 103215-0
awakenings_count 103211-9
energy_intake 9052-2
`;

const ROWS = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [number, code = '', unit, kind, min, max] = line.split(' ');
    return { number: Number(number), code, unit, kind, bounds: { min: Number(min), max: Number(max) } };
  });

const all: readonly Metric[] = [...METRICS.values()];

function known(code: string): Metric {
  const metric = metricOf(code);
  if (metric === undefined) throw new Error(`no metric ${code}`);
  return metric;
}

const converted = (code: string, value: number, unit: string): number => {
  const conversion = known(code).acceptedUnits[unit];
  if (conversion === undefined) throw new Error(`${code} does not take ${unit}`);
  return toCanonical(value, conversion);
};

describe('the catalogue', () => {
  test('ING9 it has exactly the 72 metrics of the table and sleep_stage', () => {
    expect(ROWS.map((row) => row.number)).toEqual(Array.from({ length: 72 }, (_, index) => index + 1));
    expect([...METRICS.keys()].sort()).toEqual([...ROWS.map((row) => row.code), 'sleep_stage'].sort());
    expect(all.length).toBe(73);
  });

  test.each(ROWS)('ING9 row $number: $code has the unit, kind and bounds of the table', (row) => {
    const { unit, kind, bounds } = known(row.code);
    expect({ unit, kind, bounds }).toEqual({ unit: row.unit, kind: row.kind, bounds: row.bounds });
  });

  test('ING9 the kind decides how a day folds and whether samples are taken', () => {
    const folds = { sum: 'sum', mean: 'point', last: 'point', minmax: 'point', series: 'point' };
    const others = { daily: 'daily', interval: 'none', category: 'none' };
    for (const metric of all) {
      expect([metric.code, metric.aggregation]).toEqual([metric.code, { ...folds, ...others }[metric.kind]]);
      expect(metric.acceptedAsSample).toBe(metric.kind !== 'interval');
    }
  });

  test('ING12 buckets are a month for daily values, an hour for streams, a day for heart rate', () => {
    for (const metric of all) {
      if (metric.kind === 'daily') expect([metric.code, metric.bucket]).toEqual([metric.code, 'month']);
      if (metric.kind === 'series') expect([metric.code, metric.bucket]).toEqual([metric.code, 'hour']);
      if (metric.kind === 'sum') expect([metric.code, metric.bucket]).toEqual([metric.code, 'day']);
    }
    expect(known('heart_rate').bucket).toBe('day');
    expect(known('weight').bucket).toBe('month');
    expect(known('blood_glucose').bucket).toBe('day');
    expect(known('sleep_stage').bucket).toBe('day');
  });

  test('ING2 a total may span the longest local day, and every metric has a longest duration', () => {
    expect(known('steps').maxDurationMs).toBe(25 * 3_600_000);
    expect(known('sleep_stage').maxDurationMs).toBe(24 * 3_600_000);
    for (const metric of all) {
      expect(metric.maxDurationMs).toBeGreaterThan(0);
      expect(metric.expectedSamplesPerHour).toBeGreaterThan(0);
    }
  });

  test('ING1 sleep_stage has its codes in the order of their stored index', () => {
    expect(known('sleep_stage').categories).toEqual([
      'in_bed',
      'awake',
      'light',
      'deep',
      'rem',
      'asleep',
      'out_of_bed',
    ]);
    expect(all.filter((metric) => metric.categories !== undefined).map((metric) => metric.code)).toEqual([
      'sleep_stage',
    ]);
  });

  test('ING9 LOINC codes are exactly those that the table has checked', () => {
    const codes = all.flatMap(({ code, loinc }) => (loinc === undefined ? [] : [`${code} ${loinc}`]));
    expect(codes.sort()).toEqual(CHECKED_LOINC.trim().split('\n').sort());
  });

  test('a code that is not in the catalogue gives undefined, inherited names included', () => {
    for (const code of ['', 'Heart_Rate', 'constructor', '__proto__', 'toString']) {
      expect(metricOf(code)).toBeUndefined();
    }
  });
});

describe('units', () => {
  test.each(all)('ING9 $code: its own unit is the identity', (metric) => {
    expect(metric.acceptedUnits[metric.unit]).toEqual({ numerator: 1, denominator: 1, offset: 0 });
  });

  test.each(all)('ING9 $code: every accepted unit comes back after a round trip', (metric) => {
    for (const [unit, conversion] of Object.entries(metric.acceptedUnits)) {
      const { numerator, denominator, offset } = conversion;
      for (const value of [0, 1, 36.6, 97, 250, 1234.5]) {
        const back = ((toCanonical(value, conversion) - offset) * denominator) / numerator;
        expect(Math.abs(back - value), `${value} ${unit}`).toBeLessThan(1e-9 * Math.max(1, value));
      }
    }
  });

  test.each([
    ['weight', 1000, 'g', 1],
    ['weight', 100, 'lb', 45.359237],
    ['weight', 16, 'oz', 0.45359237],
    ['weight', 10, 'st', 63.5029318],
    ['spo2', 0.97, 'fraction', 97],
    ['spo2', 97, '%', 97],
    ['body_fat', 0.28, 'fraction', 28],
    ['body_fat', 0.57, 'fraction', 57],
    ['height', 178, 'cm', 1.78],
    ['height', 6, 'ft', 1.8288],
    ['distance', 1, 'mi', 1609.344],
    ['distance', 5, 'km', 5000],
    ['distance', 100, 'yd', 91.44],
    ['distance', 2500, 'mm', 2.5],
    ['waist_circumference', 30, 'in', 76.2],
    ['waist_circumference', 0.8, 'm', 80],
    ['active_energy', 4184, 'J', 1],
    ['active_energy', 4.184, 'kJ', 1],
    ['active_energy', 250, 'Cal', 250],
    ['body_temperature', 98.6, '°F', 37],
    ['body_temperature', 212, '[degF]', 100],
    ['body_temperature', 310.15, 'K', 37],
    ['skin_temperature_deviation', 0.9, 'degF', 0.5],
    ['skin_temperature_deviation', 0.5, 'Cel', 0.5],
    ['blood_glucose', 5, 'mmol/L', 90.078],
    ['blood_pressure_systolic', 16, 'kPa', 120.010200867074],
    ['hrv_rmssd', 0.045, 's', 45],
    ['sleep_duration', 8, 'h', 480],
    ['sleep_duration', 27_000_000, 'ms', 450],
    ['sedentary_time', 90, 'min', 5400],
    ['speed', 36, 'km/h', 10],
    ['speed', 100, 'mi/h', 44.704],
    ['hydration', 0.5, 'L', 500],
    ['hydration', 16, 'fl_oz_us', 473.176473],
    ['hydration', 20, 'fl_oz_imp', 568.26125],
    ['heart_rate', 1.25, 'count/s', 75],
    ['heart_rate', 61, 'bpm', 61],
    ['power', 0.25, 'kW', 250],
    ['met', 3.5, 'kcal/(kg·h)', 3.5],
    ['vo2_max', 42.5, 'ml/(kg*min)', 42.5],
    ['vascular_age', 41, 'years', 41],
  ])('ING9 %s: %d %s is %d in the canonical unit', (code, value, unit, expected) => {
    expect(converted(code, value, unit)).toBe(expected);
  });

  test('ING9 what could be misread is not taken', () => {
    expect(known('active_energy').acceptedUnits['cal']).toBeUndefined();
    expect(known('weight').acceptedUnits['kcal']).toBeUndefined();
    expect(known('heart_rate').acceptedUnits['%']).toBeUndefined();
  });

  test('a value beyond the doubles is infinite, for the bounds to refuse', () => {
    expect(converted('distance', 1e308, 'mi')).toBe(Number.POSITIVE_INFINITY);
  });
});
