import type { PushDefinition, PushItem, PushRequest } from '../definition.ts';
import { jsonOf } from '../json-body.ts';
import { isFresh, isHmacOf } from '../signatures.ts';
import { EventPayload } from './payloads.ts';

/** A notification is some 150 bytes. */
const MAX_BODY_BYTES = 16_384;

/**
 * Notifications name what changed; it is fetched. Signed with the client secret over the timestamp
 * (milliseconds, as text) and the raw body in a row. WHOOP documents no tolerance: the default of five minutes
 * holds, and what is lost by it is found by the next poll.
 */
export const push: PushDefinition = {
  handshake: () => undefined,
  verify: async (request, app, { nowMs }) => {
    const signature = request.headers['x-whoop-signature'];
    const timestamp = request.headers['x-whoop-signature-timestamp'];
    if (signature === undefined || timestamp === undefined) return 'unsigned';
    if (!isSigned(request, signature, timestamp, app.clientSecret)) return 'forged';
    return isFresh(Number(timestamp), nowMs) ? 'genuine' : 'stale';
  },
  okStatus: 200,
  maxBodyBytes: MAX_BODY_BYTES,
  parse: (body) => {
    const parsed = EventPayload.safeParse(jsonOf(body));
    return parsed.success ? itemsOf(parsed.data) : [{ kind: 'unreadable', reason: 'not a notification' }];
  },
};

const isSigned = (request: PushRequest, signature: string, timestamp: string, secret: string): boolean =>
  /^\d{1,16}$/.test(timestamp) &&
  isHmacOf(signature, secret, [timestamp, request.body], { hash: 'sha256', encoding: 'base64' });

/** The older model names sleeps and workouts by numbers that the current API does not know. */
const isOldId = (id: string): boolean => /^\d+$/.test(id);

function itemsOf({ user_id, id, type }: { user_id: string; id: string; type: string }): readonly PushItem[] {
  const [dataType = '', change] = type.split('.');
  const isKnown = dataType === 'sleep' || dataType === 'workout' || dataType === 'recovery';
  if (!isKnown || (change !== 'updated' && change !== 'deleted')) {
    return [{ kind: 'ignored', reason: 'unknown type' }];
  }
  if (isOldId(id) && dataType !== 'recovery') return [{ kind: 'ignored', reason: 'id of model version 1' }];
  if (change === 'updated') {
    return [{ kind: 'changed', providerUserId: user_id, dataType, at: { kind: 'record', id } }];
  }
  // A recovery goes with its sleep, whether or not WHOOP says so of it too.
  const gone = dataType === 'sleep' ? ['recovery', 'sleep'] : [dataType];
  return gone.map((of) => ({ kind: 'deleted', providerUserId: user_id, dataType: of, id }));
}
