import * as z from 'zod';
import type { FetchContext } from '../definition.ts';
import { LocalInstantField } from '../instant-field.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { type NightClock, nightClockOf } from '../night-clock.ts';
import { askPolar, entriesOf, withUnderscores } from './pages.ts';

/**
 * Polar's readings of day and night are on the wearer's clock without an offset, and neither the account nor the
 * readings say where that was. The nights do: pages carry the bedtimes of the last four weeks along, so that a
 * replay reads them alike.
 */
const SLEEP_PATH = '/v3/users/sleep';

const Bedtimes = z.object({ sleep_start_time: LocalInstantField, sleep_end_time: LocalInstantField });

/** Bedtimes as sent; empty when the person's devices or consents give none. */
export async function nightsOf(context: FetchContext): Promise<readonly unknown[]> {
  try {
    return entriesOf(await askPolar(context, SLEEP_PATH)).map((entry) => {
      const night = withUnderscores(entry);
      return {
        sleep_start_time: fieldOf(night, 'sleep_start_time'),
        sleep_end_time: fieldOf(night, 'sleep_end_time'),
      };
    });
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'forbidden') return [];
    throw error;
  }
}

/** The clock that bedtimes tell. What cannot be read says nothing. */
export const clockOf = (nights: unknown): NightClock =>
  nightClockOf(
    (Array.isArray(nights) ? nights : []).flatMap((night: unknown) => {
      const parsed = Bedtimes.safeParse(night);
      return parsed.success ? [parsed.data.sleep_start_time, parsed.data.sleep_end_time] : [];
    }),
  );
