import type { MappedPage } from '../model.ts';
import { readList } from '../read-list.ts';
import { BloodPressure, BodyComposition } from './payloads.ts';
import { positive, samplesAt, summaryIdOf, UNNAMED } from './readings.ts';

/** Weighings. A scale that measures weight alone sends zeros or nothing for the rest. */
export const mapBodyCompositions = (payload: unknown): MappedPage =>
  readList(
    payload,
    BodyComposition,
    (measured) =>
      samplesAt(momentOf(measured), [
        positive('weight', measured.weightInGrams, 'g'),
        positive('body_fat', measured.bodyFatInPercent, '%'),
        positive('bmi', measured.bodyMassIndex, 'kg/m2'),
        positive('muscle_mass', measured.muscleMassInGrams, 'g'),
        positive('bone_mass', measured.boneMassInGrams, 'g'),
        positive('body_water', measured.bodyWaterInPercent, '%'),
      ]),
    summaryIdOf,
  );

/** Blood pressures, both values or none: a systolic one that is not above the diastolic one is no reading. */
export const mapBloodPressures = (payload: unknown): MappedPage =>
  readList(
    payload,
    BloodPressure,
    (measured) => {
      if (measured.systolic <= measured.diastolic) return { fault: 'systolic: not above diastolic' };
      const source = measured.sourceType === 'MANUAL' ? {} : UNNAMED;
      return samplesAt({ ...momentOf(measured), source }, [
        positive('blood_pressure_systolic', measured.systolic, 'mmHg'),
        positive('blood_pressure_diastolic', measured.diastolic, 'mmHg'),
        positive('pulse_at_bp', measured.pulse, 'bpm'),
      ]);
    },
    summaryIdOf,
  );

const momentOf = (measured: {
  readonly summaryId: string;
  readonly measurementTimeInSeconds: number;
  readonly measurementTimeOffsetInSeconds?: number | undefined;
}) => ({
  epochSec: measured.measurementTimeInSeconds,
  zoneOffsetMinutes: measured.measurementTimeOffsetInSeconds,
  recordId: measured.summaryId,
});
