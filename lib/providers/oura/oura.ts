import { DAY_MS, HOUR_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import { activity } from './activity.ts';
import { auth, identify, revoke } from './auth.ts';
import { oxygen, readiness, sleepScores, vascularAge, vo2Max } from './day-documents.ts';
import { heartRate } from './heart-rate.ts';
import { classify, limits, readQuota } from './limits.ts';
import { profile } from './profile.ts';
import { push } from './push.ts';
import { sleeps } from './sleeps.ts';
import { workouts } from './workouts.ts';

/** Oura API v2 (providers.md 6). Stress is told in seconds of a day, for which there is no metric. */
export const oura: ProviderDefinition = {
  name: 'oura',
  title: 'Oura',
  origins: { accounts: 'https://moi.ouraring.com', api: 'https://api.ouraring.com' },
  auth,
  dataTypes: [
    sleeps,
    sleepScores,
    readiness,
    activity,
    oxygen,
    vascularAge,
    vo2Max,
    workouts,
    heartRate,
    profile,
  ],
  push,
  limits,
  windows: {
    firstDays: 30,
    // A ring that was away from its phone brings what it kept.
    overlapMs: 3 * DAY_MS,
    backfillDays: undefined,
    // Heart rate is never notified, so it is asked for also while pushes come.
    pollEveryMs: { withPush: 2 * HOUR_MS, withoutPush: HOUR_MS },
    // A ring that is worn brings documents every day.
    silentAfterMs: 3 * DAY_MS,
  },
  identify,
  revoke: ({ app: http }, app, tokens, nowMs) => revoke(http, app, tokens, nowMs),
  classify,
  readQuota,
};
