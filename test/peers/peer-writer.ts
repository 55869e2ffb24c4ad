import { createHash } from 'node:crypto';
import type { PushChange, PushRequest } from './sync-door.ts';

export interface PeerDevice {
  readonly deviceId: string;
  readonly now: () => number;
}

/** A change before it is stamped: what a client library hands to its adapter. */
export type UnstampedChange = Omit<PushChange, 'requestId' | 'hlc'>;

export interface PeerWriter {
  /**
   * The request for these changes. The library retries a push by handing over the same changes: it is then the
   * same request, byte for byte, so that the server answers with what it stored.
   */
  request(changes: readonly UnstampedChange[]): PushRequest;
}

/** Gives changes what the protocol asks for and no client library has: clock, request ids, operation id. */
export function createPeerWriter({ deviceId, now }: PeerDevice): PeerWriter {
  let last = { ms: 0, counter: 0 };
  let sent: { readonly key: string; readonly request: PushRequest } | undefined;
  let requestCount = 0;
  const tick = (): string => {
    const ms = Math.max(now(), last.ms);
    last = { ms, counter: ms === last.ms ? last.counter + 1 : 0 };
    return `${String(ms).padStart(13, '0')}-${last.counter.toString(16).padStart(4, '0')}-${deviceId}`;
  };
  const stamp = (change: UnstampedChange): PushChange => {
    requestCount += 1;
    return { ...change, requestId: `${deviceId}-${requestCount}`, hlc: tick() };
  };
  return {
    request(changes) {
      const key = JSON.stringify(changes);
      if (sent?.key === key) return sent.request;
      const stamped = changes.map(stamp);
      const operationId = createHash('sha256').update(JSON.stringify(stamped)).digest('hex').slice(0, 32);
      const request = { deviceId, operationId, changes: stamped };
      sent = { key, request };
      return request;
    },
  };
}

type Data = Readonly<Record<string, unknown>>;

/** What changed between two images of a row, as the wire has it: arrays of texts as additions and removals. */
export function changedFields(before: Data, after: Data): Data {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed: Record<string, unknown> = {};
  for (const name of names) {
    const [old, now] = [before[name] ?? null, after[name] ?? null];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    changed[name] = Array.isArray(old) && Array.isArray(now) ? setChange(old, now) : now;
  }
  return changed;
}

const setChange = (old: readonly unknown[], now: readonly unknown[]): object => ({
  add: now.filter((element) => !old.includes(element)),
  remove: old.filter((element) => !now.includes(element)),
});
