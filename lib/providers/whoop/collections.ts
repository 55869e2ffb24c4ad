import { toIso } from '../../core/instants.ts';
import { composedPage, unlessGone } from '../composed-page.ts';
import type { FetchContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault, type TimeWindow } from '../model.ts';
import { tokenPages } from '../token-pages.ts';

/** The most that WHOOP gives in one page. */
const PAGE_LIMIT = 25;

/**
 * The pages of a collection, newest first: `nextToken` is asked, `next_token` answered, absent or null at the
 * end. `join` adds to a page what its records have to be read with. A page that begins as the first one did is a
 * circle, also where every token is a new one: throws ProviderFault `malformed` (`endless_pages`).
 */
export function collectionPages(
  { http }: FetchContext,
  path: string,
  { window, cursor }: { readonly window: TimeWindow; readonly cursor: string | undefined },
  join?: (payload: unknown) => Promise<unknown>,
): AsyncGenerator<RawPage> {
  let firstId: string | undefined;
  return tokenPages(
    cursor,
    async (nextToken) => {
      const page = await http.json({
        origin: 'api',
        path,
        query: { limit: PAGE_LIMIT, start: toIso(window.fromMs), end: toIso(window.toMs), nextToken },
      });
      const id = leadingIdOf(page.payload);
      if (id !== undefined && id === firstId)
        throw new ProviderFault('malformed', { reason: 'endless_pages' });
      firstId ??= id;
      return join === undefined ? page : composedPage(await join(page.payload));
    },
    nextTokenOf,
  );
}

export function nextTokenOf(payload: unknown): string | undefined {
  const token = fieldOf(payload, 'next_token');
  return typeof token === 'string' ? token : undefined;
}

/** The id of a page's first record; a recovery goes by its sleep. */
function leadingIdOf(payload: unknown): string | undefined {
  const [first] = recordsOf(payload);
  const id = fieldOf(first, 'id') ?? fieldOf(first, 'sleep_id');
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** The list of a page; empty when it is none: `map` says so of the page itself. */
export function recordsOf(payload: unknown): readonly unknown[] {
  const records = fieldOf(payload, 'records');
  return Array.isArray(records) ? records : [];
}

/** One record as a page of one, undefined when it is gone. `id` came from a push. */
export async function recordPage(
  { http }: FetchContext,
  path: string,
  id: string,
): Promise<RawPage | undefined> {
  const found = await unlessGone(http.json({ origin: 'api', path: `${path}/${encodeURIComponent(id)}` }));
  return found === undefined ? undefined : { ...composedPage({ records: [found.payload] }), next: undefined };
}
