import { addDays, type EpochMs, type LocalDate, localDateOf } from '../../core/instants.ts';
import { isTimeZone, offsetMinutesAt } from '../../core/zones.ts';
import type { FetchContext, MapContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { TimeWindow } from '../model.ts';
import { tokenPages } from '../token-pages.ts';

type Form = Readonly<Record<string, string>>;
type Page = { readonly payload: unknown; readonly body: Uint8Array };

/** Every service is a POST of an action. */
export const askWithings = ({ http }: FetchContext, path: string, form: Form): Promise<Page> =>
  http.json({ origin: 'api', path, method: 'POST', form });

/** The pages of a list: `more` says whether there is another, `offset` where it begins. `join` completes a page. */
export const offsetPages = (
  context: FetchContext,
  request: { readonly path: string; readonly form: Form; readonly cursor: string | undefined },
  join: (page: Page) => Promise<Page> = async (page) => page,
): AsyncGenerator<RawPage> =>
  tokenPages(
    request.cursor,
    async (offset) =>
      join(
        await askWithings(context, request.path, {
          ...request.form,
          ...(offset === undefined ? {} : { offset }),
        }),
      ),
    nextOffsetOf,
  );

function nextOffsetOf(payload: unknown): string | undefined {
  const body = fieldOf(payload, 'body');
  const more = fieldOf(body, 'more');
  const offset = fieldOf(body, 'offset');
  const hasMore = more === true || (typeof more === 'number' && more > 0);
  return hasMore && (typeof offset === 'number' || typeof offset === 'string') ? String(offset) : undefined;
}

/** The wearer's clock is up to a day off UTC either way: a day more is asked for on each side. */
export function datesOf({ fromMs, toMs }: TimeWindow): Form {
  const day = (atMs: EpochMs, moved: number): LocalDate => addDays(localDateOf(atMs, 0), moved);
  return { startdateymd: day(fromMs, -1), enddateymd: day(toMs, 1) };
}

/** Minutes east of UTC in the zone that the answer names, else in the account's; undefined without either. */
export function offsetAt(
  atMs: EpochMs,
  named: string | undefined,
  { timeZone }: MapContext,
): number | undefined {
  const zone = [named, timeZone].find((name) => name !== undefined && isTimeZone(name));
  return zone === undefined ? undefined : offsetMinutesAt(zone, atMs);
}
