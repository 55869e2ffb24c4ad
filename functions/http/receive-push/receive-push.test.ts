import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { createPublicKeys } from '../../../lib/connections/pushes/public-keys.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { directoryOf, PUSH_NOW_MS, pushStores, signedPush } from '../../../test/support/push-world.ts';
import { SAMPLE_SETTINGS } from '../../../test/support/sample-provider.ts';
import { createReceivePushHandler } from './handler.ts';

function open(fail: Parameters<typeof pushStores>[0] = {}) {
  const stores = pushStores(fail);
  const clock = { now: () => PUSH_NOW_MS, sleep: async () => undefined };
  const handler = createReceivePushHandler({
    receive: {
      providers: directoryOf(),
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
  const call = async (method: string, event: Partial<APIGatewayProxyEventV2> = {}) => {
    const answer = await handler(
      {
        routeKey: `${method} /v1/inbound/{provider}`,
        headers: {},
        pathParameters: { provider: 'sample' },
        ...event,
      } as APIGatewayProxyEventV2,
      {},
    );
    return { ...answer, headers: answer.headers ?? {} };
  };
  return { call, ...stores };
}

const genuine = signedPush([{ kind: 'record', person: 'runner', id: '7' }]);
const asEvent = (body: Uint8Array, headers: Readonly<Record<string, string>>) => ({
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
  headers: { ...headers },
});

describe('notifications', () => {
  test('CON51 a genuine one is answered with the status of the provider and an empty body', async () => {
    const { call, sent } = open();
    const answer = await call('POST', asEvent(genuine.body, genuine.headers));
    expect([answer.statusCode, answer.body]).toEqual([204, undefined]);
    expect(Buffer.from(sent[0]?.body ?? '', 'base64')).toEqual(genuine.body);
    const asText = { ...asEvent(genuine.body, genuine.headers), isBase64Encoded: false };
    const plain = await call('POST', { ...asText, body: Buffer.from(genuine.body).toString() });
    expect(plain.statusCode).toBe(204);
  });

  test('CON50 a body that says it is gzip is verified as it was sent, whatever it is', async () => {
    const { call, sent } = open();
    const body = Buffer.from('no gzip, and signed all the same');
    const signature = createHmac('sha256', SAMPLE_SETTINGS.signingKey)
      .update(`${PUSH_NOW_MS}.`)
      .update(body)
      .digest('hex');
    const headers = { ...genuine.headers, 'x-sample-signature': signature, 'content-encoding': 'gzip' };
    expect((await call('POST', asEvent(body, headers))).statusCode).toBe(204);
    expect(Buffer.from(sent[0]?.body ?? '', 'base64').equals(body)).toBe(true);
  });

  test.each([
    ['unsigned', {}, 401, 'push.signature_invalid'],
    ['forged', { ...genuine.headers, 'x-sample-signature': '0'.repeat(64) }, 401, 'push.signature_invalid'],
  ])('CON50 an %s one is a problem that says nothing of the secret', async (_name, headers, status, code) => {
    const { call, sent } = open();
    const answer = await call('POST', asEvent(genuine.body, headers));
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ code });
    expect(answer.body).not.toContain(SAMPLE_SETTINGS.signingKey);
    expect(sent).toEqual([]);
  });

  test('CON50 a provider that is not there is 404', async () => {
    const answer = await open().call('POST', { pathParameters: { provider: '../garmin' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ status: 404, code: 'provider.unknown' });
  });

  test('CON51 an outage of the queue is 503 with Retry-After', async () => {
    const answer = await open({ queue: true }).call('POST', asEvent(genuine.body, genuine.headers));
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });

  test('CON52 a body beyond what any gateway hands on is 413', async () => {
    const answer = await open().call('POST', asEvent(new Uint8Array(4_000_001), {}));
    expect(answer.statusCode).toBe(413);
  });
});

describe('handshakes', () => {
  test('CON54 a challenge comes back as it was sent, in the type of the provider', async () => {
    const queryStringParameters = { token: SAMPLE_SETTINGS.verifyToken, challenge: '"<x>"' };
    const answer = await open().call('GET', { queryStringParameters });
    expect([answer.statusCode, answer.body]).toEqual([200, '"<x>"']);
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test('CON54 an answer to HEAD has no body, also when it is a problem', async () => {
    const { call } = open();
    const probed = await call('HEAD');
    expect([probed.statusCode, probed.body]).toEqual([200, undefined]);
    const stranger = await call('HEAD', { pathParameters: { provider: 'nobody' } });
    expect([stranger.statusCode, stranger.body]).toEqual([404, undefined]);
  });

  test('CON54 a look without the secret is push.malformed', async () => {
    const answer = await open().call('GET', { queryStringParameters: { challenge: 'x' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ status: 400, code: 'push.malformed' });
  });
});
