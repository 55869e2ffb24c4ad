import type * as z from 'zod';
import type { LocalDate } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, ProviderRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { dayPages, documentPage } from './collections.ts';
import {
  DailyReadinessPayload,
  DailySleepPayload,
  DailySpo2Payload,
  VascularAgePayload,
  Vo2MaxPayload,
} from './payloads.ts';
import { RING } from './ring.ts';

interface Day {
  readonly id: string;
  readonly day: LocalDate;
}

/** A collection with one document a day, whose values are those of that day. */
export function dayDocuments<Schema extends z.ZodType<Day>>(
  collection: Pick<DataType, 'code' | 'title' | 'scopes'> & {
    /** In the address, where it is not the code. */
    readonly path?: string;
    readonly metrics: readonly string[];
    readonly schema: Schema;
    readonly valuesOf: (document: z.output<Schema>) => readonly DayValue[];
    /** What a document holds besides the values of its day. */
    readonly seriesOf?: (document: z.output<Schema>) => readonly ProviderRecord[];
  },
): DataType {
  const { code, title, scopes, metrics, schema } = collection;
  const path = collection.path ?? code;
  const recordsOf = (document: z.output<Schema>, context: MapContext): readonly ProviderRecord[] => [
    ...collection
      .valuesOf(document)
      .map((value) =>
        dailyValue(document.day, context, { ...value, recordId: `${code}:${document.id}`, source: RING }),
      ),
    ...(collection.seriesOf?.(document) ?? []),
  ];
  return {
    code,
    title,
    scopes,
    produces: { metrics, records: [] },
    maxWindowDays: 365,
    source: {
      kind: 'pull',
      fetchPages: (context, window, cursor) => dayPages(context, path, { window, cursor }),
      fetchRecord: (context, id) => documentPage(context, path, id),
    },
    map: (payload, context) =>
      readList(fieldOf(payload, 'data'), schema, (document) => recordsOf(document, context)),
    deletionOf: (id) => [{ kind: 'sample_deletion', metrics, recordId: `${code}:${id}` }],
  };
}

export const sleepScores = dayDocuments({
  code: 'daily_sleep',
  title: 'Sleep scores',
  scopes: ['daily'],
  metrics: ['sleep_score'],
  schema: DailySleepPayload,
  valuesOf: ({ score }) => measured('sleep_score', score, '{score}'),
});

/** Readiness is Oura's own score of recovery. Its contributors are scores too, not measurements. */
export const readiness = dayDocuments({
  code: 'daily_readiness',
  title: 'Readiness',
  scopes: ['daily'],
  metrics: ['recovery_score', 'skin_temperature_deviation'],
  schema: DailyReadinessPayload,
  valuesOf: ({ score, temperature_deviation }) => [
    ...measured('recovery_score', score, '{score}'),
    ...measured('skin_temperature_deviation', temperature_deviation, 'Cel'),
  ],
});

export const oxygen = dayDocuments({
  code: 'daily_spo2',
  title: 'Oxygen saturation',
  scopes: ['spo2'],
  metrics: ['spo2', 'breathing_disturbance_index'],
  schema: DailySpo2Payload,
  valuesOf: ({ spo2_percentage, breathing_disturbance_index }) => [
    ...measured('spo2', unlessZero(spo2_percentage?.average), '%'),
    ...measured('breathing_disturbance_index', breathing_disturbance_index, '1'),
  ],
});

export const vascularAge = dayDocuments({
  code: 'daily_cardiovascular_age',
  title: 'Cardiovascular age',
  scopes: ['heart_health'],
  metrics: ['vascular_age'],
  schema: VascularAgePayload,
  valuesOf: ({ vascular_age }) => measured('vascular_age', vascular_age, 'a'),
});

/** The path has a capital O, the type of the notification has none. */
export const vo2Max = dayDocuments({
  code: 'vo2_max',
  title: 'VO2 max',
  path: 'vO2_max',
  scopes: ['heart_health'],
  metrics: ['vo2_max'],
  schema: Vo2MaxPayload,
  valuesOf: ({ vo2_max }) => measured('vo2_max', vo2_max, 'mL/min/kg'),
});
