import { composedPage, unlessGone } from '../composed-page.ts';
import type { FetchContext, RawPage } from '../definition.ts';
import type { ProviderRequest } from '../http.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { parseExactJson } from './exact-json.ts';

/** Strava moves its API to a host of its own by 2027-06-01 (providers.md 4.1): the one place that says where it is. */
const API = { origin: 'web', path: '/api/v3' } as const;

/** Location is not asked for: nothing here has a use for it. */
const STREAM_KEYS = 'time,heartrate,cadence,watts,velocity_smooth';

/** Points in one page: four readings of each are less than what is stored at a time. */
export const POINTS_PER_PAGE = 1_000;

/** JSON of the API, with ids as exact as they were sent. Throws ProviderFault. */
export async function getJson(
  { http }: Pick<FetchContext, 'http'>,
  path: string,
  query: ProviderRequest['query'] = {},
): Promise<unknown> {
  const { body } = await http.json({ origin: API.origin, path: `${API.path}${path}`, query });
  try {
    return parseExactJson(body);
  } catch (cause) {
    throw new ProviderFault('malformed', { cause });
  }
}

/**
 * An activity in full and its streams, undefined when it is gone or not visible any more. The list knows neither
 * energy nor device, so each is two calls; entered by hand, it has no streams.
 */
export async function fetchActivity(
  context: FetchContext,
  id: string,
): Promise<{ readonly activity: unknown; readonly streams: unknown } | undefined> {
  const path = `/activities/${encodeURIComponent(id)}`;
  const activity = await unlessGone(getJson(context, path));
  if (activity === undefined) return undefined;
  if (fieldOf(activity, 'manual') === true) return { activity, streams: undefined };
  const query = { keys: STREAM_KEYS, key_by_type: 'true' };
  return { activity, streams: await unlessGone(getJson(context, `${path}/streams`, query)) };
}

/** The activity as pages: the first has the activity and the first points, the others have the points that follow. */
export function* pagesOfActivity(
  { activity, streams }: { readonly activity: unknown; readonly streams: unknown },
  next: string | undefined,
  current: string,
): Generator<RawPage> {
  const count = pointCountOf(streams);
  for (let from = 0; from === 0 || from < count; from += POINTS_PER_PAGE) {
    const points = count <= POINTS_PER_PAGE ? streams : sliceOf(streams, from);
    const isLast = from + POINTS_PER_PAGE >= count;
    yield { ...composedPage({ activity, streams: points, from }), next: isLast ? next : current };
  }
}

function pointCountOf(streams: unknown): number {
  const time = fieldOf(fieldOf(streams, 'time'), 'data');
  return Array.isArray(time) ? time.length : 0;
}

function sliceOf(streams: unknown, from: number): unknown {
  const keys = STREAM_KEYS.split(',');
  return Object.fromEntries(
    keys.flatMap((key) => {
      const data = fieldOf(fieldOf(streams, key), 'data');
      return Array.isArray(data) ? [[key, { data: data.slice(from, from + POINTS_PER_PAGE) }]] : [];
    }),
  );
}
