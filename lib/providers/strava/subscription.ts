import { failed, refused, settingsOf, subscribedElsewhere } from '../app-subscription.ts';
import type { AppSubscription, ProviderApp, PushCallback } from '../definition.ts';
import type { AppHttp } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';

const PATH = '/api/v3/push_subscriptions';

/**
 * The one subscription of the application. Strava calls the address back while it is made. Its id is what events
 * are known by, so it is needed among the settings.
 */
export async function subscribeApp(
  http: AppHttp,
  app: ProviderApp,
  { url }: PushCallback,
): Promise<AppSubscription> {
  const settings = settingsOf(app, ['verifyToken']);
  if ('status' in settings) return settings;
  const client = { client_id: app.clientId, client_secret: app.clientSecret };
  const listed = await http.send({ origin: 'web', path: PATH, query: client });
  const all = jsonOf(listed.body);
  if (listed.status !== 200 || !Array.isArray(all)) return refused(listed);
  const [found]: readonly unknown[] = all;
  if (found !== undefined && fieldOf(found, 'callback_url') !== url) return subscribedElsewhere;
  if (found !== undefined) return withId('active', fieldOf(found, 'id'), app);
  const form = { ...client, callback_url: url, verify_token: settings.verifyToken };
  const made = await http.send({ origin: 'web', path: PATH, method: 'POST', form });
  if (made.status !== 200 && made.status !== 201) return refused(made);
  return withId('created', fieldOf(jsonOf(made.body), 'id'), app);
}

function withId(status: 'active' | 'created', id: unknown, app: ProviderApp): AppSubscription {
  if (typeof id !== 'number' && typeof id !== 'string') return failed('no subscription id');
  const subscriptionId = String(id);
  return app.settings?.['subscriptionId'] === subscriptionId
    ? { status }
    : { status, settings: { subscriptionId } };
}
