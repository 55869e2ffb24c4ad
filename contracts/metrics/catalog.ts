import { ACTIVITY } from './activity.ts';
import { BODY } from './body.ts';
import type { Metric } from './metric.ts';
import { SLEEP } from './sleep.ts';
import { VITALS } from './vitals.ts';
import { WELLNESS } from './wellness.ts';

/**
 * Every metric by its code: a closed list. Codes, canonical units and the order of categories never
 * change; bounds may widen, accepted units may be added.
 */
export const METRICS: ReadonlyMap<string, Metric> = new Map(
  [...VITALS, ...BODY, ...ACTIVITY, ...SLEEP, ...WELLNESS].map((metric) => [metric.code, metric]),
);

/** The metric of a code as sent; undefined when the catalogue has none. */
export const metricOf = (code: string): Metric | undefined => METRICS.get(code);
