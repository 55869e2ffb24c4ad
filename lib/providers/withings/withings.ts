import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import { activity } from './activity.ts';
import { auth, identify } from './auth.ts';
import { classify } from './envelope.ts';
import { measures } from './measures.ts';
import { push } from './push.ts';
import { revoke } from './revoke.ts';
import { sleep } from './sleep.ts';
import { workouts } from './workouts.ts';

/** Withings' public API (providers.md 7). */
export const withings: ProviderDefinition = {
  name: 'withings',
  title: 'Withings',
  origins: { account: 'https://account.withings.com', api: 'https://wbsapi.withings.net' },
  auth,
  dataTypes: [measures, activity, sleep, workouts],
  push,
  limits: {
    application: [{ count: 120, windowMs: MINUTE_MS, fixed: false }],
    concurrentSyncCount: 5,
  },
  windows: {
    firstDays: 30,
    // A device hands over what it kept when its phone is near; notifications name what is older.
    overlapMs: 3 * DAY_MS,
    backfillDays: undefined,
    // A subscription that failed for long is dropped without a word.
    pollEveryMs: { withPush: 6 * HOUR_MS, withoutPush: HOUR_MS },
    // A scale is stepped on when its owner likes.
    silentAfterMs: undefined,
  },
  identify,
  revoke: ({ app: http }, app, tokens, nowMs) => revoke(http, app, tokens, nowMs),
  classify,
  readQuota: () => [],
};
