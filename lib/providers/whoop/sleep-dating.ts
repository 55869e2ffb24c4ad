import { type EpochMs, HOUR_MS, type LocalDate, localDateOf, toIso } from '../../core/instants.ts';
import { unlessGone } from '../composed-page.ts';
import type { FetchContext } from '../definition.ts';
import { ProviderFault } from '../model.ts';
import { nextTokenOf, recordsOf } from './collections.ts';
import { SleepDating } from './payloads.ts';

/**
 * A recovery has no times of its own, and a cycle runs from one sleep to the next: both belong to the local
 * date of waking up, which only the sleep tells. Pages of theirs carry the sleeps along.
 */
export const SLEEP_PATH = '/developer/v2/activity/sleep';

/** 25 nights have a few naps between them; a page that needs more sleeps than this asks for them one by one. */
const MAX_JOINED_PAGE_COUNT = 4;

/** Sleeps that begin in the window, as sent. Empty when the person did not grant them. */
export async function sleepsWithin(
  { http }: FetchContext,
  fromMs: number,
  toMs: number,
): Promise<readonly unknown[]> {
  const sleeps: unknown[] = [];
  const query = { limit: 25, start: toIso(fromMs as EpochMs), end: toIso(toMs as EpochMs) };
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < MAX_JOINED_PAGE_COUNT; page += 1) {
      const { payload } = await http.json({
        origin: 'api',
        path: SLEEP_PATH,
        query: { ...query, nextToken },
      });
      sleeps.push(...recordsOf(payload));
      nextToken = nextTokenOf(payload);
      if (nextToken === undefined) break;
    }
  } catch (error) {
    if (!(error instanceof ProviderFault && error.kind === 'forbidden')) throw error;
  }
  return sleeps;
}

/** One sleep as sent; undefined when it is gone, or not granted. */
export async function sleepById({ http }: FetchContext, id: string): Promise<unknown> {
  try {
    const path = `${SLEEP_PATH}/${encodeURIComponent(id)}`;
    return (await unlessGone(http.json({ origin: 'api', path })))?.payload;
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'forbidden') return undefined;
    throw error;
  }
}

/** The sleeps of a page that can be read; the others date nothing. */
export const datingsOf = (sleeps: unknown): readonly SleepDating[] =>
  Array.isArray(sleeps)
    ? sleeps.flatMap((sleep: unknown) => {
        const parsed = SleepDating.safeParse(sleep);
        return parsed.success ? [parsed.data] : [];
      })
    : [];

/** The local date on which the sleeper woke up. */
export const wakingDateOf = (sleep: { readonly end: EpochMs; readonly timezone_offset: number }): LocalDate =>
  localDateOf(sleep.end, sleep.timezone_offset);

/** Time from the start of a sleep to waking up, where the sleep itself cannot be read: eight hours. */
const USUAL_SLEEP_MS = 8 * HOUR_MS;

/** The date of a cycle whose sleep is unknown: a cycle starts with falling asleep. */
export const likelyWakingDate = (startMs: EpochMs, offsetMinutes: number): LocalDate =>
  localDateOf((startMs + USUAL_SLEEP_MS) as EpochMs, offsetMinutes);
