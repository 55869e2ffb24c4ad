import * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import { type LocalDate, localDateOf, toIso } from '../../core/instants.ts';
import { isTimeZone, offsetMinutesAt } from '../../core/zones.ts';
import type { DataType, MapContext } from '../definition.ts';
import { InstantMsField } from '../instant-field.ts';
import { measured } from '../measured.ts';
import type { DayValue, SleepRecord, SleepStage, StageSegment } from '../model.ts';
import { InstantField, Numeric, optional, shortText } from '../payload-fields.ts';
import { readList, unreadablePage } from '../read-list.ts';
import { listPages } from './pages.ts';
import { Interval, PointFrame, pointIdOf } from './payloads.ts';
import { pointsOf } from './points.ts';
import { SCOPES } from './scopes.ts';
import { sourceOf } from './sources.ts';

const number = optional(Numeric);
const flag = optional(z.boolean());
const Stage = z.object({ type: shortText(64), startTime: InstantMsField, endTime: InstantMsField });
const StageSummary = z.object({ type: shortText(64), minutes: number, count: number });

const Sleep = z.object({
  interval: Interval,
  stages: optional(z.array(Stage).max(2_000)),
  summary: optional(
    z.object({
      minutesInSleepPeriod: number,
      minutesAsleep: number,
      minutesAwake: number,
      minutesToFallAsleep: number,
      stagesSummary: optional(z.array(StageSummary).max(20)),
    }),
  ),
  metadata: optional(z.object({ processed: flag, mainSleep: flag, nap: flag })),
  updateTime: optional(InstantField),
});
type Sleep = z.output<typeof Sleep>;
type Summary = NonNullable<Sleep['summary']>;
const Point = z.object({ ...PointFrame, sleep: Sleep });

/** Sessions are filtered by their end. A session that is still computed is sent again when it is done. */
export const SLEEP_TYPE: DataType = {
  code: 'sleep',
  title: 'Sleep',
  produces: {
    metrics: [
      'sleep_duration',
      'time_in_bed',
      'sleep_awake',
      'sleep_latency',
      'sleep_deep',
      'sleep_light',
      'sleep_rem',
      'awakenings_count',
      'sleep_efficiency',
    ],
    records: ['sleep'],
  },
  scopes: [SCOPES.sleep],
  maxWindowDays: 90,
  source: {
    kind: 'pull',
    fetchPages: listPages({
      path: 'sleep',
      filter: 'sleep',
      times: ['interval.end_time'],
      action: 'list',
      pageSize: 25,
    }),
  },
  map(payload, context) {
    const points = pointsOf(payload, 'dataPoints');
    if (points === undefined) return unreadablePage('expected an object');
    return readList(points, Point, (point) => {
      const externalId = pointIdOf(point);
      if (externalId === undefined) return { fault: 'name: missing' };
      return [{ ...toSleep(point.sleep, context), externalId, source: sourceOf(point.dataSource) }];
    });
  },
  deletionOf: (id) => [{ kind: 'record_deletion', of: 'sleep', externalId: id }],
};

function toSleep(sleep: Sleep, context: MapContext): Omit<SleepRecord, 'externalId' | 'source'> {
  const { interval, summary, metadata } = sleep;
  const isNap = metadata?.nap === true;
  const isMain = !isNap && metadata?.mainSleep !== false;
  return {
    kind: 'sleep',
    start: toIso(interval.startTime),
    end: toIso(interval.endTime),
    isNap,
    isFinal: metadata?.processed !== false,
    stages: stagesOf(sleep),
    totals: definedFields({
      inBedMin: summary?.minutesInSleepPeriod,
      asleepMin: summary?.minutesAsleep,
      deepMin: minutesOf(summary, 'DEEP'),
      lightMin: minutesOf(summary, 'LIGHT'),
      remMin: minutesOf(summary, 'REM'),
      awakeMin: summary?.minutesAwake,
      latencyMin: summary?.minutesToFallAsleep,
    }),
    values: isMain && summary !== undefined ? valuesOf(summary) : [],
    ...definedFields({
      revision: sleep.updateTime,
      zoneOffsetMinutes: interval.startUtcOffset,
      date: dateOf(interval, context),
    }),
  };
}

/** The day of waking up: on the clock of its end, else in the account's zone. */
function dateOf(interval: Interval, { timeZone }: MapContext): LocalDate | undefined {
  if (interval.civilEndTime !== undefined) return interval.civilEndTime.date;
  const offsetMinutes =
    interval.endUtcOffset ??
    interval.startUtcOffset ??
    (timeZone !== undefined && isTimeZone(timeZone)
      ? offsetMinutesAt(timeZone, interval.endTime)
      : undefined);
  return offsetMinutes === undefined ? undefined : localDateOf(interval.endTime, offsetMinutes);
}

/** The classic log tells asleep, restless and awake; restless is not asleep. */
const STAGES: ReadonlyMap<string, SleepStage> = new Map([
  ['AWAKE', 'awake'],
  ['LIGHT', 'light'],
  ['DEEP', 'deep'],
  ['REM', 'rem'],
  ['ASLEEP', 'asleep'],
  ['RESTLESS', 'awake'],
]);

/** In order of time, each cut where the one before it ends. A stage that is not known is left out. */
function stagesOf({ stages = [] }: Sleep): readonly StageSegment[] {
  let reachedMs = 0;
  return stages
    .toSorted((left, right) => left.startTime - right.startTime)
    .flatMap(({ type, startTime, endTime }) => {
      const stage = STAGES.get(type);
      const fromMs = Math.max(startTime, reachedMs) as typeof startTime;
      if (stage === undefined || endTime <= fromMs) return [];
      reachedMs = endTime;
      return [{ stage, start: toIso(fromMs), end: toIso(endTime) }];
    });
}

const stageOf = (summary: Summary | undefined, type: string) =>
  summary?.stagesSummary?.find((stage) => stage.type === type);
const minutesOf = (summary: Summary | undefined, type: string): number | undefined =>
  stageOf(summary, type)?.minutes;

function valuesOf(summary: Summary): readonly DayValue[] {
  const { minutesAsleep: asleep, minutesInSleepPeriod: inBed } = summary;
  const efficiency =
    asleep === undefined || inBed === undefined || inBed <= 0 ? undefined : (100 * asleep) / inBed;
  return [
    ...measured('sleep_duration', asleep, 'min'),
    ...measured('time_in_bed', inBed, 'min'),
    ...measured('sleep_awake', summary.minutesAwake, 'min'),
    ...measured('sleep_latency', summary.minutesToFallAsleep, 'min'),
    ...measured('sleep_deep', minutesOf(summary, 'DEEP'), 'min'),
    ...measured('sleep_light', minutesOf(summary, 'LIGHT'), 'min'),
    ...measured('sleep_rem', minutesOf(summary, 'REM'), 'min'),
    ...measured('awakenings_count', stageOf(summary, 'AWAKE')?.count, 'count'),
    ...measured('sleep_efficiency', efficiency, '%'),
  ];
}
