import { definedFields } from '../../core/defined-fields.ts';
import { DAY_MS, toIso } from '../../core/instants.ts';
import type { MapContext } from '../definition.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, ProviderRecord, SleepRecord } from '../model.ts';
import type { EntryFault } from '../read-list.ts';
import { dayList } from './day-lists.ts';
import { segmentsOf } from './hypnogram.ts';
import { POLAR } from './pages.ts';
import { NightPayload } from './payloads.ts';

/**
 * Nights with their stages; one of each date, which is its id. Polar lists no naps. Heart rate and breathing of
 * the night are those of the continuous heart rate and of the recharge.
 */
export const sleep = dayList({
  code: 'sleep',
  title: 'Sleep',
  path: '/v3/users/sleep',
  isRanged: false,
  hasDays: true,
  maxWindowDays: 28,
  produces: {
    metrics: ['sleep_duration', 'sleep_deep', 'sleep_light', 'sleep_rem', 'sleep_awake', 'sleep_score'],
    records: ['sleep'],
  },
  schema: NightPayload,
  toRecords: (night, context): readonly ProviderRecord[] | EntryFault => {
    const lengthMs = night.sleep_end_time.atMs - night.sleep_start_time.atMs;
    return lengthMs > 0 && lengthMs <= DAY_MS
      ? [toRecord(night, context)]
      : { fault: 'sleep_end_time: not within a day after sleep_start_time' };
  },
});

function toRecord(night: NightPayload, context: MapContext): SleepRecord {
  const [start, end] = [night.sleep_start_time, night.sleep_end_time];
  const span = { startMs: start.atMs, endMs: end.atMs, offsetMinutes: start.offsetMinutes ?? 0 };
  return {
    kind: 'sleep',
    externalId: night.date,
    source: POLAR,
    start: toIso(start.atMs),
    end: toIso(end.atMs),
    ...definedFields({ zoneOffsetMinutes: start.offsetMinutes }),
    date: night.date,
    isNap: false,
    isFinal: true,
    stages: segmentsOf(night.hypnogram ?? {}, span, context.timeZone),
    totals: definedFields({
      asleepMin: minutes(asleepSec(night)),
      deepMin: minutes(night.deep_sleep),
      lightMin: minutes(night.light_sleep),
      remMin: minutes(night.rem_sleep),
      awakeMin: minutes(night.total_interruption_duration),
    }),
    values: valuesOf(night),
  };
}

const minutes = (sec: number | undefined): number | undefined => (sec === undefined ? undefined : sec / 60);

/** Undefined unless all three stages are told. */
function asleepSec({ light_sleep, deep_sleep, rem_sleep }: NightPayload): number | undefined {
  return light_sleep === undefined || deep_sleep === undefined || rem_sleep === undefined
    ? undefined
    : light_sleep + deep_sleep + rem_sleep;
}

const valuesOf = (night: NightPayload): readonly DayValue[] => [
  ...measured('sleep_duration', asleepSec(night), 's'),
  ...measured('sleep_deep', night.deep_sleep, 's'),
  ...measured('sleep_light', night.light_sleep, 's'),
  ...measured('sleep_rem', night.rem_sleep, 's'),
  ...measured('sleep_awake', night.total_interruption_duration, 's'),
  ...measured('sleep_score', unlessZero(night.sleep_score), '{score}'),
];
