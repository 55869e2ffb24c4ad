import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS, toIso } from '../../core/instants.ts';
import { parseIsoTime } from '../../core/iso-time.ts';
import type { MapContext } from '../definition.ts';
import { unlessZero } from '../measured.ts';
import type { ProviderRecord, SampleRecord } from '../model.ts';
import type { NightClock } from '../night-clock.ts';
import type { EntryFault } from '../read-list.ts';
import { instantOf, LATEST_EPOCH_SEC, namedOffsetMinutes } from '../times.ts';
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

/** Readings of day and night on the wearer's clock, without an offset: that of the nights around is theirs. What a night lists of them is the same. */
export const continuousHeartRate = dayList({
  code: 'continuous-heart-rate',
  title: 'Heart rate',
  path: '/v3/users/continuous-heart-rate',
  isRanged: true,
  hasDays: true,
  isOnNightClock: true,
  maxWindowDays: 5,
  produces: { metrics: ['heart_rate'], records: [] },
  schema: HeartRateDayPayload,
  toRecords: (day, context, clock) => {
    const offsetAt = (wallMs: number): number => clock.atWall(wallMs) ?? offsetOfWall(wallMs, context);
    return day.heart_rate_samples.flatMap((one) => toHeartRate(day, one, offsetAt));
  },
});

function toHeartRate(
  { date }: HeartRateDayPayload,
  { heart_rate, sample_time }: HeartRateDayPayload['heart_rate_samples'][number],
  offsetAt: (wallMs: number) => number,
): readonly SampleRecord[] {
  const start = `${date}T${sample_time}`;
  const time = parseIsoTime(start);
  if (time === undefined || time.offset !== 'none' || heart_rate <= 0) return [];
  const zoneOffsetMinutes = offsetAt(time.wallMs);
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
  isOnNightClock: true,
  maxWindowDays: 5,
  produces: { metrics: ['body_temperature'], records: [] },
  schema: BodyTemperaturePayload,
  toRecords: toTemperatures,
});

function toTemperatures(
  { start_time, samples }: BodyTemperaturePayload,
  context: MapContext,
  clock: NightClock,
): readonly ProviderRecord[] | EntryFault {
  const start = startOf(start_time, context, clock);
  if (start === undefined) return { fault: 'start_time: expected a time' };
  const known = definedFields({ zoneOffsetMinutes: start.offsetMinutes });
  return samples.flatMap(({ temperature_celsius, recording_time_delta_milliseconds: deltaMs }) => {
    const atMs = start.atMs + deltaMs;
    const isPossible = temperature_celsius > 0 && atMs >= 0 && atMs <= LATEST_EPOCH_SEC * SECOND_MS;
    const at = () => toIso(Math.floor(atMs) as EpochMs);
    return isPossible ? [{ ...reading('body_temperature', at(), temperature_celsius, 'Cel'), ...known }] : [];
  });
}

/** With an offset of its own, or on the clock of the nights. `Z` is an instant, and says nothing of the wearer. */
function startOf(
  text: string,
  context: MapContext,
  clock: NightClock,
): { readonly atMs: EpochMs; readonly offsetMinutes: number | undefined } | undefined {
  const time = parseIsoTime(text);
  if (time === undefined) return undefined;
  const instantMs = instantOf(text);
  if (instantMs !== undefined)
    return { atMs: instantMs, offsetMinutes: namedOffsetMinutes(text) ?? clock.at(instantMs) };
  const offsetMinutes = clock.atWall(time.wallMs) ?? offsetOfWall(time.wallMs, context);
  return { atMs: (time.wallMs - offsetMinutes * MINUTE_MS) as EpochMs, offsetMinutes };
}
