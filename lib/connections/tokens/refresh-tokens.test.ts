import { expect, test } from 'vitest';
import { createPrng } from '../../../test/simulation/engine/prng.ts';
import {
  createTokenWorld,
  type TokenWorld,
  type TokenWorldOptions,
} from '../../../test/support/token-world.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import { ProviderFault } from '../../providers/model.ts';

const CALLER_COUNT = 50;
/** Within the time ahead in which a token is refreshed: its life is 30 minutes, 5 of them ahead. */
const NEARLY_OVER_MS = 26 * MINUTE_MS;
const DATA = { origin: 'api', path: '/steps' };

/** Each from a container of its own, all at once; the failures as `kind:reason`. */
async function callAll(world: TokenWorld, count = CALLER_COUNT): Promise<readonly string[]> {
  const results = await world.settle(Array.from({ length: count }, () => world.container().json(DATA)));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [] : [faultOf(result.reason)]));
}

const faultOf = (error: unknown): string =>
  error instanceof ProviderFault ? `${error.kind}:${error.reason}` : String(error);

const storedRefreshToken = async ({ tokens, connectionId, scope }: TokenWorld) =>
  (await tokens.load(scope, connectionId))?.refreshToken;

const open = (options: Partial<TokenWorldOptions> = {}) => createTokenWorld({ seed: 5, ...options });

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'CON6 fifty callers at once bring about one refresh per expiry, seed %i',
  async (seed) => {
    const world = await open({ seed });
    for (let expiry = 1; expiry <= 4; expiry += 1) {
      await world.advance(NEARLY_OVER_MS);
      expect(await callAll(world)).toEqual([]);
      expect([world.cloud.refreshCount, world.cloud.requestCount]).toEqual([expiry, expiry]);
    }
  },
);

test.each([11, 12, 13])(
  'CON6 fifty callers whose token is refused bring about one refresh, seed %i',
  async (seed) => {
    const world = await open({ seed });
    world.cloud.endAccess();
    expect(await callAll(world)).toEqual([]);
    expect(world.cloud.requestCount).toBe(1);
  },
);

test.each([21, 22, 23])(
  'CON7 a lost answer is asked for once more with the old token, and nobody is thrown out, seed %i',
  async (seed) => {
    const world = await open({ seed, takesOldOnce: true, script: [{ isLost: true }] });
    await world.advance(NEARLY_OVER_MS);
    expect(await callAll(world)).toEqual([]);
    expect([world.cloud.refreshCount, world.cloud.requestCount]).toEqual([1, 2]);
    expect(await storedRefreshToken(world)).toBe(world.cloud.newestRefreshToken);
  },
);

test('CON7 an answer that is lost twice is an outage, and the next caller tries again', async () => {
  const failure = { status: 503, body: {} };
  const world = await open({ script: [{ refusal: failure }, { refusal: failure }] });
  await world.advance(NEARLY_OVER_MS);
  expect(await callAll(world, 1)).toEqual(['unavailable:token_endpoint']);
  expect(await callAll(world, 1)).toEqual([]);
});

test.each([31, 32, 33])(
  'CON7 a slow winner whose lease ran out is waited for, and its token is kept, seed %i',
  async (seed) => {
    const world = await open({ seed, script: [{ latencyMs: 35 * SECOND_MS }] });
    await world.advance(NEARLY_OVER_MS);
    expect(await callAll(world)).toEqual([]);
    expect(world.cloud.refreshCount).toBe(1);
    expect(await storedRefreshToken(world)).toBe(world.cloud.newestRefreshToken);
  },
);

/** A run of one container makes no more calls than these: load, lease, token, save, release, data. */
const CRASHES = Array.from({ length: 8 }, (_, index) => index + 1).flatMap((crashAtCall) =>
  [41, 42, 43].map((seed) => ({ crashAtCall, seed })),
);

test.each(CRASHES)(
  'CON7 a container that ends with call $crashAtCall throws nobody out where old tokens are taken once, seed $seed',
  async ({ crashAtCall, seed }) => {
    const world = await open({ seed, takesOldOnce: true });
    await world.advance(NEARLY_OVER_MS);
    void world
      .container({ crashAtCall })
      .json(DATA)
      .catch(() => undefined);
    await world.advance(100);
    expect(await callAll(world, 10)).toEqual([]);
    expect(await storedRefreshToken(world)).toBe(world.cloud.newestRefreshToken);
  },
);

test.each(CRASHES)(
  'CON8 after a container that ended with call $crashAtCall nobody hears that the grant is gone unless it is, seed $seed',
  async ({ crashAtCall, seed }) => {
    const world = await open({ seed });
    await world.advance(NEARLY_OVER_MS);
    void world
      .container({ crashAtCall })
      .json(DATA)
      .catch(() => undefined);
    await world.advance(100);
    const faults = await callAll(world, 10);
    const isLost = (await storedRefreshToken(world)) !== world.cloud.newestRefreshToken;
    expect(new Set(faults)).toEqual(new Set(isLost ? ['unauthorized:grant_revoked'] : []));
  },
);

test('CON8 whatever is lost, late or ends on the way, nobody hears that the grant is gone unless its token is lost', async () => {
  const seen = new Set<string>();
  for (let seed = 100; seed < 160; seed += 1) {
    const prng = createPrng(seed);
    const script = Array.from({ length: 12 }, () => ({
      latencyMs: prng.chance(0.2) ? prng.below(38_000) : prng.below(800),
      isLost: prng.chance(0.2),
    }));
    const world = await open({ seed, script, takesOldOnce: prng.chance(0.5) });
    for (let expiry = 0; expiry < 3; expiry += 1) {
      await world.advance(NEARLY_OVER_MS);
      const containers = Array.from({ length: 12 }, () =>
        prng.chance(0.3) ? { crashAtCall: 1 + prng.below(8) } : {},
      );
      const surviving = containers.flatMap((options) => {
        const call = world.container(options).json(DATA);
        return 'crashAtCall' in options ? [] : [call];
      });
      const results = await world.settle(surviving);
      const faults = results.flatMap((one) => (one.status === 'rejected' ? [faultOf(one.reason)] : ['done']));
      const isLost = (await storedRefreshToken(world)) !== world.cloud.newestRefreshToken;
      for (const fault of faults) seen.add(fault);
      if (!isLost) expect(faults, `seed ${seed}`).not.toContain('unauthorized:grant_revoked');
      if (isLost) break;
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(['done', 'unauthorized:grant_revoked']));
});

test('CON8 a grant that is gone is told to everybody, after one look at the provider each', async () => {
  const world = await open();
  world.cloud.revoke();
  const faults = await callAll(world, 5);
  expect(faults).toEqual(Array.from({ length: 5 }, () => 'unauthorized:grant_revoked'));
  expect(world.cloud.requestCount).toBeLessThanOrEqual(5);
});

test.each([
  ['an outage', { status: 503, body: {} }, 'unavailable:token_endpoint'],
  ['a limit', { status: 429, body: {} }, 'rate_limited:token_endpoint'],
  ['refused credentials', { status: 401, body: { error: 'invalid_client' } }, 'rejected:token_refused'],
  ['an answer that is cut short', { status: 200, body: {} }, 'unavailable:token_endpoint'],
])('CON8 %s at the token endpoint never says that the grant is gone', async (_, refusal, expected) => {
  const isAskedOnce = !expected.startsWith('unavailable');
  const world = await open({ script: isAskedOnce ? [{ refusal }] : [{ refusal }, { refusal }] });
  await world.advance(NEARLY_OVER_MS);
  expect(await callAll(world, 1)).toEqual([expected]);
  expect(await callAll(world, 1)).toEqual([]);
});

test('CON7 an answer without a refresh token keeps the old one', async () => {
  const world = await open({ script: [{ withoutRefreshToken: true }, { withoutRefreshToken: true }] });
  const first = await storedRefreshToken(world);
  for (let expiry = 1; expiry <= 2; expiry += 1) {
    await world.advance(NEARLY_OVER_MS);
    expect(await callAll(world, 3)).toEqual([]);
  }
  expect([await storedRefreshToken(world), world.cloud.requestCount]).toEqual([first, 2]);
});

test('CON10 whose tokens are removed while it waits hears that the connection has ended', async () => {
  const world = await open({ script: [{ latencyMs: 5 * SECOND_MS }] });
  await world.advance(NEARLY_OVER_MS);
  const calls = [world.container().json(DATA), world.container().json(DATA)];
  void world.scheduler.wait(SECOND_MS).then(() => world.tokens.remove(world.scope, world.connectionId));
  const results = await world.settle(calls);
  expect(results.map((result) => (result.status === 'rejected' ? faultOf(result.reason) : 'done'))).toEqual([
    'unauthorized:disconnected',
    'unauthorized:disconnected',
  ]);
});
