/** Strava's one push subscription of an application: proven by a challenge while it is made. */
import type { Answer, Call } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import { sameText } from '../oauth/token.ts';
import { errors, fail } from './errors.ts';
import { prove } from './prove.ts';

const PATH = '/api/v3/push_subscriptions';
const MAX_ADDRESS_LENGTH = 255;

export interface Subscription {
  /** The address that was proven; undefined: nobody is subscribed. */
  address: string | undefined;
}

export function subscriptionRoutes(kit: CloudKit, id: number, subscription: Subscription): readonly Route[] {
  const base = { origin: 'web', access: 'public' } as const;
  const isClient = (fields: URLSearchParams): boolean =>
    fields.get('client_id') === kit.clientId && sameText(fields.get('client_secret') ?? '', kit.clientSecret);
  const told = () =>
    subscription.address === undefined ? [] : [{ id, callback_url: subscription.address, resource_state: 2 }];
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      handle: ({ query }: Call) =>
        isClient(query) ? { status: 200, json: told() } : errors.unauthorizedApp(),
    },
    {
      ...base,
      method: 'POST',
      path: PATH,
      handle: (call: Call) =>
        isClient(call.form()) ? create(kit, id, subscription, call.form()) : errors.unauthorizedApp(),
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/{id}`,
      handle({ query, params }: Call): Answer {
        if (!isClient(query)) return errors.unauthorizedApp();
        if (params['id'] !== String(id) || subscription.address === undefined) return errors.notFound();
        subscription.address = undefined;
        kit.unsubscribed();
        return { status: 204 };
      },
    },
  ];
}

async function create(
  kit: CloudKit,
  id: number,
  subscription: Subscription,
  form: URLSearchParams,
): Promise<Answer> {
  const address = form.get('callback_url') ?? '';
  const refusal = (field: string, code: string): Answer =>
    fail(400, 'Bad Request', { resource: 'PushSubscription', field, code });
  if (subscription.address !== undefined) return refusal('', 'already exists');
  if (URL.parse(address) === null || address.length > MAX_ADDRESS_LENGTH)
    return refusal('callback url', 'invalid');
  const token = form.get('verify_token') ?? '';
  const failure = await prove(address, token, kit.random.hex(12)).catch(() => 'no answer');
  if (failure !== undefined) return refusal('callback url', failure);
  subscription.address = address;
  kit.subscribed(address);
  return { status: 201, json: { id } };
}
