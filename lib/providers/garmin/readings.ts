import type { LocalDate } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { RecordSource, Revision, SampleRecord } from '../model.ts';
import { Id } from '../payload-fields.ts';
import { isoOfEpochSec } from '../times.ts';

/** What was measured, in Garmin's unit. */
export interface Reading {
  readonly metric: string;
  readonly value: number | undefined;
  readonly unit: string;
}

/** Most summaries do not name the device; activities do. */
export const UNNAMED: RecordSource = { device: { manufacturer: 'Garmin' } };

/** Zero and the negative codes of Garmin are missing values, not data (providers.md 11). */
export const isPositive = (value: number | undefined): value is number => value !== undefined && value > 0;

/** The positive ones of the readings, else undefined. */
export const positive = (metric: string, value: number | undefined, unit: string): Reading => ({
  metric,
  value: isPositive(value) ? value : undefined,
  unit,
});

/** Readings of one moment, or of a stretch of `durationSec`. */
export function samplesAt(
  moment: {
    readonly epochSec: number;
    readonly durationSec?: number;
    readonly zoneOffsetMinutes: number | undefined;
    readonly source?: RecordSource;
    readonly recordId?: string;
  },
  readings: readonly Reading[],
): readonly SampleRecord[] {
  const { epochSec, durationSec, zoneOffsetMinutes, recordId } = moment;
  const base = {
    kind: 'sample',
    source: moment.source ?? UNNAMED,
    start: isoOfEpochSec(epochSec),
    ...(durationSec === undefined ? {} : { end: isoOfEpochSec(epochSec + durationSec) }),
    ...(zoneOffsetMinutes === undefined ? {} : { zoneOffsetMinutes }),
    ...(recordId === undefined ? {} : { recordId }),
  } as const;
  return readings.flatMap(({ metric, value, unit }) =>
    value === undefined ? [] : [{ ...base, metric, value, unit }],
  );
}

/** A map of seconds after the start to values, in the order of time; those that `isData` denies are left out. */
export function samplesOfOffsets(
  summary: { readonly startTimeInSeconds: number; readonly startTimeOffsetInSeconds?: number | undefined },
  values: Readonly<Record<string, number | null>> | undefined,
  { metric, unit }: { readonly metric: string; readonly unit: string },
  isData: (value: number) => boolean = isPositive,
): readonly SampleRecord[] {
  const zoneOffsetMinutes = summary.startTimeOffsetInSeconds;
  return Object.entries(values ?? {}).flatMap(([offsetSec, value]) =>
    value === null || !isData(value)
      ? []
      : samplesAt({ epochSec: summary.startTimeInSeconds + Number(offsetSec), zoneOffsetMinutes }, [
          { metric, value, unit },
        ]),
  );
}

/** Readings of a calendar date, with the record id `<dataType>:<date>`. */
export function samplesOfDate(
  dataType: string,
  date: LocalDate,
  day: {
    readonly context: MapContext;
    readonly zoneOffsetMinutes?: number | undefined;
    readonly revision?: Revision;
  },
  readings: readonly Reading[],
): readonly SampleRecord[] {
  const { context, zoneOffsetMinutes, revision } = day;
  const base = {
    recordId: `${dataType}:${date}`,
    source: UNNAMED,
    zoneOffsetMinutes,
    ...(revision === undefined ? {} : { revision }),
  };
  return readings.flatMap(({ metric, value, unit }) =>
    value === undefined ? [] : [dailyValue(date, context, { ...base, metric, value, unit })],
  );
}

/** The id by which an entry that could not be read is named. */
export const summaryIdOf = (entry: unknown): string | undefined =>
  Id.safeParse(fieldOf(entry, 'summaryId')).data;
