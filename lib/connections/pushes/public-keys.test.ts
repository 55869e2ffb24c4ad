import { describe, expect, test } from 'vitest';
import { sampleProvider } from '../../../test/support/sample-provider.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderResponse } from '../../providers/http.ts';
import { createPublicKeys } from './public-keys.ts';

function open() {
  let nowMs = 1_795_262_400_000;
  let answer: () => Promise<ProviderResponse>;
  const serve = (status: number, text: string): void => {
    answer = async () => ({ status, headers: {}, body: new TextEncoder().encode(text) });
  };
  serve(200, '{"version":1}');
  const asked: string[] = [];
  const provider = {
    definition: sampleProvider,
    app: { clientId: 'a', clientSecret: 'b' },
    http: {
      send: ({ origin, path }: { origin: string; path: string }) => {
        asked.push(`${origin}${path}`);
        return answer();
      },
    },
  };
  const clock = { now: () => nowMs as EpochMs, sleep: async () => undefined };
  const keys = createPublicKeys(clock)(provider);
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { load: (refetch = false) => keys.load('keys', '/set.json', refetch), asked, serve, pass };
}

describe('public key sets', () => {
  test('CON55 a set is fetched once, also by many at the same time', async () => {
    const { load, asked } = open();
    await Promise.all([load(), load(), load(true)]);
    expect(await load()).toEqual({ version: 1 });
    expect(asked).toEqual(['keys/set.json']);
  });

  test('CON55 an unknown key fetches the set anew, but never twice within a minute', async () => {
    const { load, asked, serve, pass } = open();
    await load();
    serve(200, '{"version":2}');
    pass(MINUTE_MS - 1);
    expect(await load(true)).toEqual({ version: 1 });
    pass(1);
    for (let forged = 0; forged < 50; forged += 1) expect(await load(true)).toEqual({ version: 2 });
    expect(asked).toHaveLength(2);
  });

  test('CON55 a set is an hour old at most', async () => {
    const { load, serve, pass } = open();
    await load();
    serve(200, '{"version":2}');
    pass(HOUR_MS - 1);
    expect(await load()).toEqual({ version: 1 });
    pass(1);
    expect(await load()).toEqual({ version: 2 });
  });

  test.each([
    ['an error', 500, '{}', 'unavailable'],
    ['no JSON', 200, '<html>', 'malformed'],
  ])(
    'CON55 when the address answers with %s, known keys go on to count for a day',
    async (_name, status, text, kind) => {
      const { load, asked, serve, pass } = open();
      await load();
      serve(status, text);
      pass(2 * HOUR_MS);
      expect(await load()).toEqual({ version: 1 });
      await expect(load(true)).rejects.toMatchObject({ kind });
      expect(asked).toHaveLength(2);
      pass(DAY_MS);
      await expect(load()).rejects.toMatchObject({ kind });
    },
  );

  test('CON55 a fetch that failed is tried again after ten seconds, not before', async () => {
    const { load, asked, serve, pass } = open();
    serve(503, '');
    await expect(load()).rejects.toMatchObject({ kind: 'unavailable' });
    serve(200, '{"version":1}');
    await expect(load()).rejects.toMatchObject({ kind: 'unavailable' });
    pass(9_999);
    await expect(load(true)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(asked).toHaveLength(1);
    pass(1);
    expect(await load()).toEqual({ version: 1 });
  });
});
