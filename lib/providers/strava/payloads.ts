import * as z from 'zod';
import { InstantMsField } from '../instant-field.ts';
import { MeasureField } from '../measure-field.ts';
import { Id, optional, shortText } from '../payload-fields.ts';
import { offsetMinutesOfSec } from '../times.ts';

/**
 * The fields of Strava API v3 that are read (providers.md 4, 2026-11-20). `start_date` is UTC;
 * `start_date_local` is wall time with a false `Z` and is not read.
 */

const number = MeasureField;
/** A tour of a year; what is longer is a fault of its sender. */
const MAX_ACTIVITY_SEC = 366 * 86_400;

/** What the list is needed for; the activity itself is fetched by its id. */
export const ListedActivity = z.object({ id: Id });
export const ListedStart = z.object({ start_date: InstantMsField });

export const ActivityPayload = z.object({
  id: Id,
  name: optional(shortText(200)),
  sport_type: optional(z.string().max(100)),
  type: optional(z.string().max(100)),
  start_date: InstantMsField,
  utc_offset: optional(z.number().transform(offsetMinutesOfSec)),
  elapsed_time: z.number().min(0).max(MAX_ACTIVITY_SEC),
  moving_time: number,
  distance: number,
  total_elevation_gain: number,
  average_speed: number,
  average_heartrate: number,
  max_heartrate: number,
  average_cadence: number,
  average_watts: number,
  calories: number,
  suffer_score: number,
  manual: optional(z.boolean()),
  device_name: optional(shortText(128)),
});
export type ActivityPayload = z.output<typeof ActivityPayload>;

/** A day of seconds and more: Strava itself thins longer ones out. */
const MAX_POINT_COUNT = 200_000;
/** Seconds of a year are some 30 million; doubled, as cadence is, it stays finite. */
const MAX_POINT_VALUE = 1e9;
const Point = z.number().min(-MAX_POINT_VALUE).max(MAX_POINT_VALUE).nullable();
const Stream = optional(z.object({ data: z.array(Point).max(MAX_POINT_COUNT) }));

/** With `key_by_type`: one object of lists of equal length, `time` in seconds from the start. */
export const StreamsPayload = z.object({
  time: Stream,
  heartrate: Stream,
  cadence: Stream,
  watts: Stream,
  velocity_smooth: Stream,
});
export type StreamsPayload = z.output<typeof StreamsPayload>;

/** The values of `updates` are text, also where they mean a truth value. */
export const EventPayload = z.object({
  object_type: z.string().max(40),
  object_id: Id,
  aspect_type: z.string().max(40),
  updates: optional(z.record(z.string(), z.unknown())),
  owner_id: Id,
  subscription_id: Id,
});
export type EventPayload = z.output<typeof EventPayload>;

export const Athlete = z.object({ id: Id });
