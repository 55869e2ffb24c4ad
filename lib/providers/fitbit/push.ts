import * as z from 'zod';
import { type EpochMs, HOUR_MS, SECOND_MS, utcMidnightOf } from '../../core/instants.ts';
import { parseIsoTime } from '../../core/iso-time.ts';
import type { ProviderApp, PushAnswer, PushDefinition, PushItem, PushRequest } from '../definition.ts';
import { InstantMsField } from '../instant-field.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import type { TimeWindow } from '../model.ts';
import { Id, optional } from '../payload-fields.ts';
import { isSameSecret } from '../signatures.ts';
import { CivilTime } from './payloads.ts';
import { signatureVerdict } from './signature.ts';
import { subscribeApp } from './subscriber.ts';
import { windowOfClock } from './windows.ts';

/** Google batches 99 notifications; a body with more is taken up to here. */
const MAX_ITEM_COUNT = 1_000;
const MAX_INTERVAL_COUNT = 100;
const MAX_BODY_BYTES = 1024 * 1024;

/** Bodies say what changed and never hold a measurement. */
export function fitbitPush(dataTypes: ReadonlySet<string>): PushDefinition {
  return {
    handshake,
    verify: async (request, app, { keys }) => {
      const { authorization } = request.headers;
      if (authorization === undefined) return 'unsigned';
      return isOurs(authorization, app) ? signatureVerdict(request, keys) : 'forged';
    },
    okStatus: 204,
    maxBodyBytes: MAX_BODY_BYTES,
    parse: (body) => parseNotifications(jsonOf(body), dataTypes),
    subscribeApp,
  };
}

const isOurs = (authorization: string | undefined, app: ProviderApp): boolean =>
  isSameSecret(authorization, app.settings?.['webhookAuthorization']);

/** Two POSTs, unsigned: with our Authorization 201 is expected, without it 401. */
function handshake(request: PushRequest, app: ProviderApp): PushAnswer | undefined {
  if (request.method !== 'POST' || request.body.length > 1_024) return undefined;
  if (fieldOf(jsonOf(request.body), 'type') !== 'verification') return undefined;
  return { status: isOurs(request.headers['authorization'], app) ? 201 : 401 };
}

const Physical = z.object({ startTime: InstantMsField, endTime: InstantMsField });
const Civil = z.object({ startDateTime: CivilTime, endDateTime: CivilTime });
const CivilText = z.string().max(40);
const CivilIso = z.object({ startTime: CivilText, endTime: CivilText });
/** Any of the three may be missing; daily types have civil times only. */
const NotifiedInterval = z.object({
  physicalTimeInterval: optional(Physical),
  civilDateTimeInterval: optional(Civil),
  civilIso8601TimeInterval: optional(CivilIso),
});
const Notification = z.object({
  healthUserId: Id,
  operation: z.string().max(64),
  dataType: z.string().max(64),
  recordId: optional(Id),
  intervals: optional(z.array(NotifiedInterval).max(MAX_INTERVAL_COUNT)),
});
type Notification = z.output<typeof Notification>;

function parseNotifications(payload: unknown, dataTypes: ReadonlySet<string>): readonly PushItem[] {
  const entries: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  if (entries.length > MAX_ITEM_COUNT) return [{ kind: 'unreadable', reason: 'too many notifications' }];
  return entries.flatMap((entry) => {
    const parsed = Notification.safeParse(fieldOf(entry, 'data'));
    return parsed.success
      ? itemsOf(parsed.data, dataTypes)
      : [{ kind: 'unreadable', reason: 'not a notification' } as const];
  });
}

/** Types that change together with another, and are notified by that one alone. */
const ALSO: ReadonlyMap<string, readonly string[]> = new Map([
  ['heart-rate', ['heart-rate', 'heart-rate-of-days']],
  ['total-calories', ['total-calories', 'active-energy-burned', 'basal-energy-burned']],
  ['daily-resting-heart-rate', ['daily-resting-heart-rate', 'daily-vo2-max']],
]);

/**
 * Points of these types may cover a day as it grows: one that a notification is about begins as early as the
 * day, while it is asked for by its start.
 */
const LONG_POINTS: ReadonlySet<string> = new Set([
  'floors',
  'altitude',
  'active-minutes',
  'active-energy-burned',
  'basal-energy-burned',
]);
const LONGEST_DAY_MS = 25 * HOUR_MS;

const reaching = (dataType: string, { fromMs, toMs }: TimeWindow): TimeWindow => ({
  fromMs: (LONG_POINTS.has(dataType) ? fromMs - LONGEST_DAY_MS : fromMs) as EpochMs,
  toMs,
});

function itemsOf(notification: Notification, dataTypes: ReadonlySet<string>): readonly PushItem[] {
  const { healthUserId: providerUserId, operation, recordId } = notification;
  const codes = (ALSO.get(notification.dataType) ?? [notification.dataType]).filter((code) =>
    dataTypes.has(code),
  );
  if (codes.length === 0) return [{ kind: 'ignored', reason: 'unknown_type' }];
  if (operation !== 'UPSERT' && operation !== 'DELETE')
    return [{ kind: 'ignored', reason: 'unknown_operation' }];
  if (operation === 'DELETE' && recordId !== undefined) {
    return codes.map((dataType) => ({ kind: 'deleted', providerUserId, dataType, id: recordId }));
  }
  const windows = (notification.intervals ?? []).flatMap((interval) => windowOf(interval) ?? []);
  if (windows.length === 0) return [{ kind: 'unreadable', reason: 'without an interval' }];
  const replaces = operation === 'DELETE';
  return codes.flatMap((dataType) =>
    windows.map((window) => ({
      kind: 'changed',
      providerUserId,
      dataType,
      at: { kind: 'window', window: reaching(dataType, window), replaces },
    })),
  );
}

/** Sleep is asked for by its end, so what ends a window must lie within it. */
const END_INSIDE_MS = SECOND_MS;
/** No device holds back more than a year; a longer interval is a fault of its sender. */
const MAX_WINDOW_MS = 400 * 24 * HOUR_MS;

function windowOf(interval: z.output<typeof NotifiedInterval>): TimeWindow | undefined {
  const { physicalTimeInterval: physical, civilDateTimeInterval: civil } = interval;
  const window =
    physical !== undefined
      ? { fromMs: physical.startTime, toMs: physical.endTime }
      : civil !== undefined
        ? windowOfClock(wallMsOf(civil.startDateTime), wallMsOf(civil.endDateTime))
        : windowOfTexts(interval.civilIso8601TimeInterval);
  if (window === undefined || window.toMs < window.fromMs) return undefined;
  const toMs = (window.toMs + END_INSIDE_MS) as EpochMs;
  return toMs - window.fromMs > MAX_WINDOW_MS ? undefined : { fromMs: window.fromMs, toMs };
}

const wallMsOf = ({ date, time }: z.output<typeof CivilTime>): number => utcMidnightOf(date) + (time ?? 0);

function windowOfTexts(texts: z.output<typeof CivilIso> | undefined): TimeWindow | undefined {
  const [from, to] = [parseIsoTime(texts?.startTime ?? ''), parseIsoTime(texts?.endTime ?? '')];
  return from === undefined || to === undefined ? undefined : windowOfClock(from.wallMs, to.wallMs);
}
