import { addDays, type LocalDate, localDateOf, toIso } from '../../core/instants.ts';
import { composedPage, unlessGone } from '../composed-page.ts';
import type { FetchContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { TimeWindow } from '../model.ts';
import { tokenPages } from '../token-pages.ts';
import { bedtimesAround } from './night-offsets.ts';

const BASE = '/v2/usercollection';
type Query = Readonly<Record<string, string>>;

/**
 * Documents by their local day. The wearer's clock is up to a day off UTC either way, so a day more is asked
 * for on each side; `end_date` counts itself, except for daily_activity, which gets one more (providers.md 6).
 */
export function dayPages(
  context: FetchContext,
  path: string,
  { window, cursor }: { readonly window: TimeWindow; readonly cursor: string | undefined },
): AsyncGenerator<RawPage> {
  const day = (atMs: TimeWindow['fromMs'], moved: number): LocalDate => addDays(localDateOf(atMs, 0), moved);
  const query = {
    start_date: day(window.fromMs, -1),
    end_date: day(window.toMs, path === 'daily_activity' ? 2 : 1),
  };
  return linkedPages(context, path, { query, cursor });
}

/** Readings by their time, at most 30 days in one request, each page with the bedtimes around the window. */
export function readingPages(
  context: FetchContext,
  path: string,
  { window, cursor }: { readonly window: TimeWindow; readonly cursor: string | undefined },
): AsyncGenerator<RawPage> {
  let bedtimes: readonly unknown[] | undefined;
  return linkedPages(
    context,
    path,
    { query: { start_datetime: toIso(window.fromMs), end_datetime: toIso(window.toMs) }, cursor },
    async ({ payload }) => {
      bedtimes ??= await bedtimesAround(context, window);
      const [data, next_token] = [fieldOf(payload, 'data'), fieldOf(payload, 'next_token')];
      return composedPage({ data, next_token, bedtimes });
    },
  );
}

type Page = { readonly payload: unknown; readonly body: Uint8Array };

/** `join` adds to a page what its entries have to be read with. */
function linkedPages(
  { http }: FetchContext,
  path: string,
  { query, cursor }: { readonly query: Query; readonly cursor: string | undefined },
  join: (page: Page) => Promise<Page> = async (page) => page,
): AsyncGenerator<RawPage> {
  return tokenPages(
    cursor,
    async (next_token) =>
      join(await http.json({ origin: 'api', path: `${BASE}/${path}`, query: { ...query, next_token } })),
    (payload) => {
      const token = fieldOf(payload, 'next_token');
      return typeof token === 'string' ? token : undefined;
    },
  );
}

/** One document as a page of one, undefined when it is gone. `id` came from a push. */
export async function documentPage(
  { http }: FetchContext,
  path: string,
  id: string,
): Promise<RawPage | undefined> {
  const found = await unlessGone(
    http.json({ origin: 'api', path: `${BASE}/${path}/${encodeURIComponent(id)}` }),
  );
  return found === undefined ? undefined : { ...composedPage({ data: [found.payload] }), next: undefined };
}
