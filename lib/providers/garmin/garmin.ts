import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../definition.ts';
import type { ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { standardFault } from '../standard-faults.ts';
import { GARMIN_AUTH, identifyGarmin, revokeGarmin } from './auth.ts';
import { GARMIN_DATA_TYPES } from './data-types.ts';
import { GARMIN_PUSH } from './push.ts';

/**
 * Garmin Connect Developer Program: Health and Activity API over OAuth 2.0 (providers.md 3). Data comes as
 * notifications only, pings by default; what lies before the connection is asked for by backfill.
 */
export const garmin: ProviderDefinition = {
  name: 'garmin',
  title: 'Garmin',
  origins: {
    connect: 'https://connect.garmin.com',
    auth: 'https://diauth.garmin.com',
    api: 'https://apis.garmin.com',
  },
  auth: GARMIN_AUTH,
  dataTypes: GARMIN_DATA_TYPES,
  push: GARMIN_PUSH,
  limits: {
    // Production keys: 10,000 days a minute, at 30 days a request. Answers carry no quota headers.
    application: [{ count: 300, windowMs: MINUTE_MS, fixed: false }],
    concurrentSyncCount: 5,
  },
  windows: {
    firstDays: 30,
    overlapMs: DAY_MS,
    // Older partners reach five years back; a start before what an application may have is refused by Garmin.
    backfillDays: 5 * 365,
    pollEveryMs: { withPush: 7 * DAY_MS, withoutPush: DAY_MS },
    // A worn watch syncs several times a day.
    silentAfterMs: 48 * HOUR_MS,
  },
  identify: identifyGarmin,
  revoke: revokeGarmin,
  classify: (response, nowMs) => standardFault(response, nowMs, reasonOf(response)),
  readQuota: () => [],
};

function reasonOf(response: ProviderResponse): string | undefined {
  if (response.status === 409) return 'already_requested';
  if (response.status === 403 || response.status === 412) return 'scope_missing';
  if (response.status !== 400) return undefined;
  const message = fieldOf(jsonOf(response.body), 'errorMessage');
  return typeof message === 'string' && /\bmin(?:imum)?\b/i.test(message)
    ? 'before_minimum_start'
    : undefined;
}
