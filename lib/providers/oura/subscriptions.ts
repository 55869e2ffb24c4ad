import * as z from 'zod';
import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import { refused, settingsOf, subscribedElsewhere } from '../app-subscription.ts';
import type { AppSubscription, ProviderApp, PushCallback } from '../definition.ts';
import type { AppHttp, ProviderResponse } from '../http.ts';
import { InstantMsField } from '../instant-field.ts';
import { jsonOf } from '../json-body.ts';
import { Id } from '../payload-fields.ts';
import { NOTIFIED_TYPES } from './notified-types.ts';

const PATH = '/v2/webhook/subscription';
const EVENT_TYPES = ['create', 'update', 'delete'] as const;
/** Lifetimes are some 90 days: who runs this once a week never has one end. */
const RENEW_AHEAD_MS = 30 * DAY_MS;

const Subscription = z.object({
  id: Id,
  callback_url: z.string().max(2_000),
  event_type: z.string().max(40),
  data_type: z.string().max(60),
  expiration_time: InstantMsField,
});
type Subscription = z.output<typeof Subscription>;

type Step = { readonly status: 'active' | 'created' | 'renewed'; readonly expiresAtMs: EpochMs };

/**
 * One subscription for each kind of event and of data, which expire. Oura calls the address back for each that is
 * made. What is left when one is refused is made by the next run.
 */
export async function subscribeApp(
  http: AppHttp,
  app: ProviderApp,
  { url }: PushCallback,
  nowMs: EpochMs,
): Promise<AppSubscription> {
  const settings = settingsOf(app, ['verificationToken']);
  if ('status' in settings) return settings;
  const headers = { 'x-client-id': app.clientId, 'x-client-secret': app.clientSecret };
  const send = (method: 'GET' | 'POST' | 'PUT', path: string, json?: object): Promise<ProviderResponse> =>
    http.send({ origin: 'api', path, method, headers, ...(json === undefined ? {} : { json }) });
  const listed = await send('GET', PATH);
  const known = z.array(Subscription).safeParse(jsonOf(listed.body));
  if (listed.status !== 200 || !known.success) return refused(listed);
  if (known.data.some(({ callback_url }) => callback_url !== url)) return subscribedElsewhere;
  const steps: Step[] = [];
  for (const { event_type, data_type } of wanted()) {
    const found = known.data.find((one) => one.event_type === event_type && one.data_type === data_type);
    const body = {
      callback_url: url,
      verification_token: settings.verificationToken,
      event_type,
      data_type,
    };
    const step = await keep(send, found, body, nowMs);
    if ('refused' in step) return refused(step.refused, `${event_type} of ${data_type}`);
    steps.push(step);
  }
  const statuses = new Set(steps.map(({ status }) => status));
  const expiresAtMs = Math.min(...steps.map((step) => step.expiresAtMs)) as EpochMs;
  const status = (['created', 'renewed'] as const).find((one) => statuses.has(one)) ?? 'active';
  return { status, expiresAtMs };
}

const wanted = () =>
  NOTIFIED_TYPES.flatMap((data_type) => EVENT_TYPES.map((event_type) => ({ event_type, data_type })));

async function keep(
  send: (method: 'POST' | 'PUT', path: string, json?: object) => Promise<ProviderResponse>,
  found: Subscription | undefined,
  body: object,
  nowMs: EpochMs,
): Promise<Step | { readonly refused: ProviderResponse }> {
  if (found !== undefined && found.expiration_time > nowMs + RENEW_AHEAD_MS)
    return { status: 'active', expiresAtMs: found.expiration_time };
  const answer =
    found === undefined
      ? await send('POST', PATH, body)
      : await send('PUT', `${PATH}/renew/${encodeURIComponent(found.id)}`);
  const made = Subscription.safeParse(jsonOf(answer.body));
  if ((answer.status !== 200 && answer.status !== 201) || !made.success) return { refused: answer };
  return {
    status: found === undefined ? 'created' : 'renewed',
    expiresAtMs: made.data.expiration_time,
  };
}
