import { describe, expect, test } from 'vitest';
import { MAX_INLINE_ITEM_COUNT, MAX_SOURCE_COUNT } from '../../../contracts/limits.ts';
import { METRICS } from '../../../contracts/metrics/catalog.ts';
import { MAX_BATCH_ITEM_COUNT, MAX_BATCH_SOURCE_COUNT } from './fill-batch.ts';
import { HEALTH_CONNECT } from './health-connect-types.ts';
import type { NativeReading, NativeRecord } from './health-source.ts';
import { HEALTHKIT } from './healthkit-types.ts';
import { partsOf } from './map-record.ts';
import type { HealthPlatform } from './type-mapping.ts';

const platforms: readonly (readonly [string, HealthPlatform])[] = [
  ['HealthKit', HEALTHKIT],
  ['Health Connect', HEALTH_CONNECT],
];

describe.each(platforms)('%s', (_name, platform) => {
  const entries = Object.entries(platform.types).flatMap(([type, fields]) =>
    Object.entries(fields).map(([field, mapping]) => ({ type, field, mapping })),
  );

  test('CLI54 every field becomes a metric of the catalogue that is taken as a sample, in a unit that it takes', () => {
    expect(entries.length).toBeGreaterThan(25);
    for (const { type, mapping } of entries) {
      const metric = METRICS.get(mapping.metric);
      expect(metric?.acceptedAsSample, `${type} ${mapping.metric}`).toBe(true);
      if ('unit' in mapping) expect(Object.keys(metric?.acceptedUnits ?? {}), type).toContain(mapping.unit);
      else {
        expect(metric?.kind).toBe('category');
        for (const category of Object.values(mapping.categories)) {
          expect(metric?.categories).toContain(category);
        }
      }
    }
  });

  test('CLI54 the tables and the catalogue name the same types for a metric', () => {
    for (const { type, mapping } of entries) {
      const metric = METRICS.get(mapping.metric);
      const named =
        platform === HEALTHKIT
          ? [metric?.healthKit, ...(metric?.healthKitAliases ?? [])]
          : // The catalogue has one class per metric; cadence comes in two.
            [
              metric?.healthConnect,
              ...(mapping.metric === 'cadence' ? ['CyclingPedalingCadenceRecord'] : []),
            ];
      expect(named, type).toContain(type);
    }
  });

  test('CLI54 no type that the catalogue takes as samples is left out but for those told apart', () => {
    // A rate, not an amount; a mass, not a share; daily figures, which rollups make of the stages.
    const apart = new Set(['BasalMetabolicRateRecord', 'BodyWaterMassRecord']);
    const wanted = [...METRICS.values()]
      .filter((metric) => metric.acceptedAsSample)
      .flatMap((metric) =>
        platform === HEALTHKIT
          ? [metric.healthKit, ...(metric.healthKitAliases ?? [])]
          : [metric.healthConnect],
      )
      .filter((type) => type !== undefined && !apart.has(type));
    expect(wanted.filter((type) => type !== undefined && platform.types[type] === undefined)).toEqual([]);
  });
});

const record = (
  type: string,
  readings: readonly NativeReading[],
  more: Partial<NativeRecord> = {},
): NativeRecord => ({
  type,
  id: 'A1',
  startMs: Date.parse('2026-11-20T10:00:00Z'),
  origin: { app: 'com.example.watch', device: { model: 'Watch7,1', type: 'watch' } },
  readings,
  ...more,
});
const samplesOf = (platform: HealthPlatform, native: NativeRecord, zone?: (atMs: number) => number) =>
  partsOf(native, platform, zone).map(({ body }) => (body?.kind === 'sample' ? body.sample : undefined));

test('CLI54 a record of HealthKit is one sample, a fraction where HealthKit says %', () => {
  const endMs = Date.parse('2026-11-20T10:05:00Z');
  expect(
    samplesOf(
      HEALTHKIT,
      record('HKQuantityTypeIdentifierOxygenSaturation', [{ field: 'value', value: 0.97 }], { endMs }),
      () => -300,
    ),
  ).toEqual([
    {
      metric: 'spo2',
      value: 0.97,
      unit: 'fraction',
      start: '2026-11-20T10:00:00.000Z',
      end: '2026-11-20T10:05:00.000Z',
      zoneOffsetMinutes: -300,
      recordId: 'A1',
    },
  ]);
});

test('CLI54 a series of Health Connect is a sample for each reading, two fields are two metrics', () => {
  const at = (minute: number) => Date.parse('2026-11-20T10:00:00Z') + minute * 60_000;
  const series = record(
    'HeartRateRecord',
    [0, 1].map((minute) => ({ field: 'beatsPerMinute', value: 60 + minute, startMs: at(minute) })),
    { endMs: at(2), zoneOffsetMinutes: 60, revision: 7 },
  );
  expect(samplesOf(HEALTH_CONNECT, series, () => 0)).toMatchObject([
    { value: 60, recordId: `A1@${at(0)}`, revision: 7, zoneOffsetMinutes: 60 },
    { value: 61, recordId: `A1@${at(1)}`, start: '2026-11-20T10:01:00.000Z' },
  ]);
  const pressure = record('BloodPressureRecord', [
    { field: 'systolic', value: 120 },
    { field: 'diastolic', value: 80 },
  ]);
  expect(samplesOf(HEALTH_CONNECT, pressure)).toMatchObject([
    { metric: 'blood_pressure_systolic', value: 120, recordId: 'A1' },
    { metric: 'blood_pressure_diastolic', value: 80, recordId: 'A1' },
  ]);
});

test('CLI54 sleep is coded, and what no table knows comes to nothing', () => {
  const stage = (value: number) => [
    { field: 'stage', value, startMs: 1_700_000_000_000, endMs: 1_700_000_600_000 },
  ];
  expect(samplesOf(HEALTH_CONNECT, record('SleepSessionRecord', stage(5)))).toMatchObject([
    { category: 'deep' },
  ]);
  expect(samplesOf(HEALTH_CONNECT, record('SleepSessionRecord', stage(0)))).toEqual([]);
  expect(samplesOf(HEALTH_CONNECT, record('NoSuchRecord', stage(1)))).toEqual([]);
  expect(samplesOf(HEALTH_CONNECT, record('WeightRecord', [{ field: 'weight', value: Number.NaN }]))).toEqual(
    [],
  );
  expect(samplesOf(HEALTH_CONNECT, record('WeightRecord', [{ field: 'other', value: 1 }]))).toEqual([]);
  expect(
    samplesOf(HEALTH_CONNECT, record('WeightRecord', [{ field: 'weight', value: 80 }], { id: '' })),
  ).toEqual([]);
});

test('CLI54 names that are too long for the API are cut, and an unknown origin is none', () => {
  const long = record('WeightRecord', [{ field: 'weight', value: 80 }], {
    origin: { app: 'a'.repeat(300), device: { model: '' } },
  });
  expect(partsOf(long, HEALTH_CONNECT, undefined)[0]?.source).toEqual({
    provider: 'health_connect',
    app: 'a'.repeat(128),
  });
});

test('CLI50 a batch is what the API answers at once', () => {
  expect([MAX_BATCH_ITEM_COUNT, MAX_BATCH_SOURCE_COUNT]).toEqual([MAX_INLINE_ITEM_COUNT, MAX_SOURCE_COUNT]);
});
