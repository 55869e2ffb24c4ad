import { createHmac } from 'node:crypto';
import type { CloudKit, PushRules } from '../frame/cloud.ts';
import { bodyText } from '../frame/http.ts';
import type { Athlete } from './activities.ts';
import { prove } from './prove.ts';
import type { Subscription } from './subscriptions.ts';

export interface StravaEvent {
  readonly object_type: 'activity' | 'athlete';
  readonly object_id: bigint | number;
  readonly aspect_type: 'create' | 'update' | 'delete';
  readonly updates: Readonly<Record<string, string>>;
}

/** One POST for each event, never batched; only for athletes who are connected, or were until now. */
export function pushEvent(kit: CloudKit, athlete: Athlete, subscriptionId: number, event: StravaEvent): void {
  const json = {
    ...event,
    owner_id: athlete.id,
    subscription_id: subscriptionId,
    event_time: Math.floor(kit.now() / 1000),
  };
  const about = `${event.object_type} ${event.aspect_type} of ${athlete.history.person.name}`;
  kit.push({ contentType: 'application/json', body: bodyText({ status: 200, json }), about });
}

interface PushOptions {
  readonly verifyToken: string;
  readonly subscription: Subscription;
  /** The contested signature: sent when it was asked for. */
  readonly signingKey: () => string | undefined;
  readonly random: CloudKit['random'];
}

/** 200 within two seconds, and three more tries. */
export const pushRules = ({ verifyToken, subscription, signingKey, random }: PushOptions): PushRules => ({
  async handshake(address) {
    const failure = await prove(address, verifyToken, random.hex(12));
    subscription.address = failure === undefined ? address : undefined;
    return failure;
  },
  headers: () => ({}),
  sign(body, nowMs) {
    const key = signingKey();
    if (key === undefined) return {};
    const seconds = Math.floor(nowMs / 1000);
    const digest = createHmac('sha256', key).update(`${seconds}.`).update(body).digest('hex');
    return { 'X-Strava-Signature': `t=${seconds},v1=${digest}` };
  },
  accepted: (status) => status === 200,
  retrySec: [60, 300, 900],
  timeoutMs: 2000,
});
