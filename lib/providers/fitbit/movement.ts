import * as z from 'zod';
import type { DataType } from '../definition.ts';
import { measured } from '../measured.ts';
import { Numeric, shortText } from '../payload-fields.ts';
import { pointType } from './points.ts';
import { SCOPES } from './scopes.ts';

const base = { scope: SCOPES.activity, when: 'interval', action: 'reconcile' } as const;

/** A quantity that one field of an interval holds. */
const quantity = (
  [path, json, title]: readonly [path: string, json: string, title: string],
  field: string,
  [metric, unit]: readonly [metric: string, unit: string],
): DataType =>
  pointType({
    ...base,
    names: { path, json, title, filter: path.replaceAll('-', '_') },
    metrics: [metric],
    fields: { [field]: Numeric },
    values: (fields) => measured(metric, fields[field], unit),
  });

/**
 * Moderate and vigorous minutes. Zone minutes (`active-zone-minutes`) count the same time by heart rate, the
 * vigorous ones twice, and are not taken.
 */
const activeMinutes = pointType({
  ...base,
  names: { path: 'active-minutes', filter: 'active_minutes', json: 'activeMinutes', title: 'Active minutes' },
  metrics: ['active_minutes'],
  fields: {
    activeMinutesByActivityLevel: z
      .array(z.object({ activityLevel: shortText(64), activeMinutes: Numeric }))
      .max(20),
  },
  values: ({ activeMinutesByActivityLevel }) => {
    const counted = activeMinutesByActivityLevel.filter(
      ({ activityLevel }) => activityLevel === 'MODERATE' || activityLevel === 'VIGOROUS',
    );
    const minutes = counted.reduce((sum, level) => sum + level.activeMinutes, 0);
    return measured('active_minutes', counted.length === 0 ? undefined : minutes, 'min');
  },
});

/** Of sums the merged stream is taken: lists of phone and tracker would count a walk twice. */
export const MOVEMENT_TYPES: readonly DataType[] = [
  quantity(['steps', 'steps', 'Steps'], 'count', ['steps', 'steps']),
  quantity(['distance', 'distance', 'Distance'], 'millimeters', ['distance', 'mm']),
  quantity(['floors', 'floors', 'Floors'], 'count', ['floors_climbed', 'count']),
  quantity(['altitude', 'altitude', 'Altitude gained'], 'gainMillimeters', ['elevation_gain', 'mm']),
  quantity(['active-energy-burned', 'activeEnergyBurned', 'Active energy'], 'kcal', [
    'active_energy',
    'kcal',
  ]),
  quantity(['basal-energy-burned', 'basalEnergyBurned', 'Basal energy'], 'kcal', ['basal_energy', 'kcal']),
  activeMinutes,
];
