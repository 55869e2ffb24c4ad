import type { DayValue } from './model.ts';

/** The value in a list of one, or nothing where the provider gives none. */
export const measured = (metric: string, value: number | undefined, unit: string): readonly DayValue[] =>
  value === undefined ? [] : [{ metric, value, unit }];

/** Heart rate, saturation and respiration of 0 say that nothing was measured (providers.md 11). */
export const unlessZero = (value: number | undefined): number | undefined =>
  value === undefined || value <= 0 ? undefined : value;
