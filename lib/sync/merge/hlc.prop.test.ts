import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_CLOCK_LEAD_MS } from '../../../contracts/sync/protocol.ts';
import { afterHlc, boundClocks, clampHlc, compareHlc, hlcDeviceOf, hlcMsOf, isHlc, tickHlc } from './hlc.ts';

const SEED = { seed: 20_261_121, numRuns: 300 };
const ms = fc.integer({ min: 0, max: 2_000_000_000_000 });
const device = fc.constantFrom('a', 'phone.1', 'B:2', '9');
const hlc = fc
  .tuple(ms, fc.integer({ min: 0, max: 0xffff }), device)
  .map(
    ([at, counter, id]) => `${String(at).padStart(13, '0')}-${counter.toString(16).padStart(4, '0')}-${id}`,
  );

test('SYN28 a tick is later than all that was known, and never before the wall clock', () => {
  fc.assert(
    fc.property(fc.option(hlc, { nil: undefined }), ms, device, (last, nowMs, id) => {
      const next = tickHlc(last, nowMs, id);
      expect(isHlc(next)).toBe(true);
      expect(hlcDeviceOf(next)).toBe(id);
      expect(hlcMsOf(next)).toBeGreaterThanOrEqual(nowMs);
      if (last !== undefined) expect(compareHlc(next, last)).toBe(1);
    }),
    SEED,
  );
  expect(tickHlc('0000000000005-ffff-a', 1, 'b')).toBe('0000000000006-0000-b');
});

test('SYN28 a clock more than five minutes ahead is taken as the server has it', () => {
  const nowMs = 1_795_266_000_000;
  const ahead = `${nowMs + MAX_CLOCK_LEAD_MS}-00ff-a`;
  expect(clampHlc(ahead, nowMs)).toBe(ahead);
  expect(clampHlc(`${nowMs + MAX_CLOCK_LEAD_MS + 1}-00ff-a`, nowMs)).toBe(`${nowMs}-00ff-a`);
  expect(clampHlc('0000000000001-0000-a', nowMs)).toBe('0000000000001-0000-a');
});

test('SYN28 a write that knew another is later than it', () => {
  fc.assert(
    fc.property(hlc, hlc, (own, other) => {
      const next = afterHlc(own, other);
      expect(compareHlc(next, other)).toBe(1);
      expect(compareHlc(next, own)).toBeGreaterThanOrEqual(0);
      expect(hlcDeviceOf(next)).toBe(hlcDeviceOf(own));
      if (compareHlc(own, other) > 0) expect(next).toBe(own);
    }),
    SEED,
  );
  expect(afterHlc('0000000000001-0000-a', undefined)).toBe('0000000000001-0000-a');
});

test.each(['', '1-0000-a', '1795266000000-00FF-a', '1795266000000-0000-', '1795266000000-0000-a b'])(
  'SYN2 %j is no clock',
  (text) => {
    expect(isHlc(text)).toBe(false);
  },
);

test('SYN28 bounded clocks of one request keep the order of their device, and stay within the bound', () => {
  const nowMs = 1_000_000_000_000;
  fc.assert(
    fc.property(fc.array(hlc, { maxLength: 30 }), (sent) => {
      const bounded = boundClocks(sent, nowMs);
      expect([...bounded.keys()].sort()).toEqual([...new Set(sent)].sort());
      for (const [one, counted] of bounded) {
        expect(isHlc(counted)).toBe(true);
        expect(hlcMsOf(counted)).toBeLessThanOrEqual(nowMs + MAX_CLOCK_LEAD_MS + 1);
        if (hlcMsOf(one) <= nowMs + MAX_CLOCK_LEAD_MS) expect(counted).toBe(one);
        for (const [other, otherCounted] of bounded) {
          const isSame = hlcDeviceOf(one) === hlcDeviceOf(other);
          if (isSame) expect(compareHlc(counted, otherCounted)).toBe(compareHlc(one, other));
        }
      }
    }),
    SEED,
  );
});
