import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import { failed, refused, settingsOf, subscribedElsewhere } from '../app-subscription.ts';
import type { AppSubscription, ProviderApp, PushCallback } from '../definition.ts';
import type { AppHttp, ProviderRequest, ProviderResponse } from '../http.ts';
import { jsonOf } from '../json-body.ts';
import { optional } from '../payload-fields.ts';
import { projectToken } from './project-token.ts';

/** The name of our subscriber within the project. */
const SUBSCRIBER_ID = 'headwater';
const CONFLICT = 409;

/** What Google notifies, of what is read (providers.md 1.7). One that it does not would fail the subscriber whole. */
export const NOTIFIED_TYPES = [
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
  'run-vo2-max',
  'sedentary-period',
  'sleep',
  'steps',
  'total-calories',
  'weight',
] as const;

const Listed = z.object({
  subscribers: optional(
    z
      .array(
        z.object({
          name: z.string().max(300),
          endpointUri: optional(z.string().max(2_000)),
          state: optional(z.string().max(40)),
        }),
      )
      .max(1_000),
  ),
});

type Send = (request: Omit<ProviderRequest, 'origin' | 'headers'>) => Promise<ProviderResponse>;

/**
 * The subscriber of the project, to which every person who consents belongs by itself (AUTOMATIC). Google proves
 * the address twice when it is made, with our Authorization and without. One that Google made inactive is proved
 * again. Needs a service account of the project, for nothing else.
 */
export async function subscribeApp(
  http: AppHttp,
  app: ProviderApp,
  { url }: PushCallback,
  nowMs: EpochMs,
): Promise<AppSubscription> {
  const settings = settingsOf(app, ['projectNumber', 'serviceAccountKey', 'webhookAuthorization']);
  if ('status' in settings) return settings;
  const granted = await projectToken(http, settings.serviceAccountKey, nowMs);
  if (granted === 'unreadable') return failed('setting_unreadable: serviceAccountKey');
  if ('refused' in granted) return refused(granted.refused, 'the service account');
  const headers = { authorization: `Bearer ${granted.token}` };
  const send: Send = (request) => http.send({ ...request, origin: 'api', headers });
  const path = `/v4/projects/${encodeURIComponent(settings.projectNumber)}/subscribers`;
  const listed = await send({ path });
  const read = Listed.safeParse(jsonOf(listed.body));
  if (listed.status !== 200 || !read.success) return refused(listed);
  const found = read.data.subscribers?.find(({ name }) => name.endsWith(`/${SUBSCRIBER_ID}`));
  const endpointAuthorization = { secret: settings.webhookAuthorization };
  if (found === undefined) return create(send, path, { endpointUri: url, endpointAuthorization });
  if (found.endpointUri !== url) return subscribedElsewhere;
  return found.state === undefined || found.state === 'ACTIVE'
    ? { status: 'active' }
    : proveAgain(send, `${path}/${SUBSCRIBER_ID}`, endpointAuthorization);
}

async function create(
  send: Send,
  path: string,
  subscriber: { readonly endpointUri: string; readonly endpointAuthorization: object },
): Promise<AppSubscription> {
  const subscriberConfigs = [{ dataTypes: NOTIFIED_TYPES, subscriptionCreatePolicy: 'AUTOMATIC' }];
  const query = { subscriberId: SUBSCRIBER_ID };
  const made = await send({ path, method: 'POST', query, json: { ...subscriber, subscriberConfigs } });
  // Somebody else made it a moment ago.
  if (made.status === CONFLICT) return { status: 'active' };
  return made.status === 200 ? { status: 'created' } : refused(made);
}

/** A change of the authorization has the address proved. */
async function proveAgain(send: Send, path: string, endpointAuthorization: object): Promise<AppSubscription> {
  const query = { updateMask: 'endpointAuthorization' };
  const changed = await send({ path, method: 'PATCH', query, json: { endpointAuthorization } });
  return changed.status === 200 ? { status: 'renewed' } : refused(changed);
}
