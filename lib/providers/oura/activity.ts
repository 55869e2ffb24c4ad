import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import { measured } from '../measured.ts';
import type { SampleRecord } from '../model.ts';
import { dayDocuments } from './day-documents.ts';
import { DailyActivityPayload } from './payloads.ts';
import { RING } from './ring.ts';

/**
 * Totals of the day, and the effort of each minute. The distance is Oura's estimate of what the activity equals
 * in walking; active minutes are those of medium and high activity.
 */
export const activity = dayDocuments({
  code: 'daily_activity',
  title: 'Activity',
  scopes: ['daily'],
  metrics: ['steps', 'active_energy', 'total_energy', 'distance', 'active_minutes', 'sedentary_time', 'met'],
  schema: DailyActivityPayload,
  valuesOf: (day) => [
    ...measured('steps', day.steps, '{steps}'),
    ...measured('active_energy', day.active_calories, 'kcal'),
    ...measured('total_energy', day.total_calories, 'kcal'),
    ...measured('distance', day.equivalent_walking_distance, 'm'),
    ...measured('active_minutes', activeSec(day), 's'),
    ...measured('sedentary_time', day.sedentary_time, 's'),
  ],
  seriesOf: effortsOf,
});

function activeSec(day: DailyActivityPayload): number | undefined {
  const { high_activity_time: high, medium_activity_time: medium } = day;
  return high === undefined && medium === undefined ? undefined : (high ?? 0) + (medium ?? 0);
}

function effortsOf({ met }: DailyActivityPayload): readonly SampleRecord[] {
  if (met === undefined) return [];
  const at = (index: number): string =>
    toIso((met.timestamp.atMs + index * met.interval * SECOND_MS) as EpochMs);
  return met.items.flatMap((value, index) =>
    value === null
      ? []
      : [
          {
            kind: 'sample' as const,
            source: RING,
            metric: 'met',
            start: at(index),
            end: at(index + 1),
            ...definedFields({ zoneOffsetMinutes: met.timestamp.offsetMinutes }),
            value,
            unit: '{MET}',
          },
        ],
  );
}
