import { DAY_MS, HOUR_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import { auth, identify, revoke } from './auth.ts';
import { activity, nightlyRecharge, skinTemperature } from './days.ts';
import { exercises } from './exercises.ts';
import { classify, limits, readQuota } from './limits.ts';
import { push } from './push.ts';
import { bodyTemperature, continuousHeartRate, spo2 } from './readings.ts';
import { sleep } from './sleep.ts';

/** Polar AccessLink v3 (providers.md 8). */
export const polar: ProviderDefinition = {
  name: 'polar',
  title: 'Polar',
  origins: {
    flow: 'https://flow.polar.com',
    remote: 'https://polarremote.com',
    api: 'https://www.polaraccesslink.com',
  },
  auth,
  dataTypes: [
    exercises,
    sleep,
    nightlyRecharge,
    activity,
    continuousHeartRate,
    spo2,
    skinTemperature,
    bodyTemperature,
  ],
  push,
  limits,
  windows: {
    // Lists reach back four weeks, and not before the registration.
    firstDays: 28,
    overlapMs: 3 * DAY_MS,
    backfillDays: 28,
    // Recharge, temperature and oxygen are never notified. Each look is a dozen calls of 100 a day and person.
    pollEveryMs: { withPush: 6 * HOUR_MS, withoutPush: 3 * HOUR_MS },
    // A watch that is worn brings a summary every day.
    silentAfterMs: 4 * DAY_MS,
  },
  identify,
  revoke: ({ user }, _app, tokens) => revoke(user, tokens),
  classify,
  readQuota,
};
