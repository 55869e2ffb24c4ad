import * as z from 'zod';
import { dailyValue } from '../daily-value.ts';
import type { DataType } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue } from '../model.ts';
import { Numeric, optional } from '../payload-fields.ts';
import { readList, unreadablePage } from '../read-list.ts';
import { dailyRollUpPages } from './pages.ts';
import { CivilTime, Duration } from './payloads.ts';
import { pointsOf } from './points.ts';
import { SCOPES } from './scopes.ts';

/** Roll-ups of these types reach over 14 days, of which the dates of a window may take two more than its days. */
const MAX_WINDOW_DAYS = 10;

interface DayRollUp<Fields extends z.ZodRawShape> {
  readonly code: string;
  readonly title: string;
  readonly path: string;
  readonly json: string;
  readonly scope: string;
  readonly metrics: readonly string[];
  readonly fields: Fields;
  values(fields: z.output<z.ZodObject<Fields>>): readonly DayValue[];
}

/** What Google computes for each local date, where points cannot be listed or do not say it. */
function dayRollUp<Fields extends z.ZodRawShape>(type: DayRollUp<Fields>): DataType {
  const Fields = z.object(type.fields);
  const Point = z.object({ civilStartTime: CivilTime, [type.json]: Fields });
  return {
    code: type.code,
    title: type.title,
    produces: { metrics: type.metrics, records: [] },
    scopes: [type.scope],
    maxWindowDays: MAX_WINDOW_DAYS,
    source: { kind: 'pull', fetchPages: dailyRollUpPages(type.path) },
    map(payload, context) {
      const points = pointsOf(payload, 'rollupDataPoints');
      if (points === undefined) return unreadablePage('expected an object');
      return readList(points, Point, (point) => {
        // The schema has read both under these names: a computed key is beyond what its type can say.
        const fields = fieldOf(point, type.json) as z.output<typeof Fields>;
        const { date } = fieldOf(point, 'civilStartTime') as z.output<typeof CivilTime>;
        const day = { source: {}, recordId: `${type.code}:${date}` };
        return type.values(fields).map((value) => dailyValue(date, context, { ...day, ...value }));
      });
    },
  };
}

export const DAY_ROLLUP_TYPES: readonly DataType[] = [
  dayRollUp({
    code: 'total-calories',
    path: 'total-calories',
    json: 'totalCalories',
    title: 'Total energy',
    scope: SCOPES.activity,
    metrics: ['total_energy'],
    fields: { kcalSum: Numeric },
    values: ({ kcalSum }) => measured('total_energy', kcalSum, 'kcal'),
  }),
  dayRollUp({
    code: 'sedentary-period',
    path: 'sedentary-period',
    json: 'sedentaryPeriod',
    title: 'Sedentary time',
    scope: SCOPES.activity,
    metrics: ['sedentary_time'],
    fields: { durationSum: Duration },
    values: ({ durationSum }) => measured('sedentary_time', durationSum, 's'),
  }),
  dayRollUp({
    code: 'heart-rate-of-days',
    path: 'heart-rate',
    json: 'heartRate',
    title: 'Lowest and highest heart rate of days',
    scope: SCOPES.metrics,
    metrics: ['heart_rate_min', 'heart_rate_max'],
    fields: { beatsPerMinuteMin: optional(Numeric), beatsPerMinuteMax: optional(Numeric) },
    values: ({ beatsPerMinuteMin, beatsPerMinuteMax }) => [
      ...measured('heart_rate_min', unlessZero(beatsPerMinuteMin), 'bpm'),
      ...measured('heart_rate_max', unlessZero(beatsPerMinuteMax), 'bpm'),
    ],
  }),
];
