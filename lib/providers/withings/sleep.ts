import { definedFields } from '../../core/defined-fields.ts';
import { DAY_MS, type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import { composedPage } from '../composed-page.ts';
import type { DataType, FetchContext, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, ProviderRecord, RecordSource, SleepRecord } from '../model.ts';
import { type EntryFault, readList, unreadablePage } from '../read-list.ts';
import { instantOf } from '../times.ts';
import { askWithings, datesOf, offsetAt, offsetPages } from './pages.ts';
import { SleepPayload } from './payloads.ts';
import { nightOf } from './sleep-series.ts';

const SUMMARY_FIELDS =
  'total_sleep_time,total_timeinbed,lightsleepduration,deepsleepduration,remsleepduration,wakeupduration,waso,sleep_latency,sleep_efficiency,sleep_score,hr_average,rr_average,apnea_hypopnea_index,wakeupcount';
const SERIES_FIELDS = 'hr,rmssd,sdnn_1';

/**
 * Nights with totals, stages, and what was measured in them. The list gives the totals; the stages are a call
 * for each night, so a window is short. Of the sleeps of one date the longest is the night, the others are naps:
 * all of a date come together, because dates are asked for.
 */
export const sleep: DataType = {
  code: 'sleep',
  title: 'Sleep',
  produces: {
    metrics: [
      'sleep_duration',
      'time_in_bed',
      'sleep_deep',
      'sleep_light',
      'sleep_rem',
      'sleep_awake',
      'sleep_latency',
      'sleep_efficiency',
      'sleep_score',
      'awakenings_count',
      'sleeping_heart_rate_avg',
      'respiratory_rate',
      'breathing_disturbance_index',
      'heart_rate',
      'hrv_rmssd',
      'hrv_sdnn',
    ],
    records: ['sleep'],
  },
  // The older scope gives activity and sleep together.
  scopes: ['user.sleepevents', 'user.activity'],
  maxWindowDays: 14,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) =>
      offsetPages(
        context,
        {
          path: '/v2/sleep',
          form: { action: 'getsummary', ...datesOf(window), data_fields: SUMMARY_FIELDS },
          cursor,
        },
        (page) => withSeries(context, page.payload),
      ),
  },
  map: mapSleep,
};

/** The page, and beside it the answer about the stages of each sleep, by its position. */
async function withSeries(context: FetchContext, payload: unknown) {
  const body = fieldOf(payload, 'body');
  const list = fieldOf(body, 'series');
  const nights: Record<string, unknown> = {};
  for (const [index, entry] of (Array.isArray(list) ? list : []).entries()) {
    const parsed = SleepPayload.safeParse(entry);
    if (!parsed.success || !isPossible(parsed.data)) continue;
    const { startdate, enddate } = parsed.data;
    const answer = await askWithings(context, '/v2/sleep', {
      action: 'get',
      startdate: String(startdate / SECOND_MS),
      enddate: String(enddate / SECOND_MS),
      data_fields: SERIES_FIELDS,
    });
    nights[index] = fieldOf(answer.payload, 'body');
  }
  return composedPage({ body, nights });
}

/** The call about stages takes at most a day. */
const isPossible = ({ startdate, enddate }: SleepPayload): boolean =>
  enddate > startdate && enddate - startdate <= DAY_MS;

function mapSleep(payload: unknown, context: MapContext): MappedPage {
  const list = fieldOf(fieldOf(payload, 'body'), 'series');
  if (!Array.isArray(list)) return unreadablePage('expected a list');
  const longest = longestByDate(list);
  return readList(list, SleepPayload, (night, index): readonly ProviderRecord[] | EntryFault => {
    if (!isPossible(night)) return { fault: 'enddate: not within a day after startdate' };
    const series = nightOf(fieldOf(fieldOf(payload, 'nights'), String(index)), night);
    const isNap = longest.get(night.date) !== night.id;
    const offsetOf = (atMs: EpochMs) =>
      definedFields({ zoneOffsetMinutes: offsetAt(atMs, night.timezone, context) });
    const known = { source: sourceOf(night.model), ...offsetOf(night.startdate) };
    // In two nights of the year the clocks are changed; in the others one look is enough.
    const isChanged = offsetOf(night.enddate).zoneOffsetMinutes !== known.zoneOffsetMinutes;
    const record: SleepRecord = {
      ...known,
      ...toRecord(night),
      isNap,
      stages: series.stages,
      values: isNap ? [] : valuesOf(night.data),
    };
    const readings = series.readings.map((reading) => ({
      ...known,
      ...reading,
      ...(isChanged ? offsetOf(instantOf(reading.start) ?? night.startdate) : {}),
    }));
    return [record, ...readings];
  });
}

/** The id of the longest sleep of each date. */
function longestByDate(list: readonly unknown[]): ReadonlyMap<string, string> {
  const longest = new Map<string, SleepPayload>();
  for (const entry of list) {
    const night = SleepPayload.safeParse(entry).data;
    if (night === undefined) continue;
    const known = longest.get(night.date);
    if (known === undefined || night.enddate - night.startdate > known.enddate - known.startdate)
      longest.set(night.date, night);
  }
  return new Map([...longest].map(([date, { id }]) => [date, id]));
}

/** 16 is a watch, 32 the mat under the mattress. */
const sourceOf = (model: number | undefined): RecordSource => ({
  device: { manufacturer: 'Withings', type: model === 16 ? 'watch' : 'other' },
});

const minutes = (sec: number | undefined): number | undefined => (sec === undefined ? undefined : sec / 60);

function toRecord({ id, startdate, enddate, date, modified, completed, data }: SleepPayload) {
  return {
    kind: 'sleep' as const,
    externalId: id,
    start: toIso(startdate),
    end: toIso(enddate),
    date,
    isFinal: completed !== false,
    totals: definedFields({
      inBedMin: minutes(data.total_timeinbed),
      asleepMin: minutes(data.total_sleep_time),
      deepMin: minutes(data.deepsleepduration),
      lightMin: minutes(data.lightsleepduration),
      remMin: minutes(data.remsleepduration),
      awakeMin: minutes(data.waso ?? data.wakeupduration),
      latencyMin: minutes(data.sleep_latency),
    }),
    ...definedFields({ revision: modified === undefined ? undefined : Math.floor(modified / SECOND_MS) }),
  };
}

/** A device that tells no REM sleep sends none of it; an index of -1 was not computed. */
const valuesOf = (data: SleepPayload['data']): readonly DayValue[] => [
  ...measured('sleep_duration', data.total_sleep_time, 's'),
  ...measured('time_in_bed', data.total_timeinbed, 's'),
  ...measured('sleep_deep', data.deepsleepduration, 's'),
  ...measured('sleep_light', data.lightsleepduration, 's'),
  ...measured('sleep_rem', data.remsleepduration, 's'),
  ...measured('sleep_awake', data.waso, 's'),
  ...measured('sleep_latency', data.sleep_latency, 's'),
  ...measured('sleep_efficiency', data.sleep_efficiency, 'fraction'),
  ...measured('sleep_score', data.sleep_score, '{score}'),
  ...measured('awakenings_count', data.wakeupcount, '{count}'),
  ...measured('sleeping_heart_rate_avg', unlessZero(data.hr_average), '/min'),
  ...measured('respiratory_rate', unlessZero(data.rr_average), '/min'),
  ...measured('breathing_disturbance_index', unlessNegative(data.apnea_hypopnea_index), '1'),
];

const unlessNegative = (value: number | undefined): number | undefined =>
  value === undefined || value < 0 ? undefined : value;
