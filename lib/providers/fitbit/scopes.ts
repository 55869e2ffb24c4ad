const PREFIX = 'https://www.googleapis.com/auth/googlehealth.';

/** Restricted scopes, to read only (revision 20261002). */
export const SCOPES = {
  activity: `${PREFIX}activity_and_fitness.readonly`,
  metrics: `${PREFIX}health_metrics_and_measurements.readonly`,
  sleep: `${PREFIX}sleep.readonly`,
  nutrition: `${PREFIX}nutrition.readonly`,
  profile: `${PREFIX}profile.readonly`,
  /** The account's time zone. */
  settings: `${PREFIX}settings.readonly`,
} as const;
