import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import type { RecordSource, SampleRecord } from '../model.ts';
import type { ActivityPayload, StreamsPayload } from './payloads.ts';
import { cadenceFactorOf } from './sport-types.ts';

export const STREAM_METRICS = ['heart_rate', 'cadence', 'power', 'speed'] as const;

/**
 * The points of an activity as readings at their instants, of the device that recorded it. Heart rate of 0 is no
 * reading; standing still, not pedalling and no power are.
 */
export function streamSamples(
  streams: StreamsPayload,
  activity: ActivityPayload,
  source: RecordSource,
): readonly SampleRecord[] {
  const factor = cadenceFactorOf(activity.sport_type ?? '');
  const times = streams.time?.data ?? [];
  const series = [
    { metric: 'heart_rate', unit: '/min', data: streams.heartrate?.data, factor: 1, isZeroRead: false },
    { metric: 'cadence', unit: '/min', data: streams.cadence?.data, factor, isZeroRead: true },
    { metric: 'power', unit: 'W', data: streams.watts?.data, factor: 1, isZeroRead: true },
    { metric: 'speed', unit: 'm/s', data: streams.velocity_smooth?.data, factor: 1, isZeroRead: true },
  ];
  const common = { source, ...definedFields({ zoneOffsetMinutes: activity.utc_offset }) };
  return series.flatMap(({ metric, unit, data, factor: times_, isZeroRead }) =>
    times.flatMap((second, index): readonly SampleRecord[] => {
      const value = data?.[index];
      const isTold = second !== null && value !== null && value !== undefined;
      if (!isTold || !isWithin(second, activity) || (value <= 0 && !isZeroRead)) return [];
      const start = toIso((activity.start_date + second * SECOND_MS) as EpochMs);
      return [{ kind: 'sample', ...common, metric, start, value: value * times_, unit }];
    }),
  );
}

/** A point beyond the activity says that its time is damaged. */
const isWithin = (second: number, activity: ActivityPayload): boolean =>
  second >= 0 && second <= activity.elapsed_time;
