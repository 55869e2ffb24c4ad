import { expect, test } from 'vitest';
import { studentT95 } from './student-t.ts';

/** Abramowitz and Stegun, table 26.10, the column of 97.5 %. */
test.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [9, 2.262],
  [10, 2.228],
  [19, 2.093],
  [30, 2.042],
  [60, 2.0],
  [120, 1.98],
])('SIP8 t of %i degrees of freedom is %f, as tables have it', (degrees, expected) => {
  expect(studentT95(degrees)).toBeCloseTo(expected, 3);
});

test('SIP8 t comes down to the normal quantile, and there is none without a degree of freedom', () => {
  expect(studentT95(999)).toBeCloseTo(1.9623, 4);
  expect(() => studentT95(0)).toThrow();
  expect(() => studentT95(1.5)).toThrow();
});
