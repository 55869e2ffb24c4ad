import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJwksFetcher, createPinnedLookup, type ResolveName } from './jwks-fetcher.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}
const resolvingTo =
  (...addresses: string[]): ResolveName =>
  (_, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
const fetchFrom = (url: string) => createJwksFetcher().fetchJson(url, 'operator');

describe('ACC9 what is fetched', () => {
  test('ACC9 is the JSON of an answer 200', async () => {
    const url = await serve((_, answer) => answer.end('{"keys":[]}'));
    expect(await fetchFrom(url)).toEqual({ keys: [] });
  });

  test('ACC9 no redirect is followed, and no other status taken', async () => {
    let hits = 0;
    const target = await serve((_, answer) => {
      hits += 1;
      answer.end('{}');
    });
    const url = await serve((_, answer) => answer.writeHead(302, { location: target }).end());
    await expect(fetchFrom(url)).rejects.toThrow('302');
    expect(hits).toBe(0);
  });

  test('ACC9 an answer above 256 KB is cut off', async () => {
    const url = await serve((_, answer) => {
      const timer = setInterval(() => answer.write('x'.repeat(64 * 1024)), 1);
      answer.on('close', () => clearInterval(timer));
    });
    await expect(fetchFrom(url)).rejects.toThrow('256 KB');
  });

  test('ACC9 an answer that drips is cut off after 3 s', async () => {
    const url = await serve((_, answer) => {
      answer.write('{');
    });
    await expect(fetchFrom(url)).rejects.toThrow();
  });

  test.each(['http://id.example.com/', 'https://127.0.0.1/', 'https://idp.internal/'])(
    'ACC9 %s is not even connected to for a workspace',
    async (url) => {
      const resolve: ResolveName = () => {
        throw new Error('resolved');
      };
      await expect(createJwksFetcher(resolve).fetchJson(url, 'tenant')).rejects.toThrow('refused');
    },
  );

  test.each([['10.0.0.7'], ['169.254.169.254'], ['8.8.8.8', '127.0.0.1'], ['::ffff:10.0.0.1'], []])(
    'ACC9 a public name that resolves to %s is refused',
    async (...addresses) => {
      const fetcher = createJwksFetcher(resolvingTo(...addresses));
      await expect(fetcher.fetchJson('https://id.example.com/', 'tenant')).rejects.toThrow(
        'public addresses',
      );
    },
  );

  test('ACC9 the socket gets the very address that was checked', () => {
    const given: unknown[] = [];
    const lookup = createPinnedLookup(resolvingTo('2600:9000::1', '8.8.8.8'));
    lookup('id.example.com', {}, (...answer) => given.push(answer));
    lookup('id.example.com', { all: true }, (...answer) => given.push(answer));
    expect(given).toEqual([
      [null, '2600:9000::1', 6],
      [null, [{ address: '2600:9000::1', family: 6 }]],
    ]);
  });
});
