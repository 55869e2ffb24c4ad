import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { manualClock } from '../../../test/contract-suites/store-fixtures.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { createProviderApps } from './provider-apps.ts';

function open(secret: unknown) {
  const state = { text: JSON.stringify(secret), isDown: false, reads: 0 };
  const client = {
    send: async () => {
      state.reads += 1;
      if (state.isDown) throw new Error('the secret is client-secret');
      return { SecretString: state.text };
    },
  } as unknown as Pick<SecretsManagerClient, 'send'>;
  const clock = manualClock();
  return { state, clock, apps: createProviderApps(client, 'secret-arn', clock) };
}

const GARMIN = { clientId: 'id', clientSecret: 'client-secret' };

test('CON16 an entry is an application; one that is unusable or switched off is none', async () => {
  const { apps } = open({
    garmin: { ...GARMIN, origins: { api: 'http://127.0.0.1:9000' }, settings: { inboundKey: 'k' } },
    polar: { ...GARMIN, enabled: false },
    oura: { clientId: 'id' },
    whoop: 'nothing',
    strava: { ...GARMIN, origins: { api: 'file:///etc/passwd' } },
  });
  expect(Object.fromEntries(await apps.load())).toEqual({
    garmin: { ...GARMIN, origins: { api: 'http://127.0.0.1:9000' }, settings: { inboundKey: 'k' } },
  });
});

test('CON16 it is read once in five minutes, also by many at once', async () => {
  const { apps, state, clock } = open({ garmin: GARMIN });
  await Promise.all(Array.from({ length: 10 }, () => apps.load()));
  clock.advance(5 * MINUTE_MS - 1);
  await apps.load();
  expect(state.reads).toBe(1);
  state.text = JSON.stringify({ polar: GARMIN });
  clock.advance(1);
  expect([...(await apps.load()).keys()]).toEqual(['polar']);
});

test('CON16 while it cannot be read the last counts, and without one it is an outage that tells nothing', async () => {
  const { apps, state, clock } = open({ garmin: GARMIN });
  state.isDown = true;
  const error: unknown = await apps.load().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'server.unavailable' });
  expect(error instanceof Error ? error.cause : 'none').toBeUndefined();
  expect(String(error)).not.toContain('client-secret');
  state.isDown = false;
  expect((await apps.load()).size).toBe(1);
  for (const text of ['{"garmin":', '[]x', 'null']) {
    state.text = text;
    clock.advance(10 * MINUTE_MS);
    expect((await apps.load()).size).toBe(1);
  }
});
