import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clientFields,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

test('SIMP3 Strava has one subscription of an application, proven by a challenge under the client’s own token', async () => {
  const app = clouds.app('strava');
  const base = `${app.origins['web']}/api/v3/push_subscriptions`;
  const query = new URLSearchParams(clientFields(app));
  await using receiver = await startReceiver(({ url }) => {
    const challenge = url.searchParams.get('hub.challenge');
    return url.searchParams.get('hub.verify_token') === 'ours'
      ? { status: 200, body: JSON.stringify({ 'hub.challenge': challenge }) }
      : { status: 403 };
  });
  const create = (verify_token: string, callback_url = `${receiver.url}/hook`) =>
    send(base, { form: { ...clientFields(app), callback_url, verify_token } });
  expect((await send(base)).status).toBe(401);
  expect((await send(`${base}?${query}`)).json).toEqual([]);
  expect((await create('theirs')).status).toBe(400);
  expect((await create('ours', 'x'.repeat(300))).status).toBe(400);
  const made = await create('ours');
  expect(made).toMatchObject({ status: 201, json: { id: Number(app.settings['subscriptionId']) } });
  expect((await create('ours')).json.errors[0].code).toBe('already exists');
  expect((await send(`${base}?${query}`)).json).toMatchObject([{ callback_url: `${receiver.url}/hook` }]);
  const own = `${base}/${made.json.id}`;
  expect((await send(own, { method: 'DELETE' })).status).toBe(401);
  expect((await send(`${base}/1?${query}`, { method: 'DELETE' })).status).toBe(404);
  expect((await send(`${own}?${query}`, { method: 'DELETE' })).status).toBe(204);
  expect((await send(`${base}?${query}`)).json).toEqual([]);
});
