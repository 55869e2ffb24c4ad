import { SECOND_MS } from '../../core/instants.ts';
import type {
  ProviderApp,
  PushAnswer,
  PushDefinition,
  PushItem,
  PushRequest,
  PushVerdict,
} from '../definition.ts';
import { isFresh, isHmacOf, isSameSecret } from '../signatures.ts';
import { parseExactJson } from './exact-json.ts';
import { EventPayload } from './payloads.ts';
import { subscribeApp } from './subscription.ts';

/** An event is some 250 bytes; titles may be long. */
const MAX_BODY_BYTES = 16_384;
const MAX_CHALLENGE_LENGTH = 500;

/**
 * Events are hints: whether Strava signs them is contested (providers.md 4.5), so they name our subscription and
 * are never believed beyond that. What one names is fetched with the owner's token: a 404 confirms a deletion,
 * a failing call a deauthorisation. Subscription ids are small numbers: where an `inboundKey` is configured the
 * address they were subscribed with has to name it. A signature is checked where one comes and a `signingSecret`
 * is configured.
 */
export const push: PushDefinition = {
  handshake,
  verify: async (request, app, { nowMs }) => {
    const subscriptionId = app.settings?.['subscriptionId'];
    if (subscriptionId === undefined) return 'unsigned';
    const inboundKey = app.settings?.['inboundKey'];
    if (inboundKey !== undefined && !isSameSecret(request.query['key'], inboundKey)) return 'forged';
    const event = readEvent(request.body);
    if (event !== undefined && !isSameSecret(event.subscription_id, subscriptionId)) return 'forged';
    const signature = request.headers['x-strava-signature'];
    const key = app.settings?.['signingSecret'];
    if (signature !== undefined && key !== undefined) return verdictOf(signature, key, request.body, nowMs);
    // What cannot be read names no subscription: nothing of it is proven.
    return event === undefined ? 'unsigned' : 'genuine';
  },
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => {
    const event = readEvent(body);
    return [event === undefined ? { kind: 'unreadable', reason: 'not an event' } : itemOf(event)];
  },
  subscribeApp,
};

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
function verdictOf(
  signature: string,
  key: string,
  body: Uint8Array,
  nowMs: Parameters<typeof isFresh>[1],
): PushVerdict {
  const match = /^t=(\d{1,13}),v1=([0-9a-f]{64})$/.exec(signature);
  const [timestamp, mac] = [match?.[1] ?? '', match?.[2]];
  if (!isHmacOf(mac, key, [`${timestamp}.`, body], { hash: 'sha256', encoding: 'hex' })) return 'forged';
  return isFresh(Number(timestamp) * SECOND_MS, nowMs) ? 'genuine' : 'stale';
}

/** Subscribing calls back with a token that we chose and a challenge to repeat under its own name. */
function handshake(request: PushRequest, app: ProviderApp): PushAnswer | undefined {
  const challenge = request.query['hub.challenge'];
  if (request.method !== 'GET' || request.query['hub.mode'] !== 'subscribe') return undefined;
  const isOurs = isSameSecret(request.query['hub.verify_token'], app.settings?.['verifyToken']);
  if (!isOurs || challenge === undefined || challenge.length > MAX_CHALLENGE_LENGTH) return { status: 403 };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'hub.challenge': challenge }),
  };
}

function readEvent(body: Uint8Array): EventPayload | undefined {
  try {
    return EventPayload.safeParse(parseExactJson(body)).data;
  } catch {
    return undefined;
  }
}

function itemOf(event: EventPayload): PushItem {
  const { object_type, object_id, aspect_type, owner_id } = event;
  if (object_type === 'athlete') {
    return event.updates?.['authorized'] === 'false'
      ? { kind: 'deauthorized', providerUserId: owner_id }
      : { kind: 'ignored', reason: 'change of an athlete' };
  }
  if (object_type !== 'activity') return { kind: 'ignored', reason: 'unknown object' };
  if (aspect_type !== 'create' && aspect_type !== 'update' && aspect_type !== 'delete') {
    return { kind: 'ignored', reason: 'unknown aspect' };
  }
  // Also for a deletion: it is the 404 of the fetch that deletes.
  const at = { kind: 'record', id: object_id } as const;
  return { kind: 'changed', providerUserId: owner_id, dataType: 'activity', at };
}
