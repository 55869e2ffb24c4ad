import { expect, test } from 'vitest';
import {
  clientFields,
  consent,
  type Received,
  send,
  startClouds,
  startReceiver,
} from '../../../test/support/simulated-clouds.ts';

/** Clouds that tell nobody of a person who removed the application: where to consent, get a token, and read. */
const SILENT = [
  {
    cloud: 'whoop',
    authorize: '/api/oauth/oauth2/auth',
    scope: 'read:cycles',
    token: '/api/oauth/oauth2/token',
    read: '/api/developer/v2/cycle',
  },
  {
    cloud: 'oura',
    authorize: '/accounts/oauth/v2/ext/oauth-authorize',
    scope: 'extapi:daily',
    token: '/accounts/oauth/v2/ext/oauth-token',
    read: '/api/v2/usercollection/sleep',
  },
  {
    cloud: 'polar',
    authorize: '/flow/oauth2/authorization',
    scope: 'accesslink.read_all',
    token: '/remote/v2/oauth2/token',
    read: '/api/v3/exercises',
  },
];

/** Repeats Oura's challenge; the others are content with 200. */
const client = ({ url }: Received) => ({
  status: 200,
  body: JSON.stringify({ challenge: url.searchParams.get('challenge') }),
});

test.each(SILENT)(
  'SIMP7 $cloud tells nobody who removed the application, but refuses the token',
  async (at) => {
    await using clouds = await startClouds();
    await using receiver = await startReceiver(client);
    const app = clouds.app(at.cloud);
    const base = `${clouds.simulator.url}/${at.cloud}`;
    const agreed = await consent(app, {
      authorize: base + at.authorize,
      scope: at.scope,
      person: 'runner',
    });
    const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
    const issued = await send(base + at.token, {
      form: {
        grant_type: 'authorization_code',
        code: agreed.get('code') ?? '',
        ...(at.cloud === 'polar' ? {} : clientFields(app)),
      },
      headers: at.cloud === 'polar' ? { authorization: `Basic ${basic}` } : {},
    });
    const statusOf = async () => (await send(base + at.read, { token: issued.json.access_token })).status;
    expect(await statusOf()).toBe(at.cloud === 'polar' ? 403 : 200);
    await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: [at.cloud] });
    const handshakes = receiver.received.length;
    const { json } = await clouds.control('POST', `${at.cloud}/people/runner/deauthorize`);
    expect(json.changes).toMatchObject([{ type: 'grant' }]);
    await clouds.control('POST', `${at.cloud}/people/runner/revise`);
    await clouds.control('POST', 'flush');
    expect([await statusOf(), receiver.received.length]).toEqual([401, handshakes]);
  },
);
