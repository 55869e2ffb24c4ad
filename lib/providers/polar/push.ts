import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import type { PushDefinition, PushItem, PushRequest } from '../definition.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { isHmacOf } from '../signatures.ts';
import { instantOf } from '../times.ts';
import { EventPayload } from './payloads.ts';
import { subscribeApp } from './webhook.ts';

/** A notification is some 200 bytes. */
const MAX_BODY_BYTES = 16_384;

/** What an event is about. The recharge of a night has no event of its own: it comes with the night. */
const TYPES_OF: Readonly<Record<string, readonly string[]>> = {
  EXERCISE: ['exercises'],
  SLEEP: ['sleep', 'nightly-recharge'],
  CONTINUOUS_HEART_RATE: ['continuous-heart-rate'],
  ACTIVITY_SUMMARY: ['activity'],
};
const PING = 'PING';

/**
 * Notifications name what is new; it is fetched from our own address of the cloud, never from the one in the
 * body. Signed over the raw body with the key that Polar gave out once, without a time: a repeat fetches again.
 * The ping when a webhook is made is not signed.
 */
export const push: PushDefinition = {
  handshake: (request) => (isPing(request) ? { status: 200 } : undefined),
  verify: async ({ headers, body }, app) => {
    const signature = headers['polar-webhook-signature'];
    if (signature === undefined) return 'unsigned';
    const key = app.settings?.['signatureSecretKey'];
    const scheme = { hash: 'sha256', encoding: 'hex' } as const;
    return isHmacOf(signature.toLowerCase(), key, [body], scheme) ? 'genuine' : 'forged';
  },
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => {
    const parsed = EventPayload.safeParse(jsonOf(body));
    return parsed.success ? itemsOf(parsed.data) : [{ kind: 'unreadable', reason: 'not a notification' }];
  },
  subscribeApp: (http, app, callback) => subscribeApp(http, app, callback, Object.keys(TYPES_OF)),
};

const isPing = ({ method, headers, body }: PushRequest): boolean =>
  method === 'POST' &&
  headers['polar-webhook-event'] === PING &&
  body.length < 1_000 &&
  fieldOf(jsonOf(body), 'event') === PING;

function itemsOf(told: EventPayload): readonly PushItem[] {
  const types = TYPES_OF[told.event];
  if (types === undefined) return [{ kind: 'ignored', reason: 'unknown event' }];
  const { user_id: providerUserId } = told;
  const id = told.event === 'EXERCISE' ? told.entity_id : told.date;
  if (id !== undefined)
    return types.map((dataType) => ({
      kind: 'changed',
      providerUserId,
      dataType,
      at: { kind: 'record', id },
    }));
  const toMs = instantOf(told.timestamp ?? '');
  if (toMs === undefined) return [{ kind: 'unreadable', reason: 'names neither an entity nor a date' }];
  const window = { fromMs: (toMs - 2 * DAY_MS) as EpochMs, toMs };
  return types.map((dataType) => ({
    kind: 'changed',
    providerUserId,
    dataType,
    at: { kind: 'window', window, replaces: false },
  }));
}
