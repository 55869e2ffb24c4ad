import type { Received, SimulatedClouds } from './simulated-clouds.ts';
import { clientFields, consent, send } from './simulated-clouds.ts';

const PREFIX = 'https://www.googleapis.com/auth/googlehealth.';
const ME = '/v4/users/me';

export const googleScopes = (...names: string[]) =>
  names.map((name) => `${PREFIX}${name}.readonly`).join(' ');
export const ALL_SCOPES = googleScopes(
  'activity_and_fitness',
  'health_metrics_and_measurements',
  'sleep',
  'nutrition',
  'settings',
);

export const filtered = (type: string, filter: string, more = '') =>
  `/dataTypes/${type}/dataPoints:reconcile?filter=${encodeURIComponent(filter)}${more}`;

/** What a client of the simulated Google Health does; `clouds` is read at each call. */
export function googleClient(clouds: () => SimulatedClouds) {
  const app = () => clouds().app('fitbit');
  const origin = (name: string) => app().origins[name] ?? '';
  const token = (form: Record<string, string>) =>
    send(`${origin('oauth')}/token`, { form: { ...form, ...clientFields(app()) } });
  const get = (access: string, path: string) => send(`${origin('api')}${ME}${path}`, { token: access });
  return {
    origin,
    token,
    get,
    post: (access: string, path: string, json: unknown) =>
      send(`${origin('api')}${ME}${path}`, { token: access, method: 'POST', json }),
    async connect(
      person = 'runner',
      scope = ALL_SCOPES,
      extra: Record<string, string> = { access_type: 'offline', prompt: 'consent' },
    ) {
      const authorize = `${origin('accounts')}/o/oauth2/v2/auth`;
      const found = await consent(app(), { authorize, scope, person, extra });
      const { json } = await token({ grant_type: 'authorization_code', code: found.get('code') ?? '' });
      return json;
    },
    /** Every point of a list, page after page. */
    async all(access: string, path: string) {
      const points = [];
      let next = '';
      do {
        const { json } = await get(access, `${path}${next}`);
        points.push(...json.dataPoints);
        next = json.nextPageToken === undefined ? '' : `&pageToken=${json.nextPageToken}`;
      } while (next !== '');
      return points;
    },
    /** Answers the handshake as one who holds the secret, and pushes with `status`. */
    inbound:
      (status = 204) =>
      ({ headers, body }: Received) => {
        if (body !== '{"type":"verification"}') return { status };
        return { status: headers['authorization'] === app().settings['webhookAuthorization'] ? 201 : 401 };
      },
    subscribe: (baseUrl: string) => clouds().control('PUT', 'webhooks', { baseUrl, only: ['fitbit'] }),
  };
}
