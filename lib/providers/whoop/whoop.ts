import { DAY_MS, HOUR_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import { auth, identify, revoke } from './auth.ts';
import { body } from './body.ts';
import { cycles } from './cycles.ts';
import { classify, limits, readQuota } from './limits.ts';
import { push } from './push.ts';
import { recoveries } from './recoveries.ts';
import { sleeps } from './sleeps.ts';
import { workouts } from './workouts.ts';

/** WHOOP API v2 (providers.md 5). */
export const whoop: ProviderDefinition = {
  name: 'whoop',
  title: 'WHOOP',
  origins: { api: 'https://api.prod.whoop.com' },
  auth,
  dataTypes: [sleeps, recoveries, cycles, workouts, body],
  push,
  limits,
  windows: {
    firstDays: 30,
    // A night is scored again for two days or so; notifications tell of what is older.
    overlapMs: 2 * DAY_MS,
    backfillDays: undefined,
    // Cycles and the profile are never notified, so they are asked for also while pushes come.
    pollEveryMs: { withPush: 4 * HOUR_MS, withoutPush: HOUR_MS },
    // A strap that is worn brings a sleep every night.
    silentAfterMs: 3 * DAY_MS,
  },
  identify,
  revoke: ({ user }) => revoke(user),
  classify,
  readQuota,
};
