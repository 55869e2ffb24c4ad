import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './page-cursor.ts';

const RUNS = { seed: 20_261_121, numRuns: 200 };
const binding = { operation: 'listSamples', query: { metric: 'steps' }, userId: 'usr_1' };

test('SRD1 a cursor comes back as the position that it was made from', () => {
  fc.assert(
    fc.property(fc.record({ startMs: fc.integer(), sourceId: fc.string() }), (position) => {
      expect(decodeCursor(encodeCursor(position, binding), binding)).toEqual({ ok: true, value: position });
    }),
    RUNS,
  );
});

test('SRD1 a cursor is good for the same query of the same user only', () => {
  const cursor = encodeCursor({ startMs: 1 }, binding);
  for (const other of [
    { ...binding, userId: 'usr_2' },
    { ...binding, query: { metric: 'heart_rate' } },
    { ...binding, operation: 'listRollups' },
  ]) {
    expect(decodeCursor(cursor, other)).toEqual({ ok: false, failure: 'bad_cursor' });
  }
});

test('SRD1 anything else than a cursor of ours is refused, never thrown', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      expect(decodeCursor(text, binding).ok).toBe(false);
    }),
    RUNS,
  );
  const cursor = encodeCursor({ startMs: 1 }, binding);
  for (let at = 0; at < cursor.length; at += 1) {
    const changed = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    expect(decodeCursor(changed, binding).ok).toBe(false);
  }
});
