import * as z from 'zod';
import { type LocalDate, MINUTE_MS, parseLocalDate } from '../../core/instants.ts';
import { InstantMsField } from '../instant-field.ts';
import { Id, optional, shortText } from '../payload-fields.ts';
import { offsetMinutesOf, protoDurationSec } from '../times.ts';

/**
 * How Google writes what all of its data points have (providers.md 1.4): int64 as strings, durations and
 * offsets as `3600s`, civil times in parts whose zeros are left out.
 */
const Offset = z
  .string()
  .max(16)
  .transform((text, context): number => {
    const minutes = offsetMinutesOf(text);
    if (minutes !== undefined) return minutes;
    context.addIssue({ code: 'custom', message: 'expected an offset' });
    return z.NEVER;
  });

export const Duration = z
  .string()
  .max(32)
  .transform((text, context): number => {
    const sec = protoDurationSec(text);
    if (sec !== undefined && sec >= 0 && sec <= 31 * 86_400) return sec;
    context.addIssue({ code: 'custom', message: 'expected a duration' });
    return z.NEVER;
  });

const part = z.int().nonnegative().max(9_999).optional();
const two = (value: number): string => String(value).padStart(2, '0');
export const CivilDate = z
  .object({ year: part, month: part, day: part })
  .transform(({ year = 0, month = 0, day = 0 }, context): LocalDate => {
    const date = parseLocalDate(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`);
    if (date !== undefined) return date;
    context.addIssue({ code: 'custom', message: 'expected a date' });
    return z.NEVER;
  });

/** Milliseconds after midnight. */
const CivilClock = z
  .object({ hours: part, minutes: part, seconds: part })
  .transform(
    ({ hours = 0, minutes = 0, seconds = 0 }) => (hours * 60 + minutes) * MINUTE_MS + seconds * 1_000,
  );
export const CivilTime = z.object({ date: CivilDate, time: optional(CivilClock) });

export const Interval = z
  .object({
    startTime: InstantMsField,
    startUtcOffset: optional(Offset),
    endTime: InstantMsField,
    endUtcOffset: optional(Offset),
    civilEndTime: optional(CivilTime),
  })
  .refine(({ startTime, endTime }) => startTime <= endTime, { error: 'end before start', path: ['endTime'] });
export type Interval = z.output<typeof Interval>;
export const SampleTime = z.object({ physicalTime: InstantMsField, utcOffset: optional(Offset) });

const Name = shortText(128);
/** Listed points have a source, reconciled ones have none. */
export const DataSource = z.object({
  platform: optional(Name),
  recordingMethod: optional(Name),
  device: optional(
    z.object({ displayName: optional(Name), manufacturer: optional(Name), formFactor: optional(Name) }),
  ),
  application: optional(z.object({ packageName: optional(Name) })),
});
export type DataSource = z.output<typeof DataSource>;

/** Only points that can be named have a name; that of a reconciled point stands elsewhere. */
export const PointFrame = {
  name: optional(z.string().max(512)),
  dataPointName: optional(z.string().max(512)),
  dataSource: optional(DataSource),
};

/** `users/me/dataTypes/sleep/dataPoints/9875412` is the point `9875412`. */
export function pointIdOf(point: {
  readonly name?: string | undefined;
  readonly dataPointName?: string | undefined;
}): string | undefined {
  const name = point.name ?? point.dataPointName;
  return Id.safeParse(name?.slice(name.lastIndexOf('/') + 1)).data;
}
