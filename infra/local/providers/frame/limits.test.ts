import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLOUD_NAMES, connectAt, readAt } from '../../../../test/support/every-cloud.ts';
import { type Reply, type SimulatedClouds, startClouds } from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const told = ({ status, json, headers }: Reply) => ({
  status,
  json,
  limits: [...headers].filter(([name]) => /ratelimit|^retry-after$/.test(name)),
});

/** Garmin limits backfills alone, and so nothing that is read here. */
const LIMITED = CLOUD_NAMES.filter((name) => name !== 'garmin');

test.each(LIMITED)(
  'SIMP12 a rate limit that was asked for at %s looks like one that was reached',
  async (name) => {
    const { access } = await connectAt(clouds, name);
    const [shortest = ''] = Object.keys((await clouds.control('GET', `${name}/limits`)).json);
    const limit = async (count: number) =>
      void (await clouds.control('PUT', `${name}/limits`, {
        ...(name === 'strava' ? { readQuarter: count } : {}),
        [shortest]: count,
      }));
    await limit(1);
    await readAt(clouds, name, access);
    const reached = told(await readAt(clouds, name, access));
    await limit(1);
    await clouds.control('POST', `${name}/faults`, { kind: 'rate_limit', count: 2 });
    const first = told(await readAt(clouds, name, access));
    const second = told(await readAt(clouds, name, access));
    expect([first.status, first.json]).toEqual([reached.status, reached.json]);
    expect(first.limits.map(([header]) => header)).toEqual(reached.limits.map(([header]) => header));
    // As many requests were counted: nothing differs any more.
    expect(second).toEqual(reached);
    const hasHeaders = ['strava', 'whoop', 'oura', 'polar'].includes(name);
    expect(first.limits.length > 0).toBe(hasHeaders);
    const shown = JSON.stringify(first.limits);
    expect(/remaining","0"|usage","2,/.test(shown)).toBe(hasHeaders);
  },
);
