import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit } from '../frame/cloud.ts';
import { addDays } from '../people/zones.ts';
import { googleError } from './errors.ts';
import { type Filter, readFilter } from './filter.ts';
import { loadedHeartRate } from './minute-types.ts';
import type { Account, DataType, Point } from './model.ts';

/** A page of points, and where the next one begins: the index in the whole descending list of one date. */
interface Page {
  readonly points: readonly Point[];
  readonly next: string | undefined;
}

type Admitting = Extract<Filter, { admits: unknown }>;

const DEFAULT_SIZE = 1440;
const MAX_SIZE = 10_000;
/** Both the default and the most for sleep and exercise. */
const SESSION_SIZE = 25;

interface ListOptions {
  readonly kit: CloudKit;
  readonly account: Account;
  readonly type: DataType;
  /** `list` tells points of every source, `reconcile` the merged stream. */
  readonly way: 'list' | 'reconcile';
}

/** Points of a type, newest start first, a page at a time; sizes above the most are cut, not refused. */
export async function listPoints(options: ListOptions, call: UserCall): Promise<Answer> {
  const { kit, account, type, way } = options;
  const filter = readFilter(type, call.query.get('filter'));
  if ('reason' in filter) return googleError(400, filter.message, filter.reason);
  const size = pageSize(type, call.query.get('pageSize'));
  if (size === undefined)
    return googleError(400, 'pageSize must be a number, 0 or more', 'INVALID_PAGE_SIZE');
  const load = type.url === 'heart-rate' ? kit.load(account.history.person) : undefined;
  if (load !== undefined && load.pageDelayMs > 0) await delay(load.pageDelayMs);
  const token = call.query.get('pageToken') ?? '';
  const page = load
    ? loadedPage(account, load.records, { filter, size, token })
    : datedPage(options, { filter, size, token });
  if (page === undefined) return googleError(400, 'Invalid page token', 'INVALID_PAGE_TOKEN');
  const dataPoints = page.points.map((point) => told(account, type, way, point));
  const endless = kit.fault('endless_pages', call) === undefined ? undefined : token || 'again';
  const nextPageToken = endless ?? page.next;
  return { status: 200, json: { dataPoints, ...(nextPageToken === undefined ? {} : { nextPageToken }) } };
}

function pageSize(type: DataType, asked: string | null): number | undefined {
  const session = type.kind === 'sleep' || type.kind === 'exercise';
  const most = session ? SESSION_SIZE : MAX_SIZE;
  const usual = session ? SESSION_SIZE : DEFAULT_SIZE;
  const wanted = asked === null ? 0 : Number(asked);
  if (!Number.isInteger(wanted) || wanted < 0) return undefined;
  return Math.min(most, wanted === 0 ? usual : wanted);
}

interface PageOptions {
  readonly filter: Admitting;
  readonly size: number;
  readonly token: string;
}

/** Walks the dates backwards; the token is the date and how many of its admitted points were told. */
function datedPage(
  { account, type, way }: ListOptions,
  { filter, size, token }: PageOptions,
): Page | undefined {
  const [, startDate = '9999', told = '0'] = /^(\d{4}-\d{2}-\d{2})~(\d{1,6})$/.exec(token) ?? [];
  if (token !== '' && token !== 'again' && startDate === '9999') return undefined;
  const { history } = account;
  const points: Point[] = [];
  const dates = calendar(history, filter.fromDate, filter.toDate).toReversed();
  let skip = Number(told);
  for (const date of dates.filter((candidate) => candidate <= startDate)) {
    const admitted = type
      .ofDate(account, date, way === 'list')
      .filter((point) => filter.admits(point, history.person.zone))
      .toReversed();
    const first = date === startDate ? skip : 0;
    skip = 0;
    const taken = admitted.slice(first, first + size - points.length);
    points.push(...taken);
    const after = first + taken.length;
    if (points.length === size) {
      const more = after < admitted.length || date !== dates.at(-1);
      return { points, next: more ? `${date}~${after}` : undefined };
    }
  }
  return { points, next: undefined };
}

/** Every known date within the filter, worn or not: a workout can be of a day without anything else. */
export function calendar(
  { firstDate, lastDate }: Account['history'],
  fromDate = '',
  toDate = '9999',
): readonly string[] {
  const dates: string[] = [];
  for (let date = firstDate; date <= lastDate(); date = addDays(date, 1))
    if (date >= fromDate && date <= toDate) dates.push(date);
  return dates;
}

/** The heart rate of a person with a load, made by index: nothing is kept of what went before. */
function loadedPage(
  account: Account,
  records: number,
  { filter, size, token }: PageOptions,
): Page | undefined {
  const start =
    token === '' || token === 'again' ? 0 : Number(/^load~(\d{1,9})$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) return undefined;
  const points: Point[] = [];
  const { zone } = account.history.person;
  for (let index = start; index < records; index++) {
    if (points.length === size) return { points, next: `load~${index}` };
    const point = loadedHeartRate(account, records, index);
    if (filter.admits(point, zone)) points.push(point);
  }
  return { points, next: undefined };
}

const SOURCES = {
  tracker: {
    platform: 'FITBIT',
    recordingMethod: 'PASSIVELY_MEASURED',
    device: { displayName: 'Charge 6', manufacturer: 'Fitbit', formFactor: 'FITNESS_BAND' },
  },
  phone: {
    platform: 'HEALTH_CONNECT',
    recordingMethod: 'PASSIVELY_MEASURED',
    device: { displayName: 'Phone', formFactor: 'PHONE' },
  },
  manual: { platform: 'FITBIT', recordingMethod: 'MANUAL' },
} as const;

/** Reconciled points have `dataPointName` and no source; only points that can be named have a name. */
export function told(
  account: Account,
  type: DataType,
  way: 'list' | 'reconcile',
  point: Point,
): Record<string, unknown> {
  const name = point.id === undefined ? undefined : nameOf(account, type, point.id);
  const value = { [type.json]: point.value() };
  if (way === 'reconcile') return { ...(name === undefined ? {} : { dataPointName: name }), ...value };
  return {
    ...(name === undefined ? {} : { name }),
    dataSource: SOURCES[point.source ?? 'tracker'],
    ...value,
  };
}

export const nameOf = ({ healthUserId }: Account, { url }: DataType, id: string): string =>
  `users/${healthUserId}/dataTypes/${url}/dataPoints/${id}`;
