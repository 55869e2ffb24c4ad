import * as z from 'zod';
import type { ProviderApp, PushDefinition, PushItem, PushRequest, PushVerdict } from '../definition.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { Id } from '../payload-fields.ts';
import { isSameSecret } from '../signatures.ts';

/**
 * `{ "<summary type>": [ entry, ... ] }`, entries of several people in one body. A ping's entry has a
 * `callbackURL` to fetch, a push's is the summary itself. Lists of this name may be spelled as backfills are.
 */
const TYPE_OF_LIST: ReadonlyMap<string, string> = new Map(
  [
    ['dailies'],
    ['epochs'],
    ['sleeps'],
    ['bodyComps'],
    ['stressDetails'],
    ['userMetrics'],
    ['pulseox'],
    ['allDayRespiration', 'respiration'],
    ['healthSnapshot', 'healthSnapshots'],
    ['hrv', 'hrvs'],
    ['bloodPressures'],
    ['skinTemp', 'skinTemps'],
    ['activities', 'manuallyUpdatedActivities'],
    ['activityDetails'],
  ].flatMap((names) => names.map((name) => [name.toLowerCase(), names[0] ?? name] as const)),
);

/** Known, and not taken: files beside the summaries, movements guessed by the watch, cycles (no metric yet). */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  'activityFiles',
  'moveIQActivities',
  'moveiq',
  'mct',
  'menstrualCycleTracking',
]);

/** What API Gateway lets through; pings are far below it. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** A push of this many summaries is above the largest body. */
const MAX_ENTRY_COUNT = 50_000;
/** Summaries of one person handed on at a time. */
const MAX_PAYLOAD_COUNT = 100;

export const GARMIN_PUSH: PushDefinition = {
  handshake: () => undefined,
  verify: async (request, app) => verdictOf(request, app),
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => itemsOf(jsonOf(body)),
};

/** Garmin signs nothing: the address holds a key, and the header that names the application, if sent, is ours. */
function verdictOf(request: PushRequest, app: ProviderApp): PushVerdict {
  const key = request.query['key'];
  const clientId = request.headers['garmin-client-id'];
  if (key === undefined || key === '') return 'unsigned';
  if (!isSameSecret(key, app.settings?.['inboundKey'])) return 'forged';
  return clientId === undefined || isSameSecret(clientId, app.clientId) ? 'genuine' : 'forged';
}

function itemsOf(notification: unknown): readonly PushItem[] {
  if (typeof notification !== 'object' || notification === null || Array.isArray(notification)) {
    return [{ kind: 'unreadable', reason: 'expected an object of lists' }];
  }
  return Object.entries(notification).flatMap(([name, entries]): readonly PushItem[] => {
    if (!Array.isArray(entries) || entries.length > MAX_ENTRY_COUNT) {
      return [{ kind: 'unreadable', reason: 'expected a list' }];
    }
    return itemsOfList(name, entries);
  });
}

function itemsOfList(name: string, entries: readonly unknown[]): readonly PushItem[] {
  if (name === 'deregistrations') return entries.map(deregistration);
  if (name === 'userPermissionsChange' || name === 'userPermissions') return entries.map(permissions);
  const dataType = TYPE_OF_LIST.get(name.toLowerCase());
  if (dataType !== undefined) return summaries(dataType, entries);
  const reason = NOT_TAKEN.has(name) ? name : 'unknown_type';
  return entries.map(() => ({ kind: 'ignored', reason }));
}

const Deregistration = z.object({ userId: Id });
const PermissionsChange = z.object({ userId: Id, permissions: z.array(z.string().min(1).max(64)).max(50) });
const Ping = z.object({ userId: Id, callbackURL: z.string().min(1).max(2_000) });

function deregistration(entry: unknown): PushItem {
  const parsed = Deregistration.safeParse(entry);
  return parsed.success
    ? { kind: 'deauthorized', providerUserId: parsed.data.userId }
    : { kind: 'unreadable', reason: 'deregistrations' };
}

function permissions(entry: unknown): PushItem {
  const parsed = PermissionsChange.safeParse(entry);
  return parsed.success
    ? { kind: 'permissions', providerUserId: parsed.data.userId, grantedScopes: parsed.data.permissions }
    : { kind: 'unreadable', reason: 'userPermissionsChange' };
}

function summaries(dataType: string, entries: readonly unknown[]): readonly PushItem[] {
  const items: PushItem[] = [];
  const pushed = new Map<string, unknown[]>();
  for (const entry of entries) {
    const userId = Deregistration.safeParse(entry).data?.userId;
    if (userId === undefined) items.push({ kind: 'unreadable', reason: `${dataType}: userId` });
    else if (fieldOf(entry, 'callbackURL') !== undefined) items.push(ping(dataType, entry));
    else if (pushed.get(userId)?.push(entry) === undefined) pushed.set(userId, [entry]);
  }
  for (const [userId, theirs] of pushed) items.push(...payloads(dataType, userId, theirs));
  return items;
}

function ping(dataType: string, entry: unknown): PushItem {
  const parsed = Ping.safeParse(entry);
  if (!parsed.success) return { kind: 'unreadable', reason: `${dataType}: callbackURL` };
  const { userId, callbackURL } = parsed.data;
  const at = { kind: 'callback', origin: 'api', url: callbackURL } as const;
  return { kind: 'changed', providerUserId: userId, dataType, at };
}

function payloads(
  dataType: string,
  providerUserId: string,
  entries: readonly unknown[],
): readonly PushItem[] {
  const count = Math.ceil(entries.length / MAX_PAYLOAD_COUNT);
  return Array.from({ length: count }, (_, index) => {
    const payload = entries.slice(index * MAX_PAYLOAD_COUNT, (index + 1) * MAX_PAYLOAD_COUNT);
    return { kind: 'changed', providerUserId, dataType, at: { kind: 'payload', payload } };
  });
}
