import {
  addDays,
  DAY_MS,
  type EpochMs,
  type LocalDate,
  MINUTE_MS,
  toIsoWithOffset,
  utcMidnightOf,
} from '../core/instants.ts';
import { isTimeZone, resolveWallClock } from '../core/zones.ts';
import type { MapContext } from './definition.ts';
import type { DayValue, RecordSource, Revision, SampleRecord } from './model.ts';

/**
 * A value of a local date as a sample from that midnight to the next. The offset is the provider's, else that
 * of the account's zone at each midnight, else 0. Samples are dated by the clock of their start, so where the
 * clocks go back the sample ends after 24 hours: of a 25th a share would count for the date after.
 */
export function dailyValue(
  date: LocalDate,
  context: MapContext,
  value: DayValue & {
    readonly recordId: string;
    readonly source: RecordSource;
    readonly revision?: Revision;
    readonly zoneOffsetMinutes?: number | undefined;
  },
): SampleRecord {
  const start = midnightOf(date, context, value.zoneOffsetMinutes);
  const next = midnightOf(addDays(date, 1), context, value.zoneOffsetMinutes);
  const lastMs = (start.instantMs + DAY_MS) as EpochMs;
  const end = next.instantMs > lastMs ? { ...start, instantMs: lastMs } : next;
  return {
    kind: 'sample',
    source: value.source,
    metric: value.metric,
    start: `${date}T00:00:00`,
    end: toIsoWithOffset(end.instantMs, end.offsetMinutes),
    zoneOffsetMinutes: start.offsetMinutes,
    value: value.value,
    unit: value.unit,
    recordId: value.recordId,
    ...(value.revision === undefined ? {} : { revision: value.revision }),
  };
}

/** The first moment of a local date: at the offset given, else in the zone of the context, else at UTC. */
export function midnightOf(
  date: LocalDate,
  context: MapContext,
  offsetMinutes?: number,
): { readonly instantMs: EpochMs; readonly offsetMinutes: number } {
  const wallMs = utcMidnightOf(date);
  const zone = context.timeZone;
  if (offsetMinutes === undefined && zone !== undefined && isTimeZone(zone)) {
    return resolveWallClock(zone, wallMs);
  }
  const offset = offsetMinutes ?? 0;
  return { instantMs: (wallMs - offset * MINUTE_MS) as EpochMs, offsetMinutes: offset };
}
