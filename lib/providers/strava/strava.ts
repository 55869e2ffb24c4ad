import { DAY_MS, HOUR_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import { activities } from './activities.ts';
import { auth, identify, revoke } from './auth.ts';
import { classify, limits, readQuota } from './limits.ts';
import { push } from './push.ts';

/** Strava API v3 (providers.md 4). */
export const strava: ProviderDefinition = {
  name: 'strava',
  title: 'Strava',
  origins: { web: 'https://www.strava.com' },
  auth,
  dataTypes: [activities],
  push,
  limits,
  windows: {
    firstDays: 30,
    // Devices upload late, but events tell of that; each activity of the overlap costs two calls of a small quota.
    overlapMs: 2 * DAY_MS,
    backfillDays: undefined,
    pollEveryMs: { withPush: DAY_MS, withoutPush: 6 * HOUR_MS },
    silentAfterMs: undefined,
  },
  identify,
  revoke: ({ app: http }, app, tokens, nowMs) => revoke(http, app, tokens, nowMs),
  classify,
  readQuota,
};
