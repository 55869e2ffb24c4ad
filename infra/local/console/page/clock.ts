const MINUTE_MS = 60_000;

/** An instant as the wearer's clock showed it, as ISO text without an offset; UTC where nobody says. */
export const wornClock = (instant: string, offsetMinutes: number | null): string =>
  new Date(Date.parse(instant) + (offsetMinutes ?? 0) * MINUTE_MS).toISOString().slice(0, 16);

/** `23:15` of the wearer's clock. */
export const wornTime = (instant: string, offsetMinutes: number | null): string =>
  wornClock(instant, offsetMinutes).slice(11);

/** `2026-11-20 23:15` of the wearer's clock; ` UTC` behind it where nobody says what that showed. */
export const wornDayAndTime = (instant: string, offsetMinutes: number | null): string =>
  wornClock(instant, offsetMinutes).replace('T', ' ') + (offsetMinutes === null ? ' UTC' : '');

/** `7 h 15 min`; a dash where the source does not say. */
export function span(minutes: number | null | undefined): string {
  if (minutes === null || minutes === undefined) return '–';
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} min`;
  return whole % 60 === 0 ? `${whole / 60} h` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** `2016-05` and so many months later. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

export const lastDayOf = (month: string): number =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
