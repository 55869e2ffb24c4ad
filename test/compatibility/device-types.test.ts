import { expect, test } from 'vitest';
import { DeviceType, SampleInput } from '../../contracts/http/ingest-samples.ts';
import { METRICS } from '../../contracts/metrics/catalog.ts';
import { DEVICE_TYPES } from '../../lib/samples/model.ts';

test('ING2 the device types of the contract are those of the model', () => {
  expect(DeviceType.options).toEqual([...DEVICE_TYPES]);
});

test('ING9 a sample of each category and of each canonical unit has the documented shape', () => {
  for (const metric of METRICS.values()) {
    const base = { source: 'a', metric: metric.code, start: '2026-11-21T13:00:00Z' };
    const samples = metric.categories?.map((category) => ({ ...base, category })) ?? [
      { ...base, value: metric.bounds.min, unit: metric.unit },
    ];
    for (const sample of samples) expect(SampleInput.safeParse(sample).success).toBe(true);
  }
});
