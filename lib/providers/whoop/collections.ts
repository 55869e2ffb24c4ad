import { toIso } from '../../core/instants.ts';
import { composedPage, unlessGone } from '../composed-page.ts';
import type { FetchContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { TimeWindow } from '../model.ts';
import { tokenPages } from '../token-pages.ts';

/** The most that WHOOP gives in one page. */
const PAGE_LIMIT = 25;

/**
 * The pages of a collection, newest first: `nextToken` is asked, `next_token` answered, absent or null at the
 * end. `join` adds to a page what its records have to be read with.
 */
export function collectionPages(
  { http }: FetchContext,
  path: string,
  { window, cursor }: { readonly window: TimeWindow; readonly cursor: string | undefined },
  join?: (payload: unknown) => Promise<unknown>,
): AsyncGenerator<RawPage> {
  return tokenPages(
    cursor,
    async (nextToken) => {
      const page = await http.json({
        origin: 'api',
        path,
        query: { limit: PAGE_LIMIT, start: toIso(window.fromMs), end: toIso(window.toMs), nextToken },
      });
      return join === undefined ? page : composedPage(await join(page.payload));
    },
    nextTokenOf,
  );
}

export function nextTokenOf(payload: unknown): string | undefined {
  const token = fieldOf(payload, 'next_token');
  return typeof token === 'string' ? token : undefined;
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
