import * as z from 'zod';
import { basicOf, failed, refused, subscribedElsewhere } from '../app-subscription.ts';
import type { AppSubscription, ProviderApp, PushCallback } from '../definition.ts';
import type { AppHttp, ProviderRequest, ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { Id, optional } from '../payload-fields.ts';

const PATH = '/v3/webhooks';

const Webhook = z.object({
  id: Id,
  url: z.string().max(2_000),
  events: optional(z.array(z.string().max(60)).max(100)),
  active: optional(z.boolean()),
});
type Webhook = z.output<typeof Webhook>;

type Send = (request: Omit<ProviderRequest, 'origin' | 'headers'>) => Promise<ProviderResponse>;

/**
 * The one webhook of the application. Polar pings the address when it is made, and tells the key of its
 * signatures then and never again; after a week of failures it is put to rest, and is woken here.
 */
export async function subscribeApp(
  http: AppHttp,
  app: ProviderApp,
  { url }: PushCallback,
  events: readonly string[],
): Promise<AppSubscription> {
  const headers = { authorization: basicOf(app), accept: 'application/json' };
  const send: Send = (request) => http.send({ ...request, origin: 'api', headers });
  const listed = await send({ path: PATH });
  const found = webhookIn(listed);
  if (found === 'unreadable') return refused(listed);
  if (found === undefined) return create(send, url, events);
  if (found.url !== url) return subscribedElsewhere;
  if (app.settings?.['signatureSecretKey'] === undefined)
    return failed('setting_missing: signatureSecretKey (told once; delete the webhook and run this again)');
  return mend(send, found, events);
}

/** `data` is a list in one place of the documentation and an object in another; 404 is an empty one. */
function webhookIn({ status, body }: ProviderResponse): Webhook | undefined | 'unreadable' {
  if (status === 404 || status === 204) return undefined;
  const data = fieldOf(jsonOf(body), 'data');
  const [first]: readonly unknown[] = Array.isArray(data) ? data : [data];
  if (status !== 200 || data === undefined) return 'unreadable';
  if (first === undefined || first === null) return undefined;
  return Webhook.safeParse(first).data ?? 'unreadable';
}

async function create(send: Send, url: string, events: readonly string[]): Promise<AppSubscription> {
  const made = await send({ path: PATH, method: 'POST', json: { events, url } });
  const key = fieldOf(fieldOf(jsonOf(made.body), 'data'), 'signature_secret_key');
  if (made.status !== 201 && made.status !== 200) return refused(made);
  return typeof key === 'string'
    ? { status: 'created', settings: { signatureSecretKey: key } }
    : failed('no signature key');
}

async function mend(send: Send, found: Webhook, events: readonly string[]): Promise<AppSubscription> {
  const isPart = found.events !== undefined && events.some((event) => found.events?.includes(event) !== true);
  if (isPart) {
    const path = `${PATH}/${encodeURIComponent(found.id)}`;
    const changed = await send({ path, method: 'PATCH', json: { events } });
    if (changed.status !== 200) return refused(changed, 'a change of events');
  }
  if (found.active === false) {
    const woken = await send({ path: `${PATH}/activate`, method: 'POST' });
    if (woken.status !== 200) return refused(woken, 'activate');
  }
  return { status: isPart || found.active === false ? 'renewed' : 'active' };
}
