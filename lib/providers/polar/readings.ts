import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import { parseIsoTime } from '../../core/iso-time.ts';
import { definedFields } from '../defined-fields.ts';
import type { MapContext } from '../definition.ts';
import { unlessZero } from '../measured.ts';
import type { ProviderRecord, SampleRecord } from '../model.ts';
import type { EntryFault } from '../read-list.ts';
import { instantOf, LATEST_EPOCH_SEC } from '../times.ts';
import { dayList } from './day-lists.ts';
import { offsetOfWall, POLAR } from './pages.ts';
import { BodyTemperaturePayload, HeartRateDayPayload, Spo2Payload } from './payloads.ts';

const reading = (metric: string, start: string, value: number, unit: string): SampleRecord => ({
  kind: 'sample',
  source: POLAR,
  metric,
  start,
  value,
  unit,
});

/** Readings of day and night on the wearer's clock, without an offset. What a night lists of them is the same. */
export const continuousHeartRate = dayList({
  code: 'continuous-heart-rate',
  title: 'Heart rate',
  path: '/v3/users/continuous-heart-rate',
  isRanged: true,
  hasDays: true,
  maxWindowDays: 5,
  produces: { metrics: ['heart_rate'], records: [] },
  schema: HeartRateDayPayload,
  toRecords: (day, context) => day.heart_rate_samples.flatMap((one) => toHeartRate(day, one, context)),
});

function toHeartRate(
  { date }: HeartRateDayPayload,
  { heart_rate, sample_time }: HeartRateDayPayload['heart_rate_samples'][number],
  context: MapContext,
): readonly SampleRecord[] {
  const start = `${date}T${sample_time}`;
  const time = parseIsoTime(start);
  if (time === undefined || time.offset !== 'none' || heart_rate <= 0) return [];
  const zoneOffsetMinutes = offsetOfWall(time.wallMs, context);
  return [{ ...reading('heart_rate', start, heart_rate, '/min'), zoneOffsetMinutes }];
}

/** Seconds from here on are in the year 5138: it was milliseconds. */
const MAX_SEC = 100_000_000_000;

/** Tests that the wearer starts. */
export const spo2 = dayList({
  code: 'spo2',
  title: 'Blood oxygen',
  path: '/v3/users/biosensing/spo2',
  isRanged: true,
  isOptional: true,
  hasDays: false,
  maxWindowDays: 25,
  produces: { metrics: ['spo2'], records: [] },
  schema: Spo2Payload,
  toRecords: ({ test_time, time_zone_offset, blood_oxygen_percent }) => {
    const sec = test_time >= MAX_SEC ? test_time / SECOND_MS : test_time;
    const percent = unlessZero(blood_oxygen_percent);
    if (sec < 0 || sec > LATEST_EPOCH_SEC) return { fault: 'test_time: out of range' };
    if (percent === undefined) return [];
    const start = toIso(Math.floor(sec * SECOND_MS) as EpochMs);
    return [
      { ...reading('spo2', start, percent, '%'), ...definedFields({ zoneOffsetMinutes: time_zone_offset }) },
    ];
  },
});

/** Readings of a stretch, each so many milliseconds behind its beginning. */
export const bodyTemperature = dayList({
  code: 'body-temperature',
  title: 'Body temperature',
  path: '/v3/users/biosensing/body-temperature',
  isRanged: true,
  isOptional: true,
  hasDays: false,
  maxWindowDays: 5,
  produces: { metrics: ['body_temperature'], records: [] },
  schema: BodyTemperaturePayload,
  toRecords: toTemperatures,
});

function toTemperatures(
  { start_time, samples }: BodyTemperaturePayload,
  context: MapContext,
): readonly ProviderRecord[] | EntryFault {
  const startMs = instantOf(start_time) ?? instantOfWall(start_time, context);
  if (startMs === undefined) return { fault: 'start_time: expected a time' };
  return samples.flatMap(({ temperature_celsius, recording_time_delta_milliseconds: deltaMs }) => {
    const atMs = startMs + deltaMs;
    const isPossible = temperature_celsius > 0 && atMs >= 0 && atMs <= LATEST_EPOCH_SEC * SECOND_MS;
    return isPossible
      ? [reading('body_temperature', toIso(Math.floor(atMs) as EpochMs), temperature_celsius, 'Cel')]
      : [];
  });
}

function instantOfWall(text: string, context: MapContext): EpochMs | undefined {
  const time = parseIsoTime(text);
  return time === undefined
    ? undefined
    : ((time.wallMs - offsetOfWall(time.wallMs, context) * 60_000) as EpochMs);
}
