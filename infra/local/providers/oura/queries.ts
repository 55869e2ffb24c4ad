/** What Oura understands of a query, and how it refuses the rest. */
import type { Answer } from '../frame/call.ts';
import { addDays, localDate } from '../people/zones.ts';

const DAY_MS = 86_400_000;
const MAX_WINDOW_MS = 30 * DAY_MS;
const MAX_TOKEN_LENGTH = 200;

export const invalid = (field: string, what: string): Answer => ({
  status: 422,
  json: { detail: [{ loc: ['query', field], msg: what, type: 'value_error' }] },
});

export const badQuery = (detail: string): Answer => ({ status: 400, json: { detail } });

export const tokenOf = (position: number): string => Buffer.from(`at:${position}`).toString('base64url');

/** Where a page begins; 0 without a token, undefined for a token that is none of ours. */
export function positionOf(query: URLSearchParams): number | undefined {
  const token = query.get('next_token');
  if (token === null) return 0;
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const found = /^at:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  return found === null ? undefined : Number(found[1]);
}

export interface DateWindow {
  readonly from: string;
  readonly to: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const isDate = (text: string): boolean => DATE.test(text) && !Number.isNaN(Date.parse(text));

/** Yesterday to today when nothing is asked; an `end_date` that does not count itself is moved a day back. */
export function dateWindow(
  query: URLSearchParams,
  today: string,
  isEndIncluded: boolean,
): DateWindow | Answer {
  const end = query.get('end_date') ?? today;
  if (!isDate(end)) return invalid('end_date', 'invalid date format');
  const start = query.get('start_date') ?? addDays(end, -1);
  if (!isDate(start)) return invalid('start_date', 'invalid date format');
  if (start > end) return badQuery('Start date is greater than end date: [start_date: end_date]');
  return { from: start, to: isEndIncluded || !query.has('end_date') ? end : addDays(end, -1) };
}

export const todayOf = (zone: string, nowMs: number): string => localDate(zone, nowMs);

export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The last day when nothing is asked, at most thirty. */
export function timeWindow(query: URLSearchParams, nowMs: number): TimeWindow | Answer {
  const end = query.get('end_datetime');
  const start = query.get('start_datetime');
  const toMs = end === null ? nowMs : Date.parse(end);
  const fromMs = start === null ? toMs - DAY_MS : Date.parse(start);
  if (Number.isNaN(fromMs)) return invalid('start_datetime', 'invalid datetime format');
  if (Number.isNaN(toMs)) return invalid('end_datetime', 'invalid datetime format');
  if (fromMs > toMs) return badQuery('Start time is greater than end time: [start_datetime: end_datetime]');
  if (toMs - fromMs > MAX_WINDOW_MS) return badQuery('The time range must not be longer than 30 days');
  return { fromMs, toMs };
}
