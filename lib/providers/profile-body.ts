import { type EpochMs, localDateOf, toIso } from '../core/instants.ts';
import { isTimeZone, offsetMinutesAt } from '../core/zones.ts';
import { composedPage } from './composed-page.ts';
import { dailyValue } from './daily-value.ts';
import type { FetchContext, MapContext, RawPage } from './definition.ts';
import type { DayValue, SampleRecord } from './model.ts';

/**
 * Weight and height of a profile have no date: they are what the profile said on the day it was read. The page
 * carries that instant along, so that a replay dates it the same.
 */
export async function* profilePage(context: FetchContext, path: string): AsyncGenerator<RawPage> {
  const { payload } = await context.http.json({ origin: 'api', path });
  yield { ...composedPage({ observed_at: toIso(context.nowMs), body: payload }), next: undefined };
}

/** The profile's values on the local date of reading it: one a day, whatever is read again that day. */
export function profileValues(
  observedMs: EpochMs,
  context: MapContext,
  values: readonly DayValue[],
): readonly SampleRecord[] {
  const zone = context.timeZone;
  const offset = zone !== undefined && isTimeZone(zone) ? offsetMinutesAt(zone, observedMs) : 0;
  const date = localDateOf(observedMs, offset);
  return values.map((value) =>
    dailyValue(date, context, { ...value, recordId: `profile:${date}`, source: {} }),
  );
}
