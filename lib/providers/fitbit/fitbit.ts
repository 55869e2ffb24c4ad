import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { DataType, ProviderDefinition } from '../definition.ts';
import { FITBIT_AUTH, identifyFitbit, revokeFitbit } from './auth.ts';
import { DAY_ROLLUP_TYPES } from './day-rollups.ts';
import { classifyGoogle } from './errors.ts';
import { EXERCISE_TYPE } from './exercise.ts';
import { MEASURE_TYPES } from './measures.ts';
import { MOVEMENT_TYPES } from './movement.ts';
import { fitbitPush } from './push.ts';
import { SLEEP_TYPE } from './sleep.ts';

const DATA_TYPES: readonly DataType[] = [
  SLEEP_TYPE,
  EXERCISE_TYPE,
  ...MOVEMENT_TYPES,
  ...MEASURE_TYPES,
  ...DAY_ROLLUP_TYPES,
];

/**
 * Fitbit's data by the Google Health API v4 (discovery revision 20261002, providers.md 1). Fitbit's own Web
 * API was shut down on 2026-11-02; its tokens cannot be carried over, so its people consent again.
 */
export const fitbit: ProviderDefinition = {
  name: 'fitbit',
  title: 'Fitbit (Google Health)',
  origins: {
    accounts: 'https://accounts.google.com',
    oauth: 'https://oauth2.googleapis.com',
    api: 'https://health.googleapis.com',
    keys: 'https://www.gstatic.com',
  },
  auth: FITBIT_AUTH,
  dataTypes: DATA_TYPES,
  push: fitbitPush(new Set(DATA_TYPES.map(({ code }) => code))),
  limits: {
    // Per project and per person; answers carry no quota headers.
    application: [
      { count: 120_000, windowMs: MINUTE_MS, fixed: false },
      { count: 86_400_000, windowMs: DAY_MS, fixed: false },
    ],
    perUser: { count: 300, windowMs: MINUTE_MS },
    concurrentSyncCount: 5,
  },
  windows: {
    firstDays: 30,
    // A tracker that was offline for a night or two brings both later.
    overlapMs: 2 * DAY_MS,
    backfillDays: undefined,
    // VO2 max, active energy and some more are not notified.
    pollEveryMs: { withPush: 6 * HOUR_MS, withoutPush: HOUR_MS },
    silentAfterMs: 48 * HOUR_MS,
  },
  identify: identifyFitbit,
  revoke: (calls, _app, tokens) => revokeFitbit(calls, tokens),
  classify: classifyGoogle,
  readQuota: () => [],
};
