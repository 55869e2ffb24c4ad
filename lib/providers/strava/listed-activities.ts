import * as z from 'zod';
import { SECOND_MS } from '../../core/instants.ts';
import type { FetchContext } from '../definition.ts';
import { jsonOf } from '../json-body.ts';
import { ProviderFault, type TimeWindow } from '../model.ts';
import { getJson } from './activity-calls.ts';
import { ListedActivity, ListedStart } from './payloads.ts';

/** The most that Strava lists in one page. */
const PAGE_LIMIT = 200;
/** Pages in a row that tell nothing new: 4,000 activities that the scope hides, or a list that repeats itself. */
const MAX_STALE_PAGE_COUNT = 20;

/** How far a listing got: everything up to this second and, within it, up to this id. */
export interface Mark {
  readonly startSec: number;
  readonly id: string;
}

/** One activity of the list. Without an id nothing can be fetched: `entry` is set aside as it is. */
export interface Listed {
  readonly entry: unknown;
  readonly id: string | undefined;
  /** Where to go on behind this entry. */
  readonly mark: Mark | undefined;
}

const MarkText = z.object({ startSec: z.number(), id: z.string().max(256) });

/** A mark of our own that cannot be read starts the window again, which is harmless. */
export function parseMark(cursor: string | undefined): Mark | undefined {
  const parsed = MarkText.safeParse(jsonOf(new TextEncoder().encode(cursor ?? '')));
  return parsed.success ? parsed.data : undefined;
}

/**
 * The activities that begin in the window, oldest first. Asked for by what was seen last, not by page number:
 * pages shift when an activity comes or goes between two calls, and one would be missed. What the scope hides is
 * taken out of its page, so a page that tells nothing new is only passed over; an empty one is the end.
 */
export async function* listActivities(
  context: FetchContext,
  window: TimeWindow,
  begun: Mark | undefined,
): AsyncGenerator<Listed> {
  let mark = begun;
  for (let page = 1; page <= MAX_STALE_PAGE_COUNT; page += 1) {
    const fromSec = mark?.startSec ?? Math.floor(window.fromMs / SECOND_MS);
    const listed = await listPage(context, fromSec - 1, page);
    if (listed.length === 0) return;
    for (const entry of listed) {
      if (entry.mark !== undefined && !isBehind(entry.mark, mark)) continue;
      if (entry.mark !== undefined) page = 0;
      mark = entry.mark ?? mark;
      const startMs = (mark?.startSec ?? fromSec) * SECOND_MS;
      if (startMs >= window.toMs) return;
      if (startMs >= window.fromMs) yield { ...entry, mark };
    }
  }
  throw new ProviderFault('malformed', { reason: 'endless_pages' });
}

/** In order of their starts; what has no readable start comes first. */
async function listPage(context: FetchContext, afterSec: number, page: number): Promise<readonly Listed[]> {
  const query = { after: afterSec, page, per_page: PAGE_LIMIT };
  const entries = await getJson(context, '/athlete/activities', query);
  if (!Array.isArray(entries)) throw new ProviderFault('malformed', { reason: 'not_a_list' });
  const listed = entries.map(toListed);
  const [first, last] = [listed[0]?.mark, listed.at(-1)?.mark];
  if (entries.length >= PAGE_LIMIT && first !== undefined && last !== undefined && isBehind(first, last)) {
    // Newest first, the ones before these would never be asked for.
    throw new ProviderFault('malformed', { reason: 'unexpected_order' });
  }
  return listed.toSorted((one, other) => compareMarks(one.mark, other.mark));
}

function toListed(entry: unknown): Listed {
  const known = ListedActivity.safeParse(entry);
  const started = ListedStart.safeParse(entry);
  const id = known.success ? known.data.id : undefined;
  const startSec = started.success ? Math.floor(started.data.start_date / SECOND_MS) : undefined;
  return { entry, id, mark: id === undefined || startSec === undefined ? undefined : { startSec, id } };
}

const isBehind = (mark: Mark, other: Mark | undefined): boolean =>
  other === undefined || compareMarks(mark, other) > 0;

function compareMarks(one: Mark | undefined, other: Mark | undefined): number {
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  if (one.startSec !== other.startSec) return one.startSec - other.startSec;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
