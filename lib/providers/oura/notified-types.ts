/** The types of notifications that are mapped; heart rate has none. */
export const NOTIFIED_TYPES = [
  'sleep',
  'daily_sleep',
  'daily_readiness',
  'daily_activity',
  'daily_spo2',
  'daily_cardiovascular_age',
  'vo2_max',
  'workout',
] as const;
