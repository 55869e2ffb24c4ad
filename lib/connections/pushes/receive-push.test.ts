import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { directoryOf, PUSH_NOW_MS, pushStores, signedPush } from '../../../test/support/push-world.ts';
import { SAMPLE_SETTINGS, sampleProvider } from '../../../test/support/sample-provider.ts';
import { silentMeter } from '../../observability/metrics.ts';
import type { ProviderDefinition, PushRequest } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import { MAX_QUEUED_BODY_BYTES } from './push-queue.ts';
import { receivePush } from './receive-push.ts';

function open(options: { fail?: Parameters<typeof pushStores>[0]; definition?: ProviderDefinition } = {}) {
  const stores = pushStores(options.fail);
  const counted: Record<string, number> = {};
  const deps = {
    providers: directoryOf(options.definition),
    keysOf: () => ({ load: () => Promise.reject(new ProviderFault('unavailable')) }),
    meter: {
      ...silentMeter,
      add: (name: string, value: number) => Object.assign(counted, { [name]: value }),
    },
    ...stores,
  };
  const receive = (request: PushRequest, provider = 'sample') =>
    receivePush(deps, { provider, request, correlationId: 'c-1', nowMs: PUSH_NOW_MS });
  return { receive, counted, ...stores };
}

const NOTIFICATIONS = [{ kind: 'record', person: 'runner', id: '7' }];
const HANDSHAKE: PushRequest = {
  method: 'GET',
  query: { token: SAMPLE_SETTINGS.verifyToken, challenge: 'echo me' },
  headers: {},
  body: new Uint8Array(),
};

describe('what is genuine', () => {
  test('CON51 a genuine notification lies in the queue before it is answered with the status of the provider', async () => {
    const { receive, sent, counted } = open();
    const request = signedPush(NOTIFICATIONS);
    expect(await receive(request)).toEqual({ status: 204 });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ provider: 'sample', receivedAtMs: PUSH_NOW_MS, correlationId: 'c-1' });
    expect(Buffer.from(sent[0]?.body ?? '', 'base64')).toEqual(request.body);
    expect(counted).toEqual({ PushesReceived: 1 });
  });

  test('CON51 when the queue does not answer the provider is told to send again', async () => {
    const { receive } = open({ fail: { queue: true } });
    await expect(receive(signedPush(NOTIFICATIONS))).rejects.toMatchObject({ code: 'server.unavailable' });
  });

  test('CON52 a body that no message takes lies in the bucket, and the message names it', async () => {
    const { receive, sent, kept } = open();
    const request = signedPush(`["${'a'.repeat(MAX_QUEUED_BODY_BYTES)}"]`);
    await receive(request);
    expect(sent[0]?.body).toBeUndefined();
    expect(kept.get(sent[0]?.bodyKey ?? '')).toEqual(request.body);
  });

  test('CON52 one of the largest size that a message takes stays within 262,144 bytes of message', async () => {
    const { receive, sent } = open();
    await receive(signedPush('a'.repeat(MAX_QUEUED_BODY_BYTES)));
    expect(sent[0]?.body).toBeDefined();
    expect(JSON.stringify(sent[0]).length).toBeLessThan(262_144 - 20_000);
  });

  test('CON52 when the bucket does not answer nothing is queued', async () => {
    const { receive, sent } = open({ fail: { bodies: true } });
    const request = signedPush('a'.repeat(MAX_QUEUED_BODY_BYTES + 1));
    await expect(receive(request)).rejects.toMatchObject({ code: 'server.unavailable' });
    expect(sent).toEqual([]);
  });

  test('CON52 a body above the limit of the provider is refused before anything is computed over it', async () => {
    const { receive, sent } = open();
    const body = new Uint8Array(sampleProvider.push.maxBodyBytes + 1);
    await expect(receive({ ...signedPush([]), body })).rejects.toMatchObject({ code: 'request.too_large' });
    expect(sent).toEqual([]);
  });

  test('CON53 what is genuine and no JSON is taken like everything else', async () => {
    const { receive, sent } = open();
    expect(await receive(signedPush('{"cut": ['))).toEqual({ status: 204 });
    expect(sent).toHaveLength(1);
  });

  test('CON56 neither secrets nor proofs nor what the gateway added goes along in the message', async () => {
    const { receive, sent } = open();
    const headers = {
      ...signedPush(NOTIFICATIONS).headers,
      authorization: 'Bearer webhook-secret',
      cookie: 'a=b',
      'x-api-key': 'k',
      'x-forwarded-for': '192.0.2.1',
      'content-type': 'application/json',
      'x-sample-event': 'STEPS',
      'x-long': 'l'.repeat(501),
    };
    await receive({ ...signedPush(NOTIFICATIONS), headers });
    expect(sent[0]?.headers).toEqual({
      'content-type': 'application/json',
      'x-sample-event': 'STEPS',
      'x-sample-timestamp': String(PUSH_NOW_MS),
    });
  });
});

describe('what is not', () => {
  const genuine = signedPush(NOTIFICATIONS);
  const flipped = Uint8Array.from(genuine.body, (byte, index) => (index === 5 ? byte ^ 1 : byte));
  const cases: readonly [string, PushRequest, string][] = [
    ['unsigned', { ...genuine, headers: {} }, 'push.signature_invalid'],
    ['of another body', { ...genuine, body: flipped }, 'push.signature_invalid'],
    [
      'written anew',
      { ...genuine, body: Buffer.from(JSON.stringify(NOTIFICATIONS, undefined, 1)) },
      'push.signature_invalid',
    ],
    ['compressed on the way', { ...genuine, body: gzipSync(genuine.body) }, 'push.signature_invalid'],
    ['of an hour ago', signedPush(NOTIFICATIONS, PUSH_NOW_MS - 3_600_000), 'push.stale'],
    ['of an hour ahead', signedPush(NOTIFICATIONS, PUSH_NOW_MS + 3_600_000), 'push.stale'],
  ];

  test.each(cases)(
    'CON50 a notification that is %s is refused and not queued',
    async (_name, request, code) => {
      const { receive, sent, counted } = open();
      await expect(receive(request)).rejects.toMatchObject({ code });
      expect(sent).toEqual([]);
      expect(counted).toEqual({ PushesRefused: 1 });
    },
  );

  test('CON50 a provider that is not there has no way in', async () => {
    const { receive } = open();
    await expect(receive(genuine, 'nobody')).rejects.toMatchObject({ code: 'provider.unknown', status: 404 });
  });

  test('CON50 what cannot be verified now is to come again', async () => {
    const verify: ProviderDefinition['push']['verify'] = async (_request, _app, { keys }) => {
      await keys.load('keys', '/set.json', false);
      return 'genuine';
    };
    const definition = { ...sampleProvider, push: { ...sampleProvider.push, verify } };
    const { receive, sent } = open({ definition });
    await expect(receive(genuine)).rejects.toMatchObject({ code: 'push.unverifiable', status: 503 });
    expect(sent).toEqual([]);
  });
});

describe('handshakes', () => {
  test('CON54 a handshake is answered as the provider documents it, and nothing is queued', async () => {
    const { receive, sent } = open();
    expect(await receive(HANDSHAKE)).toMatchObject({ status: 200, body: 'echo me' });
    expect(await receive({ ...HANDSHAKE, method: 'HEAD', query: {} })).toEqual({ status: 200 });
    expect(sent).toEqual([]);
  });

  test('CON54 a look that is no handshake is push.malformed', async () => {
    const { receive } = open();
    const stranger = { ...HANDSHAKE, query: { token: 'guessed', challenge: 'echo me' } };
    await expect(receive(stranger)).rejects.toMatchObject({ code: 'push.malformed' });
  });
});
