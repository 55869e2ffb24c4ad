import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences } from './compare.ts';
import { openProviderWorld, type ProviderWorld } from './world.ts';

/** Days of the first sync that every provider can give, less the border days that its window cuts. */
const DAYS = 25;
const POLL = { timeout: 240_000, interval: 500 } as const;

let world: ProviderWorld;
beforeAll(async () => {
  world = await openProviderWorld();
}, 180_000);
afterAll(() => world?.stop());

describe.each(['fitbit', 'garmin', 'strava', 'whoop', 'oura', 'withings', 'polar'])('%s', (provider) => {
  test.each(['runner', 'cyclist', 'shift_worker', 'sparse', 'newcomer'])(
    'CON20 %s: what the first sync brings is what the person has',
    async (person) => {
      const userId = await world.newUser();
      expect((await world.connect(userId, provider, person)).status).toBe(200);
      // Not until the sync ends: of what a person has none of Garmin sends nothing, and it waits five minutes.
      const truth = await world.truth(provider, person, DAYS);
      await expect.poll(() => differences(world, userId, truth), POLL).toEqual([]);
      expect(await world.connectionOf(userId, provider)).toMatchObject({ status: 'connected' });
    },
  );
});
