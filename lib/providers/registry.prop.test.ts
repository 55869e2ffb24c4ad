import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { EpochMs } from '../core/instants.ts';
import type { MappedPage } from './model.ts';
import { UNEXPECTED } from './read-list.ts';
import { PROVIDERS } from './registry.ts';

const CONTEXT = { timeZone: 'Europe/Berlin', nowMs: 1_795_000_000_000 as EpochMs };
const APP = { clientId: 'c', clientSecret: 's', settings: {} };
const TYPES = PROVIDERS.flatMap((provider) =>
  provider.dataTypes.map((type) => ({ provider: provider.name, code: type.code, type })),
);
/** JSON in the envelopes that providers use, so that entries are reached and not only the page as a whole. */
const pages = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.jsonValue()),
  fc.dictionary(
    fc.constantFrom(
      'dataPoints',
      'rollupDataPoints',
      'records',
      'data',
      'body',
      'activities',
      'items',
      'streams',
    ),
    fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
  ),
);

describe('every provider', () => {
  test('PRV8 names its data types once, and metrics of the catalogue that samples may be of', () => {
    expect(new Set(PROVIDERS.map(({ name }) => name)).size).toBe(PROVIDERS.length);
    expect(new Set(TYPES.map(({ provider, code }) => `${provider}/${code}`)).size).toBe(TYPES.length);
    for (const { provider, code, type } of TYPES) {
      const unknown = type.produces.metrics.filter((metric) => metricOf(metric)?.acceptedAsSample !== true);
      expect([provider, code, unknown]).toEqual([provider, code, []]);
      expect(type.produces.metrics.length + type.produces.records.length).toBeGreaterThan(0);
      expect(new Set(type.produces.metrics).size).toBe(type.produces.metrics.length);
    }
  });

  test('PRV8 asks for the scopes that its data types need, where it asks for any', () => {
    for (const { name, auth, dataTypes } of PROVIDERS) {
      if (auth.kind !== 'oauth2' || auth.scopes.length === 0) continue;
      const scope = auth.scopes.join(auth.authorize.scopeSeparator);
      const asked = new Set(auth.grantedScopes({ scope }, { accessToken: 'a', scope }) ?? auth.scopes);
      const unasked = dataTypes.filter(
        ({ scopes }) => scopes.length > 0 && !scopes.some((one) => asked.has(one)),
      );
      expect([name, unasked.map(({ code }) => code)]).toEqual([name, []]);
    }
  });

  test.each(TYPES)(
    'PRV8 $provider $code: any JSON is mapped or set aside, with short reasons',
    ({ type }) => {
      fc.assert(
        fc.property(pages, (payload) => {
          const page: MappedPage = type.map(payload, CONTEXT);
          expect(page.fetchedCount).toBeGreaterThanOrEqual(0);
          for (const { reason } of page.unreadable) {
            expect(reason.length).toBeLessThanOrEqual(200);
            expect(reason).not.toContain(UNEXPECTED);
          }
        }),
        { seed: 8, numRuns: 100 },
      );
    },
  );

  test.each(PROVIDERS)(
    'PRV8 $name: any notification is understood, ignored or unreadable',
    async ({ push }) => {
      const bodies = fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      );
      const keys = { load: () => Promise.resolve({}) };
      await fc.assert(
        fc.asyncProperty(bodies, fc.constantFrom('GET', 'HEAD', 'POST'), async (body, method) => {
          const request = { method, query: {}, headers: {}, body } as const;
          push.handshake(request, APP);
          for (const item of push.parse(body, {})) expect(item.kind).not.toBe('');
          expect(await push.verify(request, APP, { nowMs: CONTEXT.nowMs, keys })).not.toBe('genuine');
        }),
        { seed: 9, numRuns: 200 },
      );
    },
  );
});
