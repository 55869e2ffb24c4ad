import type { CloudKit, PushRules } from '../frame/cloud.ts';
import { addDays } from '../people/zones.ts';
import type { Keyset } from './keys.ts';
import type { Account } from './model.ts';
import { civilText, civilTime, dateShape, instantText } from './shapes.ts';

/** Types that notifications exist for; the rest must be polled. */
export const NOTIFIED = [
  'active-zone-minutes',
  'altitude',
  'blood-glucose',
  'body-fat',
  'daily-heart-rate-variability',
  'daily-oxygen-saturation',
  'daily-respiratory-rate',
  'daily-resting-heart-rate',
  'daily-sleep-temperature-derivations',
  'distance',
  'exercise',
  'floors',
  'heart-rate',
  'heart-rate-variability',
  'height',
  'hydration-log',
  'nutrition-log',
  'respiratory-rate-sleep-summary',
  'run-vo2-max',
  'sedentary-period',
  'sleep',
  'steps',
  'total-calories',
  'weight',
];

export interface Notification {
  readonly dataType: string;
  readonly operation: 'UPSERT' | 'DELETE';
  readonly recordId?: string;
  /** Civil dates only, as for daily types. */
  readonly date?: string;
  readonly startMs?: number;
  readonly endMs?: number;
}

const BATCH = 99;

/** Queues notifications of a connected person, at most 99 in one POST; types that are not notified are left out. */
export function notify(kit: CloudKit, account: Account, notifications: readonly Notification[]): void {
  const { person } = account.history;
  if (kit.grantOf(person) === undefined) return;
  const items = notifications.filter(({ dataType }) => NOTIFIED.includes(dataType));
  for (let from = 0; from < items.length; from += BATCH) {
    const batch = items.slice(from, from + BATCH).map((item) => ({ data: dataOf(account, item) }));
    const about = `${[...new Set(items.map(({ dataType }) => dataType))].join(', ')} of ${person.name}`;
    kit.push({ contentType: 'application/json; charset=utf-8', body: JSON.stringify(batch), about });
  }
}

function dataOf(account: Account, { dataType, operation, recordId, ...when }: Notification) {
  return {
    version: '1',
    clientProvidedSubscriptionName: 'headwater',
    healthUserId: account.healthUserId,
    operation,
    dataType,
    ...(recordId === undefined ? {} : { recordId }),
    intervals: [intervalOf(account.history.person.zone, when)],
  };
}

function intervalOf(
  zone: string,
  { date, startMs, endMs }: Pick<Notification, 'date' | 'startMs' | 'endMs'>,
) {
  if (date !== undefined || startMs === undefined || endMs === undefined)
    return {
      civilDateTimeInterval: {
        startDateTime: { date: dateShape(date ?? '') },
        endDateTime: { date: dateShape(addDays(date ?? '', 1)) },
      },
    };
  return {
    physicalTimeInterval: { startTime: instantText(startMs), endTime: instantText(endMs) },
    civilDateTimeInterval: { startDateTime: civilTime(zone, startMs), endDateTime: civilTime(zone, endMs) },
    civilIso8601TimeInterval: { startTime: civilText(zone, startMs), endTime: civilText(zone, endMs) },
  };
}

const AGENT = { 'user-agent': 'Google-Health-API-Webhooks' };

/** 204 and nothing else counts; a week of patience; every body signed with the primary key. */
export function pushRules(
  authorization: () => string,
  keyset: Keyset,
  proven: (address: string) => void,
): PushRules {
  return {
    async handshake(address) {
      const failure = await prove(address, authorization());
      if (failure === undefined) proven(address);
      return failure;
    },
    headers: () => ({ ...AGENT, authorization: authorization() }),
    sign: (body) => ({ 'GOOGLE-HEALTH-API-SIGNATURE': keyset.sign(body) }),
    accepted: (status) => status === 204,
    retrySec: [10, 20, 40, 80, 160, 320, 640, 1280, 3600],
    keepSec: 7 * 86_400,
    timeoutMs: 10_000,
  };
}

/** Two POSTs, neither signed: with the secret 201 is expected, without it 401 or 403. */
export async function prove(address: string, authorization: string): Promise<string | undefined> {
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AGENT, ...headers },
      body: JSON.stringify({ type: 'verification' }),
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const known = await ask({ authorization });
  if (known !== 201) return `FAILED_PRECONDITION: expected 201 with the secret, got ${known}`;
  const unknown = await ask({});
  return unknown === 401 || unknown === 403
    ? undefined
    : `FAILED_PRECONDITION: expected 401 without the secret, got ${unknown}`;
}
