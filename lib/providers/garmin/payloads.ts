import * as z from 'zod';
import { EpochSecField, Id, LocalDateField, Numeric, optional, shortText } from '../payload-fields.ts';
import { offsetMinutesOfSec } from '../times.ts';

/**
 * The fields of Garmin's summaries that are read (providers.md 3.5). Units stand in Garmin's names. Times are
 * seconds since 1970 in UTC, with the wearer's offset in seconds beside them.
 */
const OffsetSec = optional(
  Numeric.refine((sec) => offsetMinutesOfSec(sec) !== undefined, 'out of range').transform((sec) =>
    offsetMinutesOfSec(sec),
  ),
);
const number = optional(Numeric);
const DurationSec = Numeric.refine((sec) => sec >= 0 && sec <= 31 * 86_400, 'out of range');
/** Seconds after the summary's start, as text, to a value; a gap may be null. A day at 1 Hz is 86,400 of them. */
export const OffsetValues = optional(z.record(z.string().regex(/^\d{1,6}$/), Numeric.nullable()));

const Timed = {
  summaryId: Id,
  startTimeInSeconds: EpochSecField,
  startTimeOffsetInSeconds: OffsetSec,
};
const Measured = {
  summaryId: Id,
  measurementTimeInSeconds: EpochSecField,
  measurementTimeOffsetInSeconds: OffsetSec,
};

export const Daily = z.object({
  ...Timed,
  calendarDate: LocalDateField,
  durationInSeconds: DurationSec,
  steps: number,
  pushes: number,
  distanceInMeters: number,
  floorsClimbed: number,
  activeKilocalories: number,
  bmrKilocalories: number,
  moderateIntensityDurationInSeconds: number,
  vigorousIntensityDurationInSeconds: number,
  minHeartRateInBeatsPerMinute: number,
  maxHeartRateInBeatsPerMinute: number,
  restingHeartRateInBeatsPerMinute: number,
  timeOffsetHeartRateSamples: OffsetValues,
});

export const Epoch = z.object({
  ...Timed,
  durationInSeconds: DurationSec,
  activityType: optional(shortText(64)),
  activeTimeInSeconds: number,
  met: number,
});

const Level = z.object({ startTimeInSeconds: EpochSecField, endTimeInSeconds: EpochSecField });
const Levels = optional(z.array(Level).max(2_000));
const Nap = z.object({
  napStartTimeInSeconds: EpochSecField,
  napDurationInSeconds: DurationSec,
  napOffsetInSeconds: OffsetSec,
  napValidation: optional(shortText(64)),
});

export const Sleep = z.object({
  ...Timed,
  calendarDate: optional(LocalDateField),
  durationInSeconds: DurationSec,
  unmeasurableSleepInSeconds: number,
  deepSleepDurationInSeconds: number,
  lightSleepDurationInSeconds: number,
  remSleepInSeconds: number,
  awakeDurationInSeconds: number,
  sleepLevelsMap: optional(z.object({ deep: Levels, light: Levels, rem: Levels, awake: Levels })),
  validation: optional(shortText(64)),
  overallSleepScore: optional(z.object({ value: number })),
  naps: optional(z.array(Nap).max(50)),
});
export type Sleep = z.output<typeof Sleep>;

export const BodyComposition = z.object({
  ...Measured,
  weightInGrams: number,
  bodyFatInPercent: number,
  bodyMassIndex: number,
  muscleMassInGrams: number,
  boneMassInGrams: number,
  bodyWaterInPercent: number,
});

export const BloodPressure = z.object({
  ...Measured,
  systolic: Numeric,
  diastolic: Numeric,
  pulse: number,
  sourceType: optional(shortText(64)),
});

export const StressDetail = z.object({
  ...Timed,
  timeOffsetStressLevelValues: OffsetValues,
  timeOffsetBodyBatteryValues: OffsetValues,
});
export const PulseOx = z.object({ ...Timed, timeOffsetSpo2Values: OffsetValues });
export const Respiration = z.object({ ...Timed, timeOffsetEpochToBreaths: OffsetValues });
export const Hrv = z.object({
  ...Timed,
  calendarDate: optional(LocalDateField),
  lastNightAvg: number,
  hrvValues: OffsetValues,
});

/** The offset is seen under two names. */
export const HealthSnapshot = z.object({
  ...Timed,
  offsetStartTimeInSeconds: OffsetSec,
  durationInSeconds: optional(DurationSec),
  summaries: z.array(z.object({ summaryType: shortText(64), avgValue: number })).max(50),
});

export const UserMetrics = z.object({ calendarDate: LocalDateField, vo2Max: number, fitnessAge: number });
export const SkinTemperature = z.object({ calendarDate: LocalDateField, avgDeviationCelsius: number });

const ActivityFields = {
  activityName: optional(shortText(256)),
  activityType: optional(shortText(64)),
  startTimeInSeconds: EpochSecField,
  startTimeOffsetInSeconds: OffsetSec,
  durationInSeconds: DurationSec,
  distanceInMeters: number,
  activeKilocalories: number,
  averageHeartRateInBeatsPerMinute: number,
  maxHeartRateInBeatsPerMinute: number,
  averageSpeedInMetersPerSecond: number,
  averageRunCadenceInStepsPerMinute: number,
  averageBikeCadenceInRoundsPerMinute: number,
  totalElevationGainInMeters: number,
  steps: number,
  deviceName: optional(shortText(128)),
  manual: optional(z.boolean()),
  parentSummaryId: optional(Id),
};
export const Activity = z.object({ summaryId: Id, ...ActivityFields });
export type Activity = z.output<typeof Activity>;

const ActivitySample = z.object({
  startTimeInSeconds: EpochSecField,
  heartRate: number,
  speedMetersPerSecond: number,
  stepsPerMinute: number,
  bikeCadenceInRPM: number,
  powerInWatts: number,
});
export type ActivitySample = z.output<typeof ActivitySample>;

/** Three days at 1 Hz are some 260,000 samples; Garmin records none longer. */
export const ActivityDetail = z.object({
  summaryId: Id,
  summary: z.object(ActivityFields),
  samples: optional(z.array(ActivitySample).max(300_000)),
});
