import type { MapContext } from '../definition.ts';
import type { MappedPage } from '../model.ts';
import { readList } from '../read-list.ts';
import { HealthSnapshot, Hrv, PulseOx, Respiration, StressDetail } from './payloads.ts';
import { isPositive, positive, samplesAt, samplesOfDate, samplesOfOffsets, summaryIdOf } from './readings.ts';

/** What changes over a day or night: seconds after a start to values. */

const STRESS = { metric: 'stress_level', unit: '{score}' };
const BODY_BATTERY = { metric: 'body_battery', unit: '{score}' };

/** Stress from 1 on: the codes below say why there is none. A body battery of 0 is an empty one. */
export const mapStressDetails = (payload: unknown): MappedPage =>
  readList(
    payload,
    StressDetail,
    (summary) => [
      ...samplesOfOffsets(summary, summary.timeOffsetStressLevelValues, STRESS, (value) => value >= 1),
      ...samplesOfOffsets(
        summary,
        summary.timeOffsetBodyBatteryValues,
        BODY_BATTERY,
        (value) => value >= 0 && value <= 100,
      ),
    ],
    summaryIdOf,
  );

export const mapPulseOx = (payload: unknown): MappedPage =>
  readList(
    payload,
    PulseOx,
    (summary) => samplesOfOffsets(summary, summary.timeOffsetSpo2Values, { metric: 'spo2', unit: '%' }),
    summaryIdOf,
  );

/** The nights' own respiration and SpO2 in `sleeps` are the same readings, and are not taken from there. */
export const mapRespiration = (payload: unknown): MappedPage =>
  readList(
    payload,
    Respiration,
    (summary) =>
      samplesOfOffsets(summary, summary.timeOffsetEpochToBreaths, {
        metric: 'respiratory_rate',
        unit: 'breaths/min',
      }),
    summaryIdOf,
  );

/** The night's average, as the app shows it; the values of five minutes only where there is none, for it is theirs. */
export const mapHrv = (payload: unknown, context: MapContext): MappedPage =>
  readList(
    payload,
    Hrv,
    (summary) => {
      const { calendarDate, lastNightAvg, hrvValues, startTimeOffsetInSeconds: zoneOffsetMinutes } = summary;
      return calendarDate !== undefined && isPositive(lastNightAvg)
        ? samplesOfDate('hrv', calendarDate, { context, zoneOffsetMinutes }, [
            { metric: 'hrv_rmssd', value: lastNightAvg, unit: 'ms' },
          ])
        : samplesOfOffsets(summary, hrvValues, { metric: 'hrv_rmssd', unit: 'ms' });
    },
    summaryIdOf,
  );

/**
 * Snapshots of two minutes. Their heart rate, stress, SpO2 and respiration are in the other types as well, and
 * their RMSSD, taken awake, is not that of a night.
 */
export const mapHealthSnapshots = (payload: unknown): MappedPage =>
  readList(
    payload,
    HealthSnapshot,
    (snapshot) => {
      const averageOf = (type: string): number | undefined =>
        snapshot.summaries.find(({ summaryType }) => summaryType.toLowerCase() === type)?.avgValue;
      return samplesAt(
        {
          epochSec: snapshot.startTimeInSeconds,
          durationSec: snapshot.durationInSeconds ?? 120,
          zoneOffsetMinutes: snapshot.startTimeOffsetInSeconds ?? snapshot.offsetStartTimeInSeconds,
          recordId: snapshot.summaryId,
        },
        [positive('hrv_sdnn', averageOf('sdrr_hrv'), 'ms')],
      );
    },
    summaryIdOf,
  );
