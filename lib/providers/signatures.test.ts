import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { isFresh, isHmacOf, isSameSecret } from './signatures.ts';

const BODY = new TextEncoder().encode('{"user_id":10129,"type":"sleep.updated"}');
const macOf = (hash: string, encoding: 'hex' | 'base64') =>
  createHmac(hash, 'key-1').update('1763460000').update(BODY).digest(encoding);

test('PRV5 an HMAC over the parts in a row is taken in the encoding of the scheme and in no other', () => {
  const parts = ['1763460000', BODY];
  const base64 = { hash: 'sha256', encoding: 'base64' } as const;
  const hex = { hash: 'sha1', encoding: 'hex' } as const;
  const upper = { hash: 'sha256', encoding: 'hex-upper' } as const;
  expect(isHmacOf(macOf('sha256', 'base64'), 'key-1', parts, base64)).toBe(true);
  expect(isHmacOf(macOf('sha1', 'hex'), 'key-1', parts, hex)).toBe(true);
  expect(isHmacOf(macOf('sha256', 'hex').toUpperCase(), 'key-1', parts, upper)).toBe(true);
  expect(isHmacOf(macOf('sha256', 'hex'), 'key-1', parts, upper)).toBe(false);
});

test('PRV5 a changed byte, another key, a cut or an absent signature and an absent key are refused', () => {
  const scheme = { hash: 'sha256', encoding: 'hex' } as const;
  const sent = createHmac('sha256', 'key-1').update(BODY).digest('hex');
  const changed = BODY.map((byte, index) => (index === 5 ? byte ^ 1 : byte));
  expect(isHmacOf(sent, 'key-1', [BODY], scheme)).toBe(true);
  expect(isHmacOf(sent, 'key-1', [changed], scheme)).toBe(false);
  expect(isHmacOf(sent, 'key-2', [BODY], scheme)).toBe(false);
  expect(isHmacOf(sent.slice(0, -1), 'key-1', [BODY], scheme)).toBe(false);
  expect(isHmacOf(`${sent}0`, 'key-1', [BODY], scheme)).toBe(false);
  expect(isHmacOf(undefined, 'key-1', [BODY], scheme)).toBe(false);
  expect(isHmacOf(createHmac('sha256', '').update(BODY).digest('hex'), '', [BODY], scheme)).toBe(false);
  expect(isHmacOf(sent, undefined, [BODY], scheme)).toBe(false);
});

test('PRV5 secrets are equal or not whatever their lengths, and an empty one equals nothing', () => {
  const long = 'x'.repeat(1_000);
  expect(isSameSecret('Bearer one', 'Bearer one')).toBe(true);
  expect(isSameSecret(long, long)).toBe(true);
  expect(isSameSecret(`${long}y`, long)).toBe(false);
  expect(isSameSecret('Bearer on', 'Bearer one')).toBe(false);
  expect(isSameSecret('', '')).toBe(false);
  expect(isSameSecret(undefined, undefined)).toBe(false);
});

test('PRV5 a signed time is stale more than five minutes either way', () => {
  const now = 1_790_000_000_000 as EpochMs;
  expect([0, 300_000, -300_000].map((offMs) => isFresh(now + offMs, now))).toEqual([true, true, true]);
  expect([300_001, -300_001, Number.NaN].map((offMs) => isFresh(now + offMs, now))).toEqual([
    false,
    false,
    false,
  ]);
});
