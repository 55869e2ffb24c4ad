import * as z from 'zod';
import { type EpochMs, toIso } from '../../core/instants.ts';
import { isTimeZone, offsetMinutesAt } from '../../core/zones.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { DayValue, SampleRecord } from '../model.ts';
import { readList, unreadablePage } from '../read-list.ts';
import { type ListedType, listPages, type TimeField } from './pages.ts';
import { CivilDate, Interval, PointFrame, pointIdOf, SampleTime } from './payloads.ts';
import { sourceOf } from './sources.ts';

/** Points of a page in memory are some kilobytes each; a page of so many is about a megabyte. */
const PAGE_SIZE = 2_000;
/** Filters take any window; a quarter keeps the progress of a long backfill visible. */
const MAX_WINDOW_DAYS = 90;

/** A type of which every point is one moment, one stretch or one day of values. */
export interface PointType<Fields extends z.ZodRawShape> {
  readonly names: {
    readonly path: string;
    readonly filter: string;
    /** CamelCase, as in JSON. */
    readonly json: string;
    readonly title: string;
  };
  readonly scope: string;
  readonly when: 'interval' | 'sample' | 'either' | 'day';
  /** Listed types can be named: their points have an id and may be deleted by it. */
  readonly action: ListedType['action'];
  readonly metrics: readonly string[];
  readonly fields: Fields;
  values(fields: z.output<z.ZodObject<Fields>>): readonly DayValue[];
}

const TIMES: Readonly<Record<PointType<z.ZodRawShape>['when'], readonly TimeField[]>> = {
  interval: ['interval.start_time'],
  sample: ['sample_time.physical_time'],
  either: ['interval.start_time', 'sample_time.physical_time'],
  day: ['date'],
};

export function pointType<Fields extends z.ZodRawShape>(type: PointType<Fields>): DataType {
  const { path, filter, title } = type.names;
  const pages = listPages({
    path,
    filter,
    times: TIMES[type.when],
    action: type.action,
    pageSize: PAGE_SIZE,
  });
  return {
    code: path,
    title,
    produces: { metrics: type.metrics, records: [] },
    scopes: [type.scope],
    maxWindowDays: MAX_WINDOW_DAYS,
    source: { kind: 'pull', fetchPages: pages },
    map: mapperOf(type),
    ...(type.action === 'list'
      ? { deletionOf: (id) => [{ kind: 'sample_deletion', metrics: type.metrics, recordId: id }] }
      : {}),
  };
}

/** The list of a page; absent when there is nothing. */
export function pointsOf(payload: unknown, name: 'dataPoints' | 'rollupDataPoints'): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined;
  return fieldOf(payload, name) ?? [];
}

const Times = z.object({
  interval: Interval.optional(),
  sampleTime: SampleTime.optional(),
  date: CivilDate.optional(),
});
type Times = z.output<typeof Times>;

function mapperOf<Fields extends z.ZodRawShape>(type: PointType<Fields>): DataType['map'] {
  const { json } = type.names;
  const Fields = z.object(type.fields);
  const Point = z.object({ ...PointFrame, [json]: Fields.and(Times) });
  return (payload, context) => {
    const points = pointsOf(payload, 'dataPoints');
    if (points === undefined) return unreadablePage('expected an object');
    return readList(points, Point, (point) => {
      // The schema has read it under this name: a computed key is beyond what its type can say.
      const fields = fieldOf(point, json) as z.output<typeof Fields> & Times;
      const frame = point as z.output<z.ZodObject<typeof PointFrame>>;
      const base = { source: sourceOf(frame.dataSource), recordId: pointIdOf(frame) };
      const samples = samplesOf(type.names.path, fields, type.values(fields), { base, context });
      return samples ?? { fault: `${json}: without a time` };
    });
  };
}

interface Around {
  readonly base: { readonly source: SampleRecord['source']; readonly recordId: string | undefined };
  readonly context: MapContext;
}

function samplesOf(
  path: string,
  { interval, sampleTime, date }: Times,
  values: readonly DayValue[],
  { base, context }: Around,
): readonly SampleRecord[] | undefined {
  if (date !== undefined) {
    const recordId = base.recordId ?? `${path}:${date}`;
    return values.map((value) => dailyValue(date, context, { ...value, source: base.source, recordId }));
  }
  const start = interval?.startTime ?? sampleTime?.physicalTime;
  if (start === undefined) return undefined;
  const zoneOffsetMinutes =
    interval?.startUtcOffset ?? sampleTime?.utcOffset ?? offsetInZone(context.timeZone, start);
  const common = {
    kind: 'sample',
    source: base.source,
    start: toIso(start),
    ...(interval === undefined ? {} : { end: toIso(interval.endTime) }),
    ...(zoneOffsetMinutes === undefined ? {} : { zoneOffsetMinutes }),
    ...(base.recordId === undefined ? {} : { recordId: base.recordId }),
  } as const;
  return values.map((value) => ({ ...common, ...value }));
}

/** Where a point names no offset; undefined without a zone: the samples door then asks the user's. */
function offsetInZone(zone: string | undefined, instantMs: EpochMs): number | undefined {
  return zone !== undefined && isTimeZone(zone) ? offsetMinutesAt(zone, instantMs) : undefined;
}
