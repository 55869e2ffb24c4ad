import type { Schemas } from '../api/operations.ts';

/** A code of the metric catalogue. */
export type HealthMetric = Schemas['MetricCode'];
export type SleepStage = Extract<Schemas['Sample'], { readonly category: unknown }>['category'];

/** What a field of a native record becomes: a measured sample, or a coded one by the platform's number. */
export type FieldMapping =
  | {
      readonly metric: HealthMetric;
      /** What the bridge reads it in, as the platform writes that unit. */
      readonly nativeUnit: string;
      /** What is sent: one of the accepted units of the metric. */
      readonly unit: string;
    }
  | { readonly metric: HealthMetric; readonly categories: Readonly<Record<number, SleepStage>> };

/** By native type, then by field. */
export type TypeMappings = Readonly<Record<string, Readonly<Record<string, FieldMapping>>>>;

/** What one of the two platforms is to the server: the provider of its sources, and what its types mean. */
export interface HealthPlatform {
  readonly provider: 'apple_health' | 'health_connect';
  readonly types: TypeMappings;
  /** Whether a record may change under its id; where not, an edit is a deletion and another record. */
  readonly recordsChange: boolean;
}

export const measured = (
  metric: HealthMetric,
  nativeUnit: string,
  unit: string = nativeUnit,
): FieldMapping => ({
  metric,
  nativeUnit,
  unit,
});
