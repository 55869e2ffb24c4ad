import type { Answer, UserCall } from '../frame/call.ts';
import { asFields } from '../frame/http.ts';
import { addDays, localDate, localMs } from '../people/zones.ts';
import { googleError } from './errors.ts';
import type { Account, DataType } from './model.ts';
import { dateShape, instantText } from './shapes.ts';

const DEFAULT_DAYS = 90;
const DAY_MS = 86_400_000;

const badRange = (message: string): Answer => googleError(400, message, 'INVALID_ROLLUP_QUERY_DURATION');
const badWindow = (message: string): Answer => googleError(400, message, 'INVALID_ROLLUP_WINDOW');

/** `{date: {year, month, day}}` as a date; a time other than midnight makes it undefined. */
function civilDate(value: unknown): string | undefined {
  const { date, time } = asFields(value);
  const { year, month, day } = asFields(date);
  if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number') return undefined;
  if (Object.values(asFields(time)).some((part) => part !== 0)) return undefined;
  const two = (part: number): string => String(part).padStart(2, '0');
  const text = `${year}-${two(month)}-${two(day)}`;
  return Number.isNaN(Date.parse(`${text}T00:00:00Z`)) ? undefined : text;
}

/** One value for each civil day of a range, the end left out; days without anything are left out. */
export function dailyRollUp(account: Account, type: DataType, call: UserCall): Answer {
  const body = asFields(call.json());
  const range = asFields(body['range']);
  const [start, end] = [civilDate(range['start']), civilDate(range['end'])];
  if (start === undefined || end === undefined || end <= start)
    return badRange('range must be two civil midnights');
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS;
  if (days > (type.rollupDays ?? DEFAULT_DAYS))
    return badRange(`range exceeds ${type.rollupDays ?? DEFAULT_DAYS} days`);
  const windowDays = body['windowSizeDays'] ?? 1;
  if (windowDays !== 1) return badWindow('windowSizeDays must be 1');
  const found = account.history.dates(start, addDays(end, -1)).flatMap((date) => {
    const value = type.rollup?.(account, date, { fromMinute: 0, toMinute: 1440 });
    if (value === undefined) return [];
    const civilStartTime = { date: dateShape(date) };
    return [{ civilStartTime, civilEndTime: { date: dateShape(addDays(date, 1)) }, [type.json]: value }];
  });
  return { status: 200, json: { rollupDataPoints: found.toReversed() } };
}

/** One value for each window of an instant range, newest first. Windows that nothing was worn in are left out. */
export function rollUp(account: Account, type: DataType, call: UserCall): Answer {
  const body = asFields(call.json());
  const range = asFields(body['range']);
  const [startMs, endMs] = [Date.parse(String(range['startTime'])), Date.parse(String(range['endTime']))];
  const seconds = Number(/^(\d{1,9})s$/.exec(String(body['windowSize']))?.[1] ?? Number.NaN);
  if (Number.isNaN(startMs) || Number.isNaN(endMs) || endMs <= startMs)
    return badRange('range must be two instants');
  if (endMs - startMs > (type.rollupDays ?? DEFAULT_DAYS) * DAY_MS) return badRange('range is too long');
  if (!(seconds >= 60)) return badWindow('windowSize must be at least 60s here');
  const found: unknown[] = [];
  for (let at = startMs; at < endMs && found.length < 10_000; at += seconds * 1000) {
    const until = Math.min(endMs, at + seconds * 1000);
    const value = windowValue(account, type, at, until);
    if (value !== undefined)
      found.push({ startTime: instantText(at), endTime: instantText(until), [type.json]: value });
  }
  return { status: 200, json: { rollupDataPoints: found.reverse() } };
}

/** A window counts with the local date that it begins on. */
function windowValue(account: Account, type: DataType, startMs: number, endMs: number) {
  const { zone } = account.history.person;
  const date = localDate(zone, startMs);
  const midnight = localMs(zone, date, 0);
  const minute = (atMs: number): number => Math.min(1440, Math.floor((atMs - midnight) / 60_000));
  if (account.history.dates(date, date).length === 0) return undefined;
  return type.rollup?.(account, date, { fromMinute: minute(startMs), toMinute: minute(endMs) });
}
