import { definedFields } from '../../core/defined-fields.ts';
import { toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, ProviderRecord, SleepRecord } from '../model.ts';
import { readList, reasonOf } from '../read-list.ts';
import { dayPages, documentPage } from './collections.ts';
import { SleepHead, SleepPayload } from './payloads.ts';
import { RING } from './ring.ts';
import { segmentsOf } from './sleep-phases.ts';

/**
 * Sleeps with their stages. The night is `long_sleep`; `sleep`, `late_nap` and `rest` are naps; a deleted one
 * stays listed as `deleted`. The series of heart rate are those of the heart rate collection, and the night's
 * average of HRV is the one value of it: neither is sent twice.
 */
export const sleeps: DataType = {
  code: 'sleep',
  title: 'Sleeps',
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
      'sleeping_heart_rate_avg',
      'resting_heart_rate',
      'hrv_rmssd',
      'respiratory_rate',
    ],
    records: ['sleep'],
  },
  scopes: ['daily'],
  maxWindowDays: 365,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) => dayPages(context, 'sleep', { window, cursor }),
    fetchRecord: (context, id) => documentPage(context, 'sleep', id),
  },
  map: mapSleeps,
  deletionOf: (id) => [{ kind: 'record_deletion', of: 'sleep', externalId: id }],
};

function mapSleeps(payload: unknown, _context: MapContext): MappedPage {
  return readList(
    fieldOf(payload, 'data'),
    SleepHead,
    (head): readonly ProviderRecord[] | { readonly fault: string } => {
      if (head.type === 'deleted') return [{ kind: 'record_deletion', of: 'sleep', externalId: head.id }];
      const parsed = SleepPayload.safeParse(head);
      if (!parsed.success) return { fault: reasonOf(parsed.error) };
      const { bedtime_start, bedtime_end } = parsed.data;
      return bedtime_end.atMs > bedtime_start.atMs
        ? [toRecord(parsed.data)]
        : { fault: 'bedtime_end: not after bedtime_start' };
    },
  );
}

function toRecord(sleep: SleepPayload): SleepRecord {
  const isNap = sleep.type !== 'long_sleep';
  const [start, end] = [sleep.bedtime_start, sleep.bedtime_end];
  return {
    kind: 'sleep',
    externalId: sleep.id,
    source: RING,
    start: toIso(start.atMs),
    end: toIso(end.atMs),
    ...definedFields({ zoneOffsetMinutes: start.offsetMinutes }),
    date: sleep.day,
    isNap,
    isFinal: true,
    stages: segmentsOf(sleep.sleep_phase_5_min ?? '', start.atMs, end.atMs),
    totals: definedFields({
      inBedMin: minutes(sleep.time_in_bed),
      asleepMin: minutes(sleep.total_sleep_duration),
      deepMin: minutes(sleep.deep_sleep_duration),
      lightMin: minutes(sleep.light_sleep_duration),
      remMin: minutes(sleep.rem_sleep_duration),
      awakeMin: minutes(sleep.awake_time),
      latencyMin: minutes(sleep.latency),
    }),
    values: isNap ? [] : valuesOf(sleep),
  };
}

const minutes = (sec: number | undefined): number | undefined => (sec === undefined ? undefined : sec / 60);

const valuesOf = (sleep: SleepPayload): readonly DayValue[] => [
  ...measured('sleep_duration', sleep.total_sleep_duration, 's'),
  ...measured('time_in_bed', sleep.time_in_bed, 's'),
  ...measured('sleep_deep', sleep.deep_sleep_duration, 's'),
  ...measured('sleep_light', sleep.light_sleep_duration, 's'),
  ...measured('sleep_rem', sleep.rem_sleep_duration, 's'),
  ...measured('sleep_awake', sleep.awake_time, 's'),
  ...measured('sleep_latency', sleep.latency, 's'),
  ...measured('sleep_efficiency', sleep.efficiency, '%'),
  ...measured('sleeping_heart_rate_avg', unlessZero(sleep.average_heart_rate), '/min'),
  ...measured('resting_heart_rate', unlessZero(sleep.lowest_heart_rate), '/min'),
  ...measured('hrv_rmssd', unlessZero(sleep.average_hrv), 'ms'),
  ...measured('respiratory_rate', unlessZero(sleep.average_breath), '/min'),
];
