import { addDays, type EpochMs, type LocalDate, localDateOf } from '../../core/instants.ts';
import { isTimeZone, resolveWallClock } from '../../core/zones.ts';
import { composedPage, unlessGone } from '../composed-page.ts';
import type { FetchContext, MapContext, RawPage } from '../definition.ts';
import type { ProviderRequest } from '../http.ts';
import { jsonOf } from '../json-body.ts';
import { ProviderFault, type RecordSource, type TimeWindow } from '../model.ts';

export const POLAR: RecordSource = { device: { manufacturer: 'Polar' } };

/**
 * A GET; undefined when there is nothing: 204, an empty body, or 404. Polar answers so before the first upload
 * and for what a device does not measure.
 */
export async function askPolar(
  { http }: FetchContext,
  path: string,
  query?: NonNullable<ProviderRequest['query']>,
): Promise<unknown> {
  const request = { origin: 'api', path, ...(query === undefined ? {} : { query }) };
  const response = await unlessGone(http.send(request));
  if (response === undefined || response.status === 204 || response.body.length === 0) return undefined;
  const payload = jsonOf(response.body);
  if (payload === undefined) throw new ProviderFault('malformed', { reason: 'no_json' });
  return payload;
}

/** One answer as the only page, with what it has to be read with; nothing is an empty list. */
export const onlyPage = (
  payload: unknown,
  joined: { readonly nights?: readonly unknown[] } = {},
): RawPage => ({
  ...composedPage({ entries: entriesOf(payload), ...joined }),
  next: undefined,
});

/**
 * The entries of an answer, whether it is the list itself, an object with one list in it, or one entry: Polar
 * has all three forms.
 */
export function entriesOf(payload: unknown): readonly unknown[] {
  if (payload === undefined || payload === null) return [];
  if (Array.isArray(payload)) return payload;
  if (typeof payload !== 'object') return [payload];
  const values = Object.values(payload);
  const [only] = values;
  return values.length === 1 && Array.isArray(only) ? only : [payload];
}

/** The wearer's clock is up to a day off UTC either way: a day more is asked for on each side. */
export function datesOf({ fromMs, toMs }: TimeWindow): { readonly from: LocalDate; readonly to: LocalDate } {
  const day = (atMs: EpochMs, moved: number): LocalDate => addDays(localDateOf(atMs, 0), moved);
  return { from: day(fromMs, -1), to: day(toMs, 1) };
}

/** Names of fields with underscores, whatever Polar writes: it mixes them with hyphens. */
export function withUnderscores(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => withUnderscores(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name.replaceAll('-', '_'), withUnderscores(one, depth + 1)]),
  );
}

/** An exercise has lists of samples, and no more. */
const MAX_DEPTH = 4;

/** Minutes east of UTC that the wearer's clock had when it showed `wallMs`; 0 where no zone is known. */
export function offsetOfWall(wallMs: number, { timeZone }: MapContext): number {
  return timeZone !== undefined && isTimeZone(timeZone)
    ? resolveWallClock(timeZone, wallMs).offsetMinutes
    : 0;
}
