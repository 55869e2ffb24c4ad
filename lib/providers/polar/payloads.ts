import * as z from 'zod';
import { parseWallClock } from '../../core/instants.ts';
import { LocalInstantField } from '../instant-field.ts';
import { Id, LocalDateField, Numeric, optional, shortText } from '../payload-fields.ts';
import { isoDurationSec, LATEST_EPOCH_SEC } from '../times.ts';

/** The fields of AccessLink v3 that are read, with underscores (providers.md 8, 2026-11-20). */

const number = optional(Numeric);

/** `PT2H44M12.5S`, as seconds. */
const DurationSec = z
  .string()
  .max(40)
  .transform((text, context): number => {
    const sec = isoDurationSec(text);
    if (sec !== undefined) return sec;
    context.addIssue({ code: 'custom', message: 'expected a duration' });
    return z.NEVER;
  });

/** A reading of the wearer's clock, taken as if it were UTC. */
const WallClock = z
  .string()
  .max(40)
  .transform((text, context): number => {
    const wallMs = parseWallClock(text);
    if (wallMs !== undefined && wallMs >= 0 && wallMs <= LATEST_EPOCH_SEC * 1_000) return wallMs;
    context.addIssue({ code: 'custom', message: 'expected a local time' });
    return z.NEVER;
  });

/** 18 hours either way, as everywhere. */
const OffsetMinutes = z.int().min(-1_080).max(1_080);

/** A day of seconds and some more, as comma-separated numbers. */
const MAX_DATA_CHARS = 1_000_000;
export const ExercisePayload = z.object({
  id: Id,
  device: optional(shortText(100)),
  start_time: WallClock,
  start_time_utc_offset: optional(OffsetMinutes),
  duration: DurationSec,
  calories: number,
  distance: number,
  heart_rate: optional(z.object({ average: number, maximum: number })),
  sport: optional(z.string().max(100)),
  detailed_sport_info: optional(z.string().max(100)),
  training_load_pro: optional(z.object({ cardio_load: number })),
  samples: optional(
    z
      .array(
        z.object({
          recording_rate: number,
          sample_type: Id,
          data: optional(z.string().max(MAX_DATA_CHARS)),
        }),
      )
      .max(50),
  ),
});
export type ExercisePayload = z.output<typeof ExercisePayload>;

/** Stages by the minute on the wearer's clock; a night has some hundred. */
const Hypnogram = optional(z.record(z.string().max(8), z.number()));

export const NightPayload = z.object({
  date: LocalDateField,
  sleep_start_time: LocalInstantField,
  sleep_end_time: LocalInstantField,
  light_sleep: number,
  deep_sleep: number,
  rem_sleep: number,
  total_interruption_duration: number,
  sleep_score: number,
  hypnogram: Hypnogram,
});
export type NightPayload = z.output<typeof NightPayload>;

export const RechargePayload = z.object({
  date: LocalDateField,
  heart_rate_avg: number,
  heart_rate_variability_avg: number,
  breathing_rate_avg: number,
  nightly_recharge_status: number,
});

export const ActivityPayload = z.object({
  start_time: z.string().max(40),
  calories: number,
  active_calories: number,
  steps: number,
  distance_from_steps: number,
});

/** A reading of every few seconds, day and night. */
const MAX_SAMPLE_COUNT = 90_000;
export const HeartRateDayPayload = z.object({
  date: LocalDateField,
  heart_rate_samples: z
    .array(z.object({ heart_rate: z.number(), sample_time: z.string().max(12) }))
    .max(MAX_SAMPLE_COUNT),
});
export type HeartRateDayPayload = z.output<typeof HeartRateDayPayload>;

export const Spo2Payload = z.object({
  test_time: Numeric,
  time_zone_offset: optional(OffsetMinutes),
  blood_oxygen_percent: number,
});

export const SkinTemperaturePayload = z.object({
  sleep_date: LocalDateField,
  sleep_time_skin_temperature_celsius: number,
  deviation_from_baseline_celsius: number,
});

export const BodyTemperaturePayload = z.object({
  start_time: z.string().max(40),
  samples: z
    .array(z.object({ temperature_celsius: z.number(), recording_time_delta_milliseconds: z.number() }))
    .max(MAX_SAMPLE_COUNT),
});
export type BodyTemperaturePayload = z.output<typeof BodyTemperaturePayload>;

export const EventPayload = z.object({
  event: z.string().max(60),
  user_id: Id,
  entity_id: optional(Id),
  date: optional(LocalDateField),
  timestamp: optional(z.string().max(40)),
});
export type EventPayload = z.output<typeof EventPayload>;
