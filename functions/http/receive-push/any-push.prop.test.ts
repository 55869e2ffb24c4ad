import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPublicKeys } from '../../../lib/connections/pushes/public-keys.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { ProviderFault } from '../../../lib/providers/model.ts';
import { PROVIDERS } from '../../../lib/providers/registry.ts';
import { PUSH_NOW_MS, pushStores } from '../../../test/support/push-world.ts';
import { createReceivePushHandler } from './handler.ts';

/** Every secret that a definition may look for, which nobody guesses. */
const SETTINGS = Object.fromEntries(
  [
    'webhookAuthorization',
    'inboundKey',
    'verifyToken',
    'verificationToken',
    'signatureSecretKey',
    'subscriptionId',
  ].map((name) => [name, `the secret ${name}`]),
);
const names = fc.constantFrom(
  'authorization',
  'google-health-api-signature',
  'x-healthapi-signature',
  'garmin-client-id',
  'x-strava-signature',
  'x-whoop-signature',
  'x-whoop-signature-timestamp',
  'x-oura-signature',
  'x-oura-timestamp',
  'polar-webhook-signature',
  'polar-webhook-event',
  'content-encoding',
  'content-type',
);
const values = fc.oneof(
  fc.string({ maxLength: 120 }),
  fc.base64String({ maxLength: 200 }),
  fc.constantFrom(
    'PING',
    'gzip',
    '',
    String(PUSH_NOW_MS),
    String(PUSH_NOW_MS / 1_000),
    `t=${PUSH_NOW_MS / 1_000},v1=00`,
  ),
);
const query = fc.dictionary(
  fc.constantFrom('key', 'hub.mode', 'hub.challenge', 'hub.verify_token', 'verification_token', 'challenge'),
  values,
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .constantFrom('{"event":"PING"}', '{"type":"verification"}', '[]', '', '{')
    .map((text) => Buffer.from(text)),
);
const calls = fc.record({
  method: fc.constantFrom('POST', 'GET', 'HEAD'),
  headers: fc.dictionary(names, values),
  query,
  body: bodies,
});

test.each(PROVIDERS)(
  'CON50 $name: whatever is sent, nothing unproven is queued and nothing is our fault',
  async (definition) => {
    const stores = pushStores();
    const clock = { now: () => PUSH_NOW_MS, sleep: async () => undefined };
    const handler = createReceivePushHandler({
      receive: {
        providers: {
          list: async () => [{ definition, isConfigured: true }],
          get: async () => ({
            definition,
            app: { clientId: 'client', clientSecret: 'a secret', settings: SETTINGS },
            http: { send: () => Promise.reject(new ProviderFault('unavailable')) },
          }),
        },
        keysOf: createPublicKeys(clock),
        meter: silentMeter,
        ...stores,
      },
      settings: {
        clock,
        randomness: { bytes: (count) => new Uint8Array(count).fill(7) },
        log: silentLog,
        meter: silentMeter,
      },
    });
    await fc.assert(
      fc.asyncProperty(calls, async ({ method, headers, query: queryStringParameters, body }) => {
        const event = {
          routeKey: `${method} /v1/inbound/{provider}`,
          headers,
          queryStringParameters,
          pathParameters: { provider: definition.name },
          body: Buffer.from(body).toString('base64'),
          isBase64Encoded: true,
        } as unknown as APIGatewayProxyEventV2;
        const { statusCode, body: answer } = await handler(event, {});
        expect(statusCode).not.toBe(500);
        expect([200, 201, 204, 400, 401, 403, 404, 413, 503]).toContain(statusCode);
        for (const secret of [...Object.values(SETTINGS), 'a secret'])
          expect(answer ?? '').not.toContain(secret);
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
    expect(stores.sent).toEqual([]);
  },
);
