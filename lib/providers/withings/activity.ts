import { definedFields } from '../../core/defined-fields.ts';
import { SECOND_MS } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, ProviderRecord, RecordSource } from '../model.ts';
import { readList } from '../read-list.ts';
import { datesOf, offsetPages } from './pages.ts';
import { ActivityPayload } from './payloads.ts';

const FIELDS =
  'steps,distance,elevation,soft,moderate,intense,calories,totalcalories,hr_average,hr_min,hr_max';

/**
 * Totals of local days. They hold what workouts added. Active minutes are those of moderate and intense
 * activity. The average heart rate of a day is no reading and is left out.
 */
export const activity: DataType = {
  code: 'activity',
  title: 'Activity',
  produces: {
    metrics: [
      'steps',
      'distance',
      'elevation_gain',
      'active_energy',
      'total_energy',
      'active_minutes',
      'heart_rate_min',
      'heart_rate_max',
    ],
    records: [],
  },
  scopes: ['user.activity'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) =>
      offsetPages(context, {
        path: '/v2/measure',
        form: { action: 'getactivity', ...datesOf(window), data_fields: FIELDS },
        cursor,
      }),
  },
  map: mapActivity,
};

/** A tracker, or what the phone counted. */
const sourceOf = (isTracker: boolean | undefined): RecordSource =>
  isTracker === false
    ? { device: { type: 'phone' } }
    : { device: { manufacturer: 'Withings', type: 'watch' } };

function mapActivity(payload: unknown, context: MapContext): MappedPage {
  const list = fieldOf(fieldOf(payload, 'body'), 'activities');
  return readList(list, ActivityPayload, (day): readonly ProviderRecord[] => {
    const zoned = day.timezone === undefined ? context : { ...context, timeZone: day.timezone };
    const revision = day.modified === undefined ? undefined : Math.floor(day.modified / SECOND_MS);
    return valuesOf(day).map((value) =>
      dailyValue(day.date, zoned, {
        ...value,
        recordId: `activity:${day.date}`,
        source: sourceOf(day.is_tracker),
        ...definedFields({ revision }),
      }),
    );
  });
}

function valuesOf(day: ActivityPayload): readonly DayValue[] {
  const { moderate, intense } = day;
  const activeSec =
    moderate === undefined && intense === undefined ? undefined : (moderate ?? 0) + (intense ?? 0);
  return [
    ...measured('steps', day.steps, '{steps}'),
    ...measured('distance', day.distance, 'm'),
    ...measured('elevation_gain', day.elevation, 'm'),
    ...measured('active_energy', day.calories, 'kcal'),
    ...measured('total_energy', day.totalcalories, 'kcal'),
    ...measured('active_minutes', activeSec, 's'),
    ...measured('heart_rate_min', unlessZero(day.hr_min), '/min'),
    ...measured('heart_rate_max', unlessZero(day.hr_max), '/min'),
  ];
}
