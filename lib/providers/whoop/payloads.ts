import * as z from 'zod';
import { InstantMsField } from '../instant-field.ts';
import { MeasureField } from '../measure-field.ts';
import { Id, InstantField, optional } from '../payload-fields.ts';
import { offsetMinutesOf } from '../times.ts';

/**
 * The fields of WHOOP API v2 that are read (providers.md 5, 2026-11-20). Durations are milliseconds, energy
 * is kilojoules; `score` is null until `score_state` is SCORED.
 */

const number = MeasureField;

/** `-05:00`, as minutes. */
const OffsetField = z
  .string()
  .max(9)
  .transform((text, context): number => {
    const minutes = offsetMinutesOf(text);
    if (minutes !== undefined) return minutes;
    context.addIssue({ code: 'custom', message: 'expected an offset' });
    return z.NEVER;
  });

const Scored = { score_state: z.string().max(40), updated_at: optional(InstantField) };

export const CyclePayload = z.object({
  id: Id,
  start: InstantMsField,
  timezone_offset: OffsetField,
  ...Scored,
  score: optional(z.object({ strain: number, kilojoule: number, max_heart_rate: number })),
});
export type CyclePayload = z.output<typeof CyclePayload>;

export const RecoveryPayload = z.object({
  sleep_id: Id,
  created_at: optional(InstantMsField),
  ...Scored,
  score: optional(
    z.object({
      recovery_score: number,
      resting_heart_rate: number,
      hrv_rmssd_milli: number,
      spo2_percentage: number,
      skin_temp_celsius: number,
    }),
  ),
});
export type RecoveryPayload = z.output<typeof RecoveryPayload>;

const StageSummary = z.object({
  total_in_bed_time_milli: number,
  total_awake_time_milli: number,
  total_light_sleep_time_milli: number,
  total_slow_wave_sleep_time_milli: number,
  total_rem_sleep_time_milli: number,
  disturbance_count: number,
});
export type StageSummary = z.output<typeof StageSummary>;

export const SleepPayload = z.object({
  id: Id,
  start: InstantMsField,
  end: InstantMsField,
  timezone_offset: OffsetField,
  nap: z.boolean(),
  ...Scored,
  score: optional(
    z.object({
      stage_summary: optional(StageSummary),
      respiratory_rate: number,
      sleep_performance_percentage: number,
      sleep_efficiency_percentage: number,
    }),
  ),
});
export type SleepPayload = z.output<typeof SleepPayload>;

/** What a recovery or a cycle is dated by. */
export const SleepDating = z.object({
  id: Id,
  cycle_id: optional(Id),
  end: InstantMsField,
  timezone_offset: OffsetField,
  nap: z.boolean(),
});
export type SleepDating = z.output<typeof SleepDating>;

export const WorkoutPayload = z.object({
  id: Id,
  start: InstantMsField,
  end: InstantMsField,
  timezone_offset: OffsetField,
  sport_name: optional(z.string().max(100)),
  ...Scored,
  score: optional(
    z.object({
      strain: number,
      average_heart_rate: number,
      max_heart_rate: number,
      kilojoule: number,
      distance_meter: number,
      altitude_gain_meter: number,
    }),
  ),
});
export type WorkoutPayload = z.output<typeof WorkoutPayload>;

export const BodyPayload = z.object({
  observed_at: InstantMsField,
  body: z.object({ height_meter: number, weight_kilogram: number }),
});

/** The body of a notification, model version 2. */
export const EventPayload = z.object({
  user_id: Id,
  id: Id,
  type: z.string().max(100),
});

/** Undefined unless the record is scored: a score beside another state is not final, and not taken. */
export const scoreOf = <Score>(record: {
  readonly score_state: string;
  readonly score?: Score | undefined;
}): Score | undefined => (record.score_state === 'SCORED' ? record.score : undefined);
