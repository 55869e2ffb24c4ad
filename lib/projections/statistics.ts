/** Figures of a list of numbers; null where there is none, never 0 (P3). */
export interface Description {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Population variance. */
  readonly variance: number | null;
}

/**
 * Compensated sum (Neumaier 1974): integers come out exact, and the rounding of anything else does not
 * grow with the number of terms.
 */
export function sumOf(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/**
 * Count, sum, extremes, mean and population variance. Two passes, with the correction term of Chan, Golub
 * and LeVeque (1983), so that a large mean does not drown a small variance. The caller gives the values in
 * a fixed order: the last bit of a sum depends on it.
 */
export function describeValues(values: readonly number[]): Description {
  const count = values.length;
  if (count === 0) return { count, sum: 0, min: null, max: null, mean: null, variance: null };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const sum = sumOf(values);
  const mean = sum / count;
  const squares = sumOf(values.map((value) => (value - mean) ** 2));
  const drift = sumOf(values.map((value) => value - mean));
  return { count, sum, min, max, mean, variance: Math.max(0, (squares - drift ** 2 / count) / count) };
}
