import { expect, test } from 'vitest';
import { spoil } from './faults.ts';

const answer = {
  status: 200,
  json: {
    dataPoints: [
      {
        heartRate: {
          sampleTime: { civilTime: { date: { year: 2026 } } },
          beatsPerMinute: '63',
          metadata: {},
        },
      },
      { heartRate: { beatsPerMinute: '64' } },
    ],
  },
};

test('SIMP12 of one record the first measured value is spoiled, and the answer itself stays whole', () => {
  const before = structuredClone(answer);
  const wrong = spoil(answer, { kind: 'wrong_types' });
  expect(wrong.json).toMatchObject({
    dataPoints: [{ heartRate: { beatsPerMinute: 'n/a' } }, { heartRate: { beatsPerMinute: '64' } }],
  });
  const lacking = spoil(answer, { kind: 'missing_fields' });
  expect(JSON.stringify(lacking.json)).not.toContain('63');
  expect(answer).toEqual(before);
});

test('SIMP12 a list at the top, a single record and an answer without records can be spoiled', () => {
  expect(
    spoil(
      {
        status: 200,
        json: [
          { id: 7n, distance: 5 },
          { id: 8n, distance: 6 },
        ],
      },
      { kind: 'wrong_types' },
    ).json,
  ).toEqual([
    { id: 7n, distance: 'n/a' },
    { id: 8n, distance: 6 },
  ]);
  expect(spoil({ status: 200, json: { userId: 'abc' } }, { kind: 'missing_fields' }).json).toEqual({});
  expect(spoil({ status: 200, json: { data: [] } }, { kind: 'wrong_types' }).json).toEqual({
    data: { unexpected: true },
  });
  expect(spoil({ status: 202 }, { kind: 'wrong_types' })).toEqual({ status: 202 });
});
