import * as z from 'zod';
import { InstantMsField, LocalInstantField } from '../instant-field.ts';
import { MeasureField } from '../measure-field.ts';
import { Id, LocalDateField, optional, shortText } from '../payload-fields.ts';

/**
 * The fields of Oura API v2 that are read (providers.md 6, 2026-11-20). Durations are seconds. Times of sleeps
 * and workouts have the wearer's offset, those of the heart rate are UTC.
 */

const number = MeasureField;

export const SleepPayload = z.object({
  id: Id,
  day: LocalDateField,
  type: z.string().max(40),
  bedtime_start: LocalInstantField,
  bedtime_end: LocalInstantField,
  total_sleep_duration: number,
  time_in_bed: number,
  deep_sleep_duration: number,
  light_sleep_duration: number,
  rem_sleep_duration: number,
  awake_time: number,
  latency: number,
  efficiency: number,
  average_heart_rate: number,
  lowest_heart_rate: number,
  average_hrv: number,
  average_breath: number,
  sleep_phase_5_min: optional(z.string().max(2_000)),
});
export type SleepPayload = z.output<typeof SleepPayload>;

/** What every sleep has, also one that was deleted; the rest is read by `SleepPayload`. */
export const SleepHead = z.looseObject({ id: Id, type: z.string().max(40) });

const DayDocument = { id: Id, day: LocalDateField };
export const DailySleepPayload = z.object({ ...DayDocument, score: number });
export const DailyReadinessPayload = z.object({
  ...DayDocument,
  score: number,
  temperature_deviation: number,
});
export const DailySpo2Payload = z.object({
  ...DayDocument,
  spo2_percentage: optional(z.object({ average: number })),
  breathing_disturbance_index: number,
});
export const VascularAgePayload = z.object({ ...DayDocument, vascular_age: number });
export const Vo2MaxPayload = z.object({ ...DayDocument, vo2_max: number });

/** A day of minutes, and some more: the day of a ring begins at four in the morning. */
const MAX_MET_COUNT = 3_000;
export const DailyActivityPayload = z.object({
  ...DayDocument,
  steps: number,
  active_calories: number,
  total_calories: number,
  equivalent_walking_distance: number,
  high_activity_time: number,
  medium_activity_time: number,
  sedentary_time: number,
  met: optional(
    z.object({
      interval: z.number().min(1).max(86_400),
      items: z.array(z.number().max(1_000).nullable()).max(MAX_MET_COUNT),
      timestamp: LocalInstantField,
    }),
  ),
});
export type DailyActivityPayload = z.output<typeof DailyActivityPayload>;

export const HeartRatePayload = z.object({ bpm: z.number().max(1_000), timestamp: InstantMsField });

export const WorkoutPayload = z.object({
  id: Id,
  day: optional(LocalDateField),
  activity: z.string().max(100),
  calories: number,
  distance: number,
  start_datetime: LocalInstantField,
  end_datetime: LocalInstantField,
  source: optional(z.string().max(40)),
  label: optional(shortText(200)),
});
export type WorkoutPayload = z.output<typeof WorkoutPayload>;

export const ProfilePayload = z.object({
  observed_at: InstantMsField,
  body: z.object({ weight: number, height: number }),
});

export const EventPayload = z.object({
  event_type: z.string().max(40),
  data_type: z.string().max(60),
  object_id: Id,
  user_id: Id,
});
