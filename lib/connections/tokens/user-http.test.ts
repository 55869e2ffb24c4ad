import { expect, test } from 'vitest';
import { createTokenWorld, type TokenWorld } from '../../../test/support/token-world.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { CallGate } from '../gate/call-gate.ts';
import { pathWithin } from './origins.ts';

const DATA = { origin: 'api', path: '/steps' };

function noting(): CallGate & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    notes,
    beforeCall: async (provider) => void notes.push(`before ${provider}`),
    afterCall: async (_, outcome) => void notes.push(outcome),
  };
}

async function outcomeOf(world: TokenWorld, call: Promise<unknown>): Promise<unknown> {
  const [result] = await world.settle([call]);
  return result?.status === 'fulfilled' ? result.value : result?.reason;
}

test('CON19 a token is used until it nears its end, and is then refreshed before the call', async () => {
  const world = await createTokenWorld({ seed: 1 });
  const gate = noting();
  const http = world.container({ gate });
  await world.settle([http.json(DATA)]);
  await world.advance(24 * MINUTE_MS);
  await world.settle([http.json(DATA)]);
  expect(world.cloud.requestCount).toBe(0);
  await world.advance(2 * MINUTE_MS);
  await world.settle([http.json(DATA)]);
  await world.settle([http.json(DATA)]);
  expect(world.cloud.requestCount).toBe(1);
  expect(gate.notes).toEqual(Array.from({ length: 4 }, () => ['before sample', 'answered']).flat());
});

test('CON19 after a 401 the call is made once more with a fresh token', async () => {
  const world = await createTokenWorld({ seed: 2 });
  const gate = noting();
  world.cloud.endAccess();
  expect(await outcomeOf(world, world.container({ gate }).json(DATA))).toMatchObject({
    payload: { steps: [] },
  });
  expect([world.cloud.requestCount, gate.notes.length]).toEqual([1, 4]);
});

test('CON19 a fresh token that is refused ends in unauthorized, and is not tried for ever', async () => {
  const world = await createTokenWorld({ seed: 3 });
  world.cloud.refuseData();
  expect(await outcomeOf(world, world.container().json(DATA))).toMatchObject({ kind: 'unauthorized' });
  expect(world.cloud.requestCount).toBe(1);
});

test('CON19 a provider without refresh is asked once more with the stored token, and then believed', async () => {
  const world = await createTokenWorld({ seed: 4, auth: { refresh: 'none' } });
  await world.advance(29 * MINUTE_MS);
  expect(await outcomeOf(world, world.container().json(DATA))).toMatchObject({ payload: { steps: [] } });
  world.cloud.endAccess();
  const gate = noting();
  expect(await outcomeOf(world, world.container({ gate }).json(DATA))).toMatchObject({
    kind: 'unauthorized',
  });
  expect([world.cloud.requestCount, gate.notes.length]).toEqual([0, 4]);
});

test('CON19 a token whose whole life is shorter than the time ahead is not refreshed with every call', async () => {
  const world = await createTokenWorld({ seed: 5, auth: { refreshAheadMs: 60 * MINUTE_MS } });
  const http = world.container();
  for (let call = 0; call < 5; call += 1) await world.settle([http.json(DATA)]);
  expect(world.cloud.requestCount).toBe(1);
});

test('CON16 what the gate keeps back is not sent', async () => {
  const world = await createTokenWorld({ seed: 6 });
  const closed: CallGate = {
    beforeCall: async () => {
      throw new ProviderFault('circuit_open');
    },
    afterCall: async () => undefined,
  };
  expect(await outcomeOf(world, world.container({ gate: closed }).json(DATA))).toMatchObject({
    kind: 'circuit_open',
  });
  expect(world.cloud.dataCount).toBe(0);
});

test.each([
  ['https://api.sample.test/x/y?b=1#top', '/x/y?b=1'],
  ['https://api.sample.test:443/', '/'],
  ['https://api.sample.test.evil.example/x', undefined],
  ['https://user@api.sample.test/x', undefined],
  ['http://api.sample.test/x', undefined],
  ['https://api.sample.test:8443/x', undefined],
  ['//api.sample.test/x', undefined],
  ['file:///etc/passwd', undefined],
  [`https://api.sample.test/${'x'.repeat(5_000)}`, undefined],
])('CON16 an address that a provider sent is called within its origin alone: %s', (url, expected) => {
  expect(pathWithin('https://api.sample.test', url)).toBe(expected);
});

test('CON16 an origin with a path keeps calls below it', () => {
  expect(pathWithin('http://127.0.0.1:9000/garmin', 'http://127.0.0.1:9000/garmin/rest/x?t=1')).toBe(
    '/rest/x?t=1',
  );
  for (const url of [
    'http://127.0.0.1:9000/oura/x',
    'http://127.0.0.1:9000/garmin-x',
    'http://127.0.0.1:9000/garmin/../oura',
  ])
    expect(pathWithin('http://127.0.0.1:9000/garmin', url)).toBeUndefined();
});

test('CON16 an address outside is refused before anything is sent', async () => {
  const world = await createTokenWorld({ seed: 7 });
  const outside = Promise.resolve().then(() => world.container().jsonAt('api', 'https://evil.example/steal'));
  expect(await outcomeOf(world, outside)).toMatchObject({ kind: 'rejected', reason: 'address_outside' });
  expect(
    await outcomeOf(world, world.container().jsonAt('api', 'https://api.sample.test/steps')),
  ).toMatchObject({
    payload: { steps: [] },
  });
});
