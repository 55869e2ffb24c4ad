import * as z from 'zod';

/** ISO 8601 with an offset or Z; the calendar is checked (30 February is refused). */
export const InstantText = z.iso
  .datetime({ offset: true })
  .max(40)
  .meta({ description: 'ISO 8601 with an offset or Z', example: '2026-11-21T13:00:00Z' });

/** When a sample was taken: an instant, or a bare reading of the wearer's clock (ING14). */
export const ClockText = z.iso.datetime({ offset: true, local: true }).max(40).meta({
  description:
    "ISO 8601 with an offset, Z, or neither. Only an offset says what the wearer's clock showed: else `zoneOffsetMinutes` or the user's zone must",
  example: '2026-11-21T13:00:00-05:00',
});

/** A day that exists, on the wearer's clock. */
export const LocalDateText = z.iso
  .date()
  .meta({ description: "A day on the wearer's clock, YYYY-MM-DD", example: '2026-11-21' });

/** True for the names that the platform's zone database knows; fixed offsets are not names. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'is not an IANA time zone', abort: true })
  .meta({ description: 'Name in the IANA time zone database', example: 'America/New_York' });
