import {
  addDays,
  DAY_MS,
  type EpochMs,
  parseLocalDate,
  SECOND_MS,
  utcMidnightOf,
} from '../../core/instants.ts';
import type { PushDefinition, PushItem } from '../definition.ts';
import type { TimeWindow } from '../model.ts';
import { isSameSecret } from '../signatures.ts';
import { LATEST_EPOCH_SEC } from '../times.ts';
import { subscribeUser } from './subscribe.ts';

/** A notification is some 60 bytes. */
const MAX_BODY_BYTES = 4_096;
/** Longer than any notification names; a longer one is cut at its end. */
const MAX_WINDOW_MS = 31 * DAY_MS;

/** Kinds of notifications (`appli`) and the data types that they are about. */
const TYPES_OF: Readonly<Record<string, readonly string[]>> = {
  1: ['measures'],
  2: ['measures'],
  4: ['measures'],
  16: ['activity', 'workouts'],
  44: ['sleep'],
  62: ['sleep'],
};
const PROFILE = '46';
/** Measures that are gone from their window are gone; days and nights are replaced by their ids. */
const REPLACED = new Set(['measures']);

/**
 * Notifications are forms without a signature, so the address holds a secret, and what they name is fetched.
 * Withings looks with HEAD before it subscribes.
 */
export const push: PushDefinition = {
  handshake: ({ method }) => (method === 'HEAD' ? { status: 200 } : undefined),
  verify: async ({ query }, app) => {
    if (query['key'] === undefined) return 'unsigned';
    return isSameSecret(query['key'], app.settings?.['inboundKey']) ? 'genuine' : 'forged';
  },
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => itemsOf(new URLSearchParams(new TextDecoder().decode(body))),
  // What comes without the key is refused, so it is not asked for.
  subscribeUser: async (http, callback, app) => {
    if (app.settings?.['inboundKey'] === undefined) return;
    await subscribeUser(http, callback, [...Object.keys(TYPES_OF), PROFILE]);
  },
};

function itemsOf(form: URLSearchParams): readonly PushItem[] {
  const providerUserId = form.get('userid') ?? '';
  const appli = form.get('appli') ?? '';
  if (!/^\d{1,20}$/.test(providerUserId))
    return [{ kind: 'unreadable', reason: 'userid: expected a number' }];
  if (!/^\d{1,4}$/.test(appli)) return [{ kind: 'unreadable', reason: 'appli: expected a number' }];
  if (appli === PROFILE) return profileItems(providerUserId, form.get('action') ?? '');
  const types = TYPES_OF[appli];
  if (types === undefined) return [{ kind: 'ignored', reason: `appli ${appli}` }];
  const window = windowOf(form);
  if (window === undefined) return [{ kind: 'unreadable', reason: 'startdate: expected a window' }];
  return types.map((dataType) => ({
    kind: 'changed',
    providerUserId,
    dataType,
    at: { kind: 'window', window, replaces: REPLACED.has(dataType) },
  }));
}

/** The person removed the application, or their account. A changed profile holds nothing that is taken. */
const profileItems = (providerUserId: string, action: string): readonly PushItem[] =>
  action === 'unlink' || action === 'delete'
    ? [{ kind: 'deauthorized', providerUserId }]
    : [{ kind: 'ignored', reason: 'profile' }];

/** Seconds since 1970, both inside; or a local date, which lies within a day on either side of its UTC day. */
function windowOf(form: URLSearchParams): TimeWindow | undefined {
  const date = parseLocalDate(form.get('date') ?? '');
  if (date !== undefined)
    return { fromMs: utcMidnightOf(addDays(date, -1)), toMs: utcMidnightOf(addDays(date, 2)) };
  const fromSec = secondsOf(form.get('startdate'));
  const toSec = secondsOf(form.get('enddate') ?? form.get('startdate'));
  if (fromSec === undefined || toSec === undefined || toSec < fromSec) return undefined;
  const fromMs = fromSec * SECOND_MS;
  const toMs = Math.min((toSec + 1) * SECOND_MS, fromMs + MAX_WINDOW_MS);
  return { fromMs: fromMs as EpochMs, toMs: toMs as EpochMs };
}

const secondsOf = (text: string | null): number | undefined =>
  text !== null && /^\d{1,10}$/.test(text) && Number(text) <= LATEST_EPOCH_SEC ? Number(text) : undefined;
