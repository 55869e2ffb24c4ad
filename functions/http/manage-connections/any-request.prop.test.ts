import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROUTES } from '../../../contracts/http/routes.ts';
import type { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import { createConnectWorld } from '../../../test/support/connect-world.ts';

const OPERATIONS = ROUTES.map(({ operation, path }) => ({ operation, path }))
  .filter(({ path }) => /providers|oauth|connections|syncs/.test(path))
  .map(({ operation }) => operation)
  // It would end the one connection that the others look at; its parameters are those of the others.
  .filter((operation) => operation !== 'disconnect');

const ODD = [
  '',
  'me',
  '..',
  '../..',
  '%2e%2e%2f',
  'a#b',
  'con_',
  'con_00000000000000000000000000',
  'CON_00000000000000000000000000',
  'syn_00000000000000000000000000~',
  'usr_00000000000000000000000000',
  '__proto__',
  'constructor',
  'toString',
  'sample',
  'other',
  'unconfigured',
  '\u0000',
  '\ud800',
  'é'.repeat(300),
  'x'.repeat(5_000),
  '-1',
  '1e9',
  '0',
  'NaN',
  'eyJ9',
  'IXN5bg',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '2026-02-30',
  '9999-12-31',
  '2026-11-21',
  '2026-11-21T10:00:00Z',
  '<script>alert(1)</script>',
  'access_denied',
  'erase',
];
const text = fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 40 }));
const names = fc.constantFrom(
  'limit',
  'cursor',
  'data',
  'state',
  'code',
  'error',
  'ticket',
  'oauth_token',
  'denied',
);
const fields = fc.constantFrom('from', 'to', 'types', 'dryRun', 'redirectUri', '__proto__', 'x');
const json: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fields, fc.oneof(text, fc.boolean(), fc.array(text, { maxLength: 3 }), fc.double())),
  fc.record({ from: text, to: text }),
  fc.record({ from: text, to: text, dryRun: fc.boolean() }),
);

test('CON13 whatever is asked for, nothing wrong becomes a fault of ours, and nothing sent is repeated as markup', async () => {
  const world = await createConnectWorld();
  await world.connect('runner');
  const [connection] = await world.deps.connections.list(world.scope);
  const [sync] = await world.deps.syncs.list(world.scope, connection?.connectionId as ConnectionId, {
    before: undefined,
    limit: 1,
  });
  const real = (name: string): string =>
    ({ connectionId: connection?.connectionId, syncId: sync?.syncId as SyncId, provider: 'sample' })[name] ??
    world.scope.userId;
  const statuses = new Set<number>();
  const request = fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    as: fc.constantFrom('key' as const, world.scope, undefined),
    path: fc.dictionary(fc.constantFrom('userId', 'connectionId', 'syncId', 'provider'), text),
    query: fc.option(fc.dictionary(names, text), { nil: undefined }),
    body: fc.option(json, { nil: undefined }),
    accept: fc.constantFrom('text/html', 'application/json'),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, as, path, query, body, accept }) => {
      const known = Object.fromEntries(
        ['userId', 'connectionId', 'syncId', 'provider'].map((name) => [name, real(name)]),
      );
      const answer = await world.call(operation, {
        as,
        path: { ...known, ...path },
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body }),
        headers: { accept },
      });
      statuses.add(answer.status);
      expect(answer.status, answer.text).toBeLessThan(500);
      expect(answer.text).not.toContain('<script');
    }),
    { seed: 20_261_121, numRuns: 3_000 },
  );
  expect([...statuses].toSorted()).toEqual([200, 201, 202, 400, 401, 403, 404]);
}, 120_000);
