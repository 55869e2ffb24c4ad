import { type LocalDate, toIso } from '../../core/instants.ts';
import type { DataType, FetchContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { TimeWindow } from '../model.ts';
import { tokenPages } from '../token-pages.ts';
import { hasReason, isNotOffered } from './errors.ts';
import { clockOf, datesOf } from './windows.ts';

type FetchPages = Extract<DataType['source'], { kind: 'pull' }>['fetchPages'];

/** What a type is filtered by (AIP-160, of which Google takes `>=`, `<` and `AND`). */
export type TimeField =
  | 'interval.start_time'
  | 'interval.end_time'
  | 'interval.civil_start_time'
  | 'sample_time.physical_time'
  | 'date';

export interface ListedType {
  /** Kebab-case, as in addresses. */
  readonly path: string;
  /** Snake_case, as in filters. */
  readonly filter: string;
  /** Tried in order: of some types it is not documented which of the two they have. */
  readonly times: readonly TimeField[];
  /** `list`: each source's own points. `reconcile`: one stream, merged as the app shows it. */
  readonly action: 'list' | 'reconcile';
  /** At most 10,000, and 25 for sleep and exercise; more is cut. */
  readonly pageSize: number;
}

const addressOf = (path: string, action: string): string =>
  `/v4/users/me/dataTypes/${path}/dataPoints${action === 'list' ? '' : `:${action}`}`;

/**
 * Points of the window, newest first. A type that Google does not offer (yet, or any more) has no pages; a
 * page token that is not taken any more begins the window again.
 */
export const listPages = (type: ListedType): FetchPages =>
  async function* pages(context, window, cursor) {
    for (const [index, time] of type.times.entries()) {
      try {
        return yield* fromCursor(cursor, (at) => listBy(type, time, { context, window, cursor: at }));
      } catch (error) {
        if (isNotOffered(error)) return;
        if (!hasReason(error, 'invalid_filter') || index === type.times.length - 1) throw error;
      }
    }
  };

async function* fromCursor(
  cursor: string | undefined,
  pagesFrom: (cursor: string | undefined) => AsyncGenerator<RawPage>,
): AsyncGenerator<RawPage> {
  let began = false;
  try {
    for await (const page of pagesFrom(cursor)) {
      began = true;
      yield page;
    }
  } catch (error) {
    if (cursor === undefined || began || !hasReason(error, 'invalid_page_token')) throw error;
    yield* pagesFrom(undefined);
  }
}

interface Fetch {
  readonly context: FetchContext;
  readonly window: TimeWindow;
  readonly cursor: string | undefined;
}

const listBy = (
  type: ListedType,
  time: TimeField,
  { context, window, cursor }: Fetch,
): AsyncGenerator<RawPage> =>
  tokenPages(
    cursor,
    (pageToken) =>
      context.http.json({
        origin: 'api',
        path: addressOf(type.path, type.action),
        query: {
          filter: filterOf(type.filter, time, window, context.account.timeZone),
          pageSize: type.pageSize,
          pageToken,
        },
      }),
    nextTokenOf,
  );

export function filterOf(
  type: string,
  time: TimeField,
  window: TimeWindow,
  zone: string | undefined,
): string {
  const { from, to } = boundsOf(time, window, zone);
  const field = `${type}.${time}`;
  return `${field} >= "${from}" AND ${field} < "${to}"`;
}

function boundsOf(time: TimeField, window: TimeWindow, zone: string | undefined) {
  if (time === 'date') return datesOf(window, zone);
  if (time === 'interval.civil_start_time') return clockOf(window, zone);
  return { from: toIso(window.fromMs), to: toIso(window.toMs) };
}

const nextTokenOf = (payload: unknown): string | undefined => {
  const token = fieldOf(payload, 'nextPageToken');
  return typeof token === 'string' ? token : undefined;
};

const civil = (date: LocalDate) => {
  const [year, month, day] = date.split('-').map(Number);
  return { date: { year, month, day } };
};

/** One value for each local date of the window, computed by Google over its merged stream. */
export const dailyRollUpPages = (path: string): FetchPages =>
  async function* pages(context, window, cursor) {
    const { from, to } = datesOf(window, context.account.timeZone);
    const range = { start: civil(from), end: civil(to) };
    const fetchPage = (pageToken: string | undefined) =>
      context.http.json({
        origin: 'api',
        path: addressOf(path, 'dailyRollUp'),
        method: 'POST',
        json: { range, windowSizeDays: 1, ...(pageToken === undefined ? {} : { pageToken }) },
      });
    try {
      yield* tokenPages(cursor, fetchPage, nextTokenOf);
    } catch (error) {
      if (!isNotOffered(error)) throw error;
    }
  };
