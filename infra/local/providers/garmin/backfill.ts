import type { Answer, UserCall } from '../frame/call.ts';
import { addDays, localDate } from '../people/zones.ts';
import type { Account } from './model.ts';
import { backfillType, EMPTY_BACKFILLS, permissionFor, type SummaryType } from './summaries.ts';
import type { Upload, Uploads } from './uploads.ts';

interface BackfillOptions {
  readonly accountOf: (call: UserCall) => Account;
  readonly permissions: (call: UserCall) => readonly string[];
  readonly uploads: Uploads;
  /** Requests that were taken: the same one twice is refused. */
  readonly seen: Set<string>;
}

const DAY_SEC = 86_400;
/** Newer applications: 30 days in one request, and no further back than 30 days before the person connected. */
const MAX_DAYS = 30;
const ITEM_DAYS = 7;

const refuse = (status: number, errorMessage: string): Answer => ({ status, json: { errorMessage } });

/**
 * `GET /backfill/{type}`: 202 at once and notifications afterwards; the same request twice is 409. Without historical
 * data it is 403, without the type's own permission 412: both were seen.
 */
export function createBackfill({
  accountOf,
  permissions,
  uploads,
  seen,
}: BackfillOptions): (call: UserCall) => Answer {
  return (call) => {
    const name = call.params['type'] ?? '';
    const type = backfillType(name);
    if (type === undefined && !EMPTY_BACKFILLS.includes(name))
      return refuse(404, `unknown summary type ${name}`);
    const granted = permissions(call);
    if (!granted.includes('HISTORICAL_DATA_EXPORT'))
      return refuse(403, 'user has not granted HISTORICAL_DATA_EXPORT');
    if (type !== undefined && !granted.includes(permissionFor(type)))
      return refuse(412, `user has not granted ${permissionFor(type)}`);
    const range = rangeOf(call);
    if ('status' in range) return range;
    const key = `${call.grant.id}/${name}/${range.low}/${range.high}`;
    if (seen.has(key)) return refuse(409, `duplicate backfill request for ${name}`);
    seen.add(key);
    if (type !== undefined) uploads.notify(chunks(accountOf(call), type, range));
    return { status: 202 };
  };
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf({ query, grant }: UserCall): Range | Answer {
  const low = Number(query.get('summaryStartTimeInSeconds') ?? Number.NaN);
  const high = Number(query.get('summaryEndTimeInSeconds') ?? Number.NaN);
  if (!Number.isInteger(low) || !Number.isInteger(high) || high < low)
    return refuse(400, 'summaryStartTimeInSeconds and summaryEndTimeInSeconds must be a range of seconds');
  if (high - low > MAX_DAYS * DAY_SEC) return refuse(400, `backfill range exceeds ${MAX_DAYS} days`);
  const minimum = Math.floor(grant.createdMs / 1000) - MAX_DAYS * DAY_SEC;
  if (low < minimum)
    return refuse(400, `start ${isoOf(low)} is before min start time ${isoOf(minimum)} for the user`);
  return { low, high };
}

const isoOf = (seconds: number): string => {
  const text =
    Math.abs(seconds) < 8_640_000_000_000 ? new Date(seconds * 1000).toISOString() : String(seconds);
  return text.replace('.000Z', 'Z');
};

/** One item for at most a week, so that no callback answers with a month of minutes. */
function chunks(account: Account, type: SummaryType, { low, high }: Range): readonly Upload[] {
  const { zone } = account.history.person;
  const last = localDate(zone, high * 1000 + DAY_SEC * 1000);
  const found: Upload[] = [];
  for (
    let from = localDate(zone, low * 1000 - DAY_SEC * 1000);
    from <= last;
    from = addDays(from, ITEM_DAYS)
  ) {
    const to = addDays(from, ITEM_DAYS - 1);
    found.push({ account, type, from, to, startSec: [low, high] });
  }
  return found;
}
