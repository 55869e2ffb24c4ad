import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import type { PublicKeys, PushRequest } from '../definition.ts';
import { ProviderFault } from '../model.ts';
import { fitbit } from './fitbit.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z') as EpochMs;
const APP = { clientId: 'c', clientSecret: 's', settings: { webhookAuthorization: 'Bearer webhook-1' } };
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** As documented: 0x01, the key id big-endian, then the DER signature. Made by Node, not by our own code. */
function tinkSignature(privateKey: KeyObject, keyId: number, body: Uint8Array): string {
  const prefix = Buffer.alloc(5);
  prefix[0] = 1;
  prefix.writeUInt32BE(keyId, 1);
  return Buffer.concat([prefix, sign('sha256', body, { key: privateKey, dsaEncoding: 'der' })]).toString(
    'base64',
  );
}

/** `EcdsaPublicKey`: version 0, params {SHA256, P-256, DER}, x and y with a zero byte where the first bit is set. */
function tinkKey(publicKey: KeyObject, keyId: number, status = 'ENABLED') {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const field = (number: number, text: string): Buffer => {
    const raw = Buffer.from(text, 'base64url');
    const signed = (raw[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), raw]) : raw;
    return Buffer.concat([Buffer.from([(number << 3) | 2, signed.length]), signed]);
  };
  const params = Buffer.from([0x12, 6, 0x08, 3, 0x10, 2, 0x18, 2]);
  const value = Buffer.concat([Buffer.from([0x08, 0]), params, field(3, x), field(4, y)]).toString('base64');
  const typeUrl = 'type.googleapis.com/google.crypto.tink.EcdsaPublicKey';
  return {
    keyId,
    status,
    outputPrefixType: 'TINK',
    keyData: { typeUrl, value, keyMaterialType: 'ASYMMETRIC_PUBLIC' },
  };
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keysOf = (...sets: readonly unknown[]): PublicKeys & { readonly refetched: boolean[] } => {
  const refetched: boolean[] = [];
  return {
    refetched,
    load: async (origin, path, refetch) => {
      expect([origin, path]).toEqual(['keys', '/googlehealthapi/webhooks/webhooks_public_keyset.json']);
      refetched.push(refetch);
      return sets[Math.min(refetched.length, sets.length) - 1];
    },
  };
};
const BODY = bytes([{ data: { version: '1', healthUserId: '343', operation: 'UPSERT', dataType: 'steps' } }]);
const verdict = (keys: PublicKeys, request: Partial<PushRequest>) =>
  fitbit.push.verify({ method: 'POST', query: {}, headers: {}, body: BODY, ...request }, APP, {
    nowMs: NOW,
    keys,
  });
const authorization = 'Bearer webhook-1';

describe('signatures', () => {
  test('PRV49 a signature by a key of the set is genuine, under the new name of the header and the old', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { privateKey, publicKey } = pair();
      const keys = keysOf({
        primaryKeyId: 7,
        key: [tinkKey(pair().publicKey, 6), tinkKey(publicKey, 0xfedcba98)],
      });
      const signature = tinkSignature(privateKey, 0xfedcba98, BODY);
      for (const name of ['google-health-api-signature', 'x-healthapi-signature']) {
        expect(await verdict(keys, { headers: { authorization, [name]: signature } })).toBe('genuine');
      }
    }
  });

  test('PRV49 a coordinate that begins with a zero byte is read with its length', async () => {
    const beginsWithZero = (key: KeyObject): boolean =>
      Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')[0] === 0;
    let rare = pair();
    while (!beginsWithZero(rare.publicKey)) rare = pair();
    const keys = keysOf({ key: [tinkKey(rare.publicKey, 1)] });
    const headers = { authorization, 'google-health-api-signature': tinkSignature(rare.privateKey, 1, BODY) };
    expect(await verdict(keys, { headers })).toBe('genuine');
  });

  test('PRV49 a changed byte, another key, re-serialised JSON and a broken signature are forged', async () => {
    const { privateKey, publicKey } = pair();
    const set = { key: [tinkKey(publicKey, 1)] };
    const by = (signature: string, body: Uint8Array = BODY) =>
      verdict(keysOf(set), { body, headers: { authorization, 'google-health-api-signature': signature } });
    const signature = tinkSignature(privateKey, 1, BODY);
    const changed = BODY.map((byte, index) => (index === 9 ? byte ^ 1 : byte));
    expect(await by(signature)).toBe('genuine');
    expect(await by(signature, changed)).toBe('forged');
    expect(
      await by(signature, Buffer.from(JSON.stringify(JSON.parse(new TextDecoder().decode(BODY)), null, 1))),
    ).toBe('forged');
    expect(await by(tinkSignature(pair().privateKey, 1, BODY))).toBe('forged');
    for (const broken of ['AQ==', '!!!', 'AQAAAAEwBg==', `A${'A'.repeat(300)}`, signature.slice(8)]) {
      expect(await by(broken)).toBe('forged');
    }
  });

  test('PRV49 an unknown key id fetches the set once more, for keys rotate', async () => {
    const [old, fresh] = [pair(), pair()];
    const headers = {
      authorization,
      'google-health-api-signature': tinkSignature(fresh.privateKey, 2, BODY),
    };
    const rotated = keysOf({ key: [tinkKey(old.publicKey, 1)] }, { key: [tinkKey(fresh.publicKey, 2)] });
    expect(await verdict(rotated, { headers })).toBe('genuine');
    expect(rotated.refetched).toEqual([false, true]);
    const never = keysOf({ key: [tinkKey(old.publicKey, 1)] });
    expect(await verdict(never, { headers })).toBe('forged');
    expect(await verdict(keysOf({ key: [tinkKey(fresh.publicKey, 2, 'DISABLED')] }), { headers })).toBe(
      'forged',
    );
    for (const set of [undefined, [], { key: 'x' }, { key: [{ keyId: 2 }] }]) {
      expect(await verdict(keysOf(set), { headers })).toBe('forged');
    }
  });

  test('PRV49 a key that is no point of the curve verifies nothing', async () => {
    const { privateKey, publicKey } = pair();
    const key = tinkKey(publicKey, 1);
    const value = Buffer.from(key.keyData.value, 'base64');
    const headers = { authorization, 'google-health-api-signature': tinkSignature(privateKey, 1, BODY) };
    const variants = [
      value.subarray(0, 20),
      Buffer.concat([value.subarray(0, -1), Buffer.from([1, 2, 3])]),
      Buffer.alloc(90, 255),
    ];
    for (const broken of variants) {
      const set = { key: [{ ...key, keyData: { ...key.keyData, value: broken.toString('base64') } }] };
      expect(await verdict(keysOf(set), { headers })).toBe('forged');
    }
  });

  test('PRV49 a key set that cannot be had is unavailable, never forged', async () => {
    const headers = {
      authorization,
      'google-health-api-signature': tinkSignature(pair().privateKey, 1, BODY),
    };
    const away: PublicKeys = { load: () => Promise.reject(new ProviderFault('unavailable')) };
    expect(await verdict(away, { headers })).toBe('unavailable');
  });

  test('PRV49 without our Authorization or without a signature nothing is genuine', async () => {
    const { privateKey, publicKey } = pair();
    const signature = { 'google-health-api-signature': tinkSignature(privateKey, 1, BODY) };
    const keys = keysOf({ key: [tinkKey(publicKey, 1)] });
    expect(await verdict(keys, { headers: signature })).toBe('unsigned');
    expect(await verdict(keys, { headers: { authorization } })).toBe('unsigned');
    expect(await verdict(keys, { headers: { authorization: 'Bearer webhook-2', ...signature } })).toBe(
      'forged',
    );
    expect(await verdict(keys, { headers: { authorization, ...signature } })).toBe('genuine');
  });
});

describe('the handshake', () => {
  const ask = (headers: Record<string, string>, body: unknown = { type: 'verification' }) =>
    fitbit.push.handshake({ method: 'POST', query: {}, headers, body: bytes(body) }, APP);

  test('PRV58 with our Authorization it is 201, without or with another 401', () => {
    expect(ask({ authorization })).toEqual({ status: 201 });
    expect(ask({})).toEqual({ status: 401 });
    expect(ask({ authorization: 'Bearer webhook-2' })).toEqual({ status: 401 });
  });

  test('PRV58 notifications are no handshake', () => {
    expect(ask({ authorization }, [{ data: {} }])).toBeUndefined();
    expect(ask({ authorization }, { type: 'verification', pad: 'x'.repeat(2_000) })).toBeUndefined();
  });
});

describe('notifications', () => {
  const parse = (notification: unknown) => fitbit.push.parse(bytes(notification), {});
  const physicalTimeInterval = { startTime: '2026-11-18T07:29:00Z', endTime: '2026-11-18T07:34:00Z' };
  const one = (fields: object) => ({
    data: {
      version: '1',
      healthUserId: '343',
      operation: 'UPSERT',
      dataType: 'steps',
      intervals: [{ physicalTimeInterval }],
      ...fields,
    },
  });
  const at = (text: string): number => Date.parse(text);

  test('PRV59 a change is a window of the type, with its end inside, from a list or a bare object', () => {
    const window = { fromMs: at('2026-11-18T07:29:00Z'), toMs: at('2026-11-18T07:34:01Z') };
    const item = {
      kind: 'changed',
      providerUserId: '343',
      dataType: 'steps',
      at: { kind: 'window', window, replaces: false },
    };
    expect(parse([one({})])).toEqual([item]);
    expect(parse(one({}))).toEqual([item]);
    expect(parse([one({ dataType: 'total-calories' })])).toMatchObject(
      ['total-calories', 'active-energy-burned', 'basal-energy-burned'].map((dataType) => ({ dataType })),
    );
  });

  test('PRV59 a point that covers the day as it grows is asked for from the beginning of the day', () => {
    expect(parse([one({ dataType: 'floors' })])).toMatchObject([
      { at: { window: { fromMs: at('2026-11-17T06:29:00Z'), toMs: at('2026-11-18T07:34:01Z') } } },
    ]);
  });

  test('PRV59 civil times stand for the window that they mean anywhere on earth', () => {
    const window = { fromMs: at('2026-11-17T10:00:00Z'), toMs: at('2026-11-19T12:00:01Z') };
    const civilDateTimeInterval = {
      startDateTime: { date: { year: 2026, month: 11, day: 18 } },
      endDateTime: { date: { year: 2026, month: 11, day: 19 } },
    };
    const civilIso8601TimeInterval = { startTime: '2026-11-18T00:00:00', endTime: '2026-11-19T00:00:00' };
    for (const interval of [{ civilDateTimeInterval }, { civilIso8601TimeInterval }]) {
      expect(parse([one({ dataType: 'daily-respiratory-rate', intervals: [interval] })])).toMatchObject([
        { at: { window } },
      ]);
    }
  });

  test('PRV59 a deletion names its record, else what is gone from its window', () => {
    expect(parse([one({ operation: 'DELETE', dataType: 'sleep', recordId: '9875412' })])).toEqual([
      { kind: 'deleted', providerUserId: '343', dataType: 'sleep', id: '9875412' },
    ]);
    expect(parse([one({ operation: 'DELETE' })])).toMatchObject([
      { kind: 'changed', at: { replaces: true } },
    ]);
  });

  test('PRV59 unknown types and operations are ignored, the rest that cannot be read is unreadable', () => {
    expect(parse([one({ dataType: 'moods' }), one({ operation: 'MERGE' })])).toEqual([
      { kind: 'ignored', reason: 'unknown_type' },
      { kind: 'ignored', reason: 'unknown_operation' },
    ]);
    const backwards = {
      physicalTimeInterval: { startTime: '2026-11-18T07:29:00Z', endTime: '2026-11-17T07:29:00Z' },
    };
    const unreadable = [
      one({ intervals: [] }),
      one({ intervals: [backwards] }),
      one({ healthUserId: '' }),
      7,
      {},
    ];
    expect(parse(unreadable).map(({ kind }) => kind)).toEqual(Array(5).fill('unreadable'));
    expect(parse(Array.from({ length: 1_001 }, () => one({})))).toMatchObject([{ kind: 'unreadable' }]);
    expect(fitbit.push.parse(new TextEncoder().encode('[{"data"'), {})).toMatchObject([
      { kind: 'unreadable' },
    ]);
  });
});
