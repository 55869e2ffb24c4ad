import { SECOND_MS } from '../../core/instants.ts';
import type { ProviderApp, PushAnswer, PushDefinition, PushItem, PushRequest } from '../definition.ts';
import { jsonOf } from '../json-body.ts';
import { isFresh, isHmacOf, isSameSecret } from '../signatures.ts';
import { NOTIFIED_TYPES } from './notified-types.ts';
import { EventPayload } from './payloads.ts';
import { subscribeApp } from './subscriptions.ts';

/** A notification is some 200 bytes. */
const MAX_BODY_BYTES = 16_384;
const MAX_CHALLENGE_LENGTH = 500;

const DATA_TYPES: ReadonlySet<string> = new Set(NOTIFIED_TYPES);

/**
 * Notifications name the document that changed; it is fetched. Signed with the client secret over the timestamp
 * (seconds, as text) and the raw body in a row, in hexadecimal of either case. 410 would end the subscription.
 */
export const push: PushDefinition = {
  handshake,
  verify: async (request, app, { nowMs }) => {
    const signature = request.headers['x-oura-signature'];
    const timestamp = request.headers['x-oura-timestamp'];
    if (signature === undefined || timestamp === undefined) return 'unsigned';
    const isSigned =
      /^\d{1,13}$/.test(timestamp) &&
      isHmacOf(signature.toLowerCase(), app.clientSecret, [timestamp, request.body], {
        hash: 'sha256',
        encoding: 'hex',
      });
    if (!isSigned) return 'forged';
    return isFresh(Number(timestamp) * SECOND_MS, nowMs) ? 'genuine' : 'stale';
  },
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => {
    const parsed = EventPayload.safeParse(jsonOf(body));
    return [parsed.success ? itemOf(parsed.data) : { kind: 'unreadable', reason: 'not a notification' }];
  },
  subscribeApp,
};

/** Subscribing calls back with a token that we chose and a challenge to repeat. */
function handshake(request: PushRequest, app: ProviderApp): PushAnswer | undefined {
  const challenge = request.query['challenge'];
  if (request.method !== 'GET' || challenge === undefined) return undefined;
  const isOurs = isSameSecret(request.query['verification_token'], app.settings?.['verificationToken']);
  if (!isOurs || challenge.length > MAX_CHALLENGE_LENGTH) return { status: 401 };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ challenge }),
  };
}

function itemOf(event: {
  readonly event_type: string;
  readonly data_type: string;
  readonly object_id: string;
  readonly user_id: string;
}): PushItem {
  const { event_type, data_type: dataType, object_id: id, user_id: providerUserId } = event;
  if (!DATA_TYPES.has(dataType)) return { kind: 'ignored', reason: 'data type without a use here' };
  if (event_type === 'delete') return { kind: 'deleted', providerUserId, dataType, id };
  if (event_type !== 'create' && event_type !== 'update') {
    return { kind: 'ignored', reason: 'unknown event type' };
  }
  return { kind: 'changed', providerUserId, dataType, at: { kind: 'record', id } };
}
