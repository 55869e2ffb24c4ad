import * as z from 'zod';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import { Id, LocalDateField, Numeric, optional, shortText } from '../payload-fields.ts';
import { LATEST_EPOCH_SEC } from '../times.ts';

/** The fields of Withings' API that are read (providers.md 7, 2026-11-20). Durations are seconds. */

const number = optional(Numeric);
const zone = optional(z.string().max(64));

/** Seconds since 1970 as an instant. */
const EpochSec = Numeric.refine((sec) => sec >= 0 && sec <= LATEST_EPOCH_SEC, 'out of range').transform(
  (sec) => Math.floor(sec * SECOND_MS) as EpochMs,
);

/** A hundred powers of ten beyond what is measured: more is a fault of its sender. */
const Exponent = z.int().min(-20).max(20);
const Measure = z.object({ value: z.int(), type: z.int(), unit: Exponent });

export const MeasureGroup = z.object({
  attrib: optional(z.int()),
  date: EpochSec,
  created: optional(EpochSec),
  modified: optional(EpochSec),
  category: optional(z.int()),
  deviceid: optional(z.string().max(200)),
  model: optional(shortText(100)),
  timezone: zone,
  measures: z.array(Measure).max(500),
});
export type MeasureGroup = z.output<typeof MeasureGroup>;

export const ActivityPayload = z.object({
  date: LocalDateField,
  timezone: zone,
  is_tracker: optional(z.boolean()),
  modified: optional(EpochSec),
  steps: number,
  distance: number,
  elevation: number,
  moderate: number,
  intense: number,
  calories: number,
  totalcalories: number,
  hr_min: number,
  hr_max: number,
});
export type ActivityPayload = z.output<typeof ActivityPayload>;

export const WorkoutPayload = z.object({
  id: Id,
  category: z.int(),
  timezone: zone,
  attrib: optional(z.int()),
  startdate: EpochSec,
  enddate: EpochSec,
  date: optional(LocalDateField),
  modified: optional(EpochSec),
  data: optional(
    z.object({
      calories: number,
      distance: number,
      elevation: number,
      steps: number,
      hr_average: number,
      hr_max: number,
      pause_duration: number,
      manual_calories: number,
      manual_distance: number,
    }),
  ),
});
export type WorkoutPayload = z.output<typeof WorkoutPayload>;

export const SleepPayload = z.object({
  id: Id,
  timezone: zone,
  model: optional(z.int()),
  startdate: EpochSec,
  enddate: EpochSec,
  date: LocalDateField,
  modified: optional(EpochSec),
  completed: optional(z.boolean()),
  data: z.object({
    total_sleep_time: number,
    total_timeinbed: number,
    lightsleepduration: number,
    deepsleepduration: number,
    remsleepduration: number,
    wakeupduration: number,
    waso: number,
    sleep_latency: number,
    sleep_efficiency: number,
    sleep_score: number,
    hr_average: number,
    rr_average: number,
    apnea_hypopnea_index: number,
    wakeupcount: number,
  }),
});
export type SleepPayload = z.output<typeof SleepPayload>;

/** Readings by second since 1970. */
const Series = optional(z.record(z.string().max(12), z.number()));

/** A stretch of a night in one state, with what was measured in it. */
export const SleepStretch = z.object({
  startdate: EpochSec,
  enddate: EpochSec,
  state: z.int(),
  hr: Series,
  rmssd: Series,
  sdnn_1: Series,
});
export type SleepStretch = z.output<typeof SleepStretch>;
