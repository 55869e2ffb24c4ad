import * as z from 'zod';
import { addDays, localDateOf } from '../../core/instants.ts';
import type { FetchContext } from '../definition.ts';
import { LocalInstantField } from '../instant-field.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault, type TimeWindow } from '../model.ts';
import { type NightClock, nightClockOf } from '../night-clock.ts';

/**
 * Oura's heart rate is UTC, and neither the readings nor the account say where the wearer was. The nights do:
 * pages of readings carry the bedtimes around them along, so that a replay reads them alike.
 */
const SLEEP_PATH = '/v2/usercollection/sleep';

/** A ring that was not worn for some nights was still somewhere: so far back a night is looked for. */
const NIGHTS_BEFORE_DAYS = 8;
/** A month of nights and naps is one page, or a few. */
const MAX_JOINED_PAGE_COUNT = 4;

const Bedtimes = z.object({ bedtime_start: LocalInstantField, bedtime_end: LocalInstantField });

/** Bedtimes around the window, as sent; empty when the person did not grant sleeps. One call as a rule. */
export async function bedtimesAround(
  { http }: FetchContext,
  { fromMs, toMs }: TimeWindow,
): Promise<readonly unknown[]> {
  const query = {
    start_date: addDays(localDateOf(fromMs, 0), -NIGHTS_BEFORE_DAYS),
    end_date: addDays(localDateOf(toMs, 0), 1),
  };
  const bedtimes: unknown[] = [];
  let next_token: string | undefined;
  try {
    for (let page = 0; page < MAX_JOINED_PAGE_COUNT; page += 1) {
      const { payload } = await http.json({
        origin: 'api',
        path: SLEEP_PATH,
        query: { ...query, next_token },
      });
      const data = fieldOf(payload, 'data');
      if (Array.isArray(data)) bedtimes.push(...data.map(bedtimesOf));
      const token = fieldOf(payload, 'next_token');
      if (typeof token !== 'string' || token === next_token) break;
      next_token = token;
    }
  } catch (error) {
    if (!(error instanceof ProviderFault && error.kind === 'forbidden')) throw error;
  }
  return bedtimes;
}

const bedtimesOf = (sleep: unknown): unknown => ({
  bedtime_start: fieldOf(sleep, 'bedtime_start'),
  bedtime_end: fieldOf(sleep, 'bedtime_end'),
});

/** The clock that bedtimes tell. What cannot be read says nothing. */
export const clockOf = (bedtimes: unknown): NightClock =>
  nightClockOf(
    (Array.isArray(bedtimes) ? bedtimes : []).flatMap((sleep: unknown) => {
      const parsed = Bedtimes.safeParse(sleep);
      return parsed.success ? [parsed.data.bedtime_start, parsed.data.bedtime_end] : [];
    }),
  );
