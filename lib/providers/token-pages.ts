import * as z from 'zod';
import type { RawPage } from './definition.ts';
import { jsonOf } from './json-body.ts';
import { ProviderFault } from './model.ts';

/** More pages than any window holds: a year of seconds is some 3,200 pages of 10,000. */
const MAX_PAGE_COUNT = 20_000;
/** A cursor holds at most 2,000 characters (RawPage). */
const MAX_TOKEN_LENGTH = 1_900;

const Cursor = z.object({ token: z.string().max(MAX_TOKEN_LENGTH), page: z.int().nonnegative() });

/**
 * Pages that are linked by a token, an offset or a page number, as text. One page is held at a time; the
 * cursor names the next. Throws ProviderFault `malformed` (`endless_pages`) when tokens repeat in a circle or
 * the pages do not end.
 */
export async function* tokenPages(
  cursor: string | undefined,
  fetchPage: (token: string | undefined) => Promise<{ readonly payload: unknown; readonly body: Uint8Array }>,
  nextTokenOf: (payload: unknown, token: string | undefined) => string | undefined,
): AsyncGenerator<RawPage> {
  const begun = readCursor(cursor);
  const circle = new CircleWatch();
  let token = begun?.token;
  for (let page = begun?.page ?? 0; ; page += 1) {
    if (page >= MAX_PAGE_COUNT || circle.hasSeen(token)) throw endlessPages();
    const { payload, body } = await fetchPage(token);
    const nextToken = nextTokenOf(payload, token);
    if (nextToken === undefined || nextToken === '') {
      yield { payload, body, next: undefined };
      return;
    }
    if (nextToken.length > MAX_TOKEN_LENGTH || nextToken === token) throw endlessPages();
    yield { payload, body, next: JSON.stringify({ token: nextToken, page: page + 1 }) };
    token = nextToken;
  }
}

const endlessPages = (): ProviderFault => new ProviderFault('malformed', { reason: 'endless_pages' });

/** A cursor of our own that cannot be read starts the window again, which is harmless. */
function readCursor(cursor: string | undefined): z.output<typeof Cursor> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = Cursor.safeParse(jsonOf(new TextEncoder().encode(cursor)));
  return parsed.success ? parsed.data : undefined;
}

/** Brent's cycle detection: one remembered token, moved on at powers of two, meets any circle. */
class CircleWatch {
  #remembered: string | undefined;
  #stepCount = 0;
  #power = 1;

  hasSeen(token: string | undefined): boolean {
    if (token === undefined) return false;
    if (token === this.#remembered) return true;
    this.#stepCount += 1;
    if (this.#stepCount === this.#power) {
      this.#remembered = token;
      this.#power *= 2;
      this.#stepCount = 0;
    }
    return false;
  }
}
