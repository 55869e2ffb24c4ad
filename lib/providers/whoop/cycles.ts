import { DAY_MS, HOUR_MS, type LocalDate } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, FetchContext, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, ProviderRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { instantOf } from '../times.ts';
import { collectionPages, recordsOf } from './collections.ts';
import { CyclePayload, type SleepDating, scoreOf } from './payloads.ts';
import { datingsOf, likelyWakingDate, sleepsWithin, wakingDateOf } from './sleep-dating.ts';
import { STRAP } from './sources.ts';

/**
 * Strain and energy of a physiological cycle, from one sleep to the next, as values of the day that begins with
 * waking up in it. The cycle under way is sent on as it grows: `updated_at` is its revision.
 */
export const cycles: DataType = {
  code: 'cycle',
  title: 'Cycles',
  produces: { metrics: ['strain', 'total_energy', 'heart_rate_max'], records: [] },
  scopes: ['read:cycles'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) =>
      collectionPages(context, '/developer/v2/cycle', { window, cursor }, (payload) =>
        withSleeps(context, payload),
      ),
  },
  map: mapCycles,
};

async function withSleeps(context: FetchContext, payload: unknown): Promise<unknown> {
  const records = recordsOf(payload);
  const starts = records.flatMap((record) => {
    const start = fieldOf(record, 'start');
    return (typeof start === 'string' ? instantOf(start) : undefined) ?? [];
  });
  if (starts.length === 0) return payload;
  const sleeps = await sleepsWithin(context, Math.min(...starts) - HOUR_MS, Math.max(...starts) + DAY_MS);
  return { records, next_token: fieldOf(payload, 'next_token'), sleeps };
}

function mapCycles(payload: unknown, context: MapContext): MappedPage {
  const datings = new Map(
    datingsOf(fieldOf(payload, 'sleeps'))
      .filter(({ nap, cycle_id }) => !nap && cycle_id !== undefined)
      .map((sleep) => [sleep.cycle_id, sleep]),
  );
  return readList(fieldOf(payload, 'records'), CyclePayload, (cycle): readonly ProviderRecord[] => {
    const date = dateOf(cycle, datings.get(cycle.id));
    return valuesOf(cycle).map((value) =>
      dailyValue(date, context, {
        ...value,
        recordId: `cycle:${cycle.id}`,
        source: STRAP,
        zoneOffsetMinutes: cycle.timezone_offset,
        ...(cycle.updated_at === undefined ? {} : { revision: cycle.updated_at }),
      }),
    );
  });
}

const dateOf = (cycle: CyclePayload, sleep: SleepDating | undefined): LocalDate =>
  sleep === undefined ? likelyWakingDate(cycle.start, cycle.timezone_offset) : wakingDateOf(sleep);

function valuesOf(cycle: CyclePayload): readonly DayValue[] {
  const score = scoreOf(cycle);
  return [
    ...measured('strain', score?.strain, '{score}'),
    ...measured('total_energy', score?.kilojoule, 'kJ'),
    ...measured('heart_rate_max', unlessZero(score?.max_heart_rate), '/min'),
  ];
}
