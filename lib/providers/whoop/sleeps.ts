import { definedFields } from '../../core/defined-fields.ts';
import { MINUTE_MS, toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, SleepRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { collectionPages, recordPage } from './collections.ts';
import { SleepPayload, type StageSummary, scoreOf } from './payloads.ts';
import { SLEEP_PATH, wakingDateOf } from './sleep-dating.ts';
import { STRAP } from './sources.ts';

/** Sleeps and naps with the totals of their stages: WHOOP gives no timeline. Final once scored or unscorable. */
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
      'awakenings_count',
      'sleep_efficiency',
      'sleep_score',
      'respiratory_rate',
    ],
    records: ['sleep'],
  },
  scopes: ['read:sleep'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) => collectionPages(context, SLEEP_PATH, { window, cursor }),
    fetchRecord: (context, id) => recordPage(context, SLEEP_PATH, id),
  },
  map: mapSleeps,
  deletionOf: (id) => [{ kind: 'record_deletion', of: 'sleep', externalId: id }],
};

function mapSleeps(payload: unknown, _context: MapContext): MappedPage {
  return readList(fieldOf(payload, 'records'), SleepPayload, (sleep) =>
    sleep.end <= sleep.start ? { fault: 'end: not after start' } : [toRecord(sleep)],
  );
}

function toRecord(sleep: SleepPayload): SleepRecord {
  const stages = scoreOf(sleep)?.stage_summary;
  return {
    kind: 'sleep',
    externalId: sleep.id,
    ...definedFields({ revision: sleep.updated_at }),
    source: STRAP,
    start: toIso(sleep.start),
    end: toIso(sleep.end),
    zoneOffsetMinutes: sleep.timezone_offset,
    date: wakingDateOf(sleep),
    isNap: sleep.nap,
    isFinal: sleep.score_state !== 'PENDING_SCORE',
    stages: [],
    totals: stages === undefined ? {} : totalsOf(stages),
    values: sleep.nap ? [] : valuesOf(sleep, stages),
  };
}

/** Undefined unless all three stages are told. */
function asleepMs(stages: StageSummary | undefined): number | undefined {
  const light = stages?.total_light_sleep_time_milli;
  const deep = stages?.total_slow_wave_sleep_time_milli;
  const rem = stages?.total_rem_sleep_time_milli;
  return light === undefined || deep === undefined || rem === undefined ? undefined : light + deep + rem;
}

const minutes = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / MINUTE_MS;

const totalsOf = (stages: StageSummary): SleepRecord['totals'] =>
  definedFields({
    inBedMin: minutes(stages.total_in_bed_time_milli),
    asleepMin: minutes(asleepMs(stages)),
    deepMin: minutes(stages.total_slow_wave_sleep_time_milli),
    lightMin: minutes(stages.total_light_sleep_time_milli),
    remMin: minutes(stages.total_rem_sleep_time_milli),
    awakeMin: minutes(stages.total_awake_time_milli),
  });

function valuesOf(sleep: SleepPayload, stages: StageSummary | undefined): readonly DayValue[] {
  const score = scoreOf(sleep);
  return [
    ...measured('sleep_duration', asleepMs(stages), 'ms'),
    ...measured('time_in_bed', stages?.total_in_bed_time_milli, 'ms'),
    ...measured('sleep_deep', stages?.total_slow_wave_sleep_time_milli, 'ms'),
    ...measured('sleep_light', stages?.total_light_sleep_time_milli, 'ms'),
    ...measured('sleep_rem', stages?.total_rem_sleep_time_milli, 'ms'),
    ...measured('sleep_awake', stages?.total_awake_time_milli, 'ms'),
    ...measured('awakenings_count', stages?.disturbance_count, '{count}'),
    ...measured('sleep_efficiency', score?.sleep_efficiency_percentage, '%'),
    ...measured('sleep_score', score?.sleep_performance_percentage, '{score}'),
    ...measured('respiratory_rate', unlessZero(score?.respiratory_rate), '/min'),
  ];
}
