import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { fail, ok } from '../../core/result.ts';
import {
  type CursorBinding,
  decodeLogCursor,
  decodeSnapshotCursor,
  encodeLogCursor,
  encodeSnapshotCursor,
} from './sync-cursor.ts';

const seeded = { seed: 20_261_121 };
const whole = fc.nat(2_000_000_000);
const binding: fc.Arbitrary<CursorBinding> = fc.record({
  scope: fc.record({
    workspaceId: fc.constantFrom('ws_1', 'ws_2').map((id) => id as WorkspaceId),
    userId: fc.constantFrom('usr_1', 'usr_2').map((id) => id as UserId),
  }),
  entityTypes: fc.constantFrom(undefined, ['goals'], ['goals', 'sessions']),
});
const position = fc.record({ epoch: fc.string({ maxLength: 30 }), seq: whole, offset: fc.nat(97) });
const rows = fc.record({
  epoch: fc.string({ maxLength: 30 }),
  seq: whole,
  type: fc.constantFrom('goals', 'sessions'),
  afterId: fc.oneof(fc.uuid(), fc.constantFrom('', 'me')),
  rowsTotal: whole,
});
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('SYN50 a cursor comes back as the position it was, for the same user and the same types', () => {
  fc.assert(
    fc.property(position, rows, binding, (log, snapshot, bound) => {
      expect(decodeLogCursor(encodeLogCursor(log, bound), bound)).toEqual(ok(log));
      expect(decodeSnapshotCursor(encodeSnapshotCursor(snapshot, bound), bound)).toEqual(ok(snapshot));
    }),
    seeded,
  );
});

test('SYN50 a cursor of another user or of other types is foreign', () => {
  fc.assert(
    fc.property(position, rows, binding, binding, (log, snapshot, bound, other) => {
      fc.pre(JSON.stringify(bound) !== JSON.stringify(other));
      expect(decodeLogCursor(encodeLogCursor(log, bound), other)).toEqual(fail('foreign'));
      expect(decodeSnapshotCursor(encodeSnapshotCursor(snapshot, bound), other)).toEqual(fail('foreign'));
    }),
    seeded,
  );
});

test('SYN50 a cursor with one other character, one more or one less, or of the other lane, is damaged', () => {
  fc.assert(
    fc.property(position, rows, binding, fc.nat(63), (log, snapshot, bound, shift) => {
      const text = encodeLogCursor(log, bound);
      for (let at = 0; at < text.length; at += 1) {
        const other = ALPHABET[(ALPHABET.indexOf(text.charAt(at)) + 1 + (shift % 63)) % 64];
        const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
        expect(decodeLogCursor(changed, bound)).toEqual(fail('damaged'));
        expect(decodeLogCursor(text.slice(0, at) + text.slice(at + 1), bound)).toEqual(fail('damaged'));
        expect(decodeLogCursor(text.slice(0, at), bound)).toEqual(fail('damaged'));
      }
      for (const more of ['A', '=', ' ', '%'])
        expect(decodeLogCursor(text + more, bound)).toEqual(fail('damaged'));
      expect(decodeSnapshotCursor(text, bound)).toEqual(fail('damaged'));
      expect(decodeLogCursor(encodeSnapshotCursor(snapshot, bound), bound)).toEqual(fail('damaged'));
    }),
    { ...seeded, numRuns: 20 },
  );
});

test('SYN50 a forged cursor whose fields would be no bound of a read is damaged, whatever its checksum', () => {
  const bound: CursorBinding = {
    scope: { workspaceId: 'ws_1' as WorkspaceId, userId: 'usr_1' as UserId },
    entityTypes: undefined,
  };
  const log = { epoch: 'e', seq: 99_999_999_999, offset: 97 };
  expect(decodeLogCursor(encodeLogCursor(log, bound), bound)).toEqual(ok(log));
  for (const forged of [{ seq: 100_000_000_000 }, { seq: 999_999_999_990 }, { seq: -1 }, { offset: 98 }]) {
    expect(decodeLogCursor(encodeLogCursor({ ...log, ...forged }, bound), bound)).toEqual(fail('damaged'));
  }
  const snapshot = { epoch: 'e', seq: 1, type: 'goals', afterId: 'me', rowsTotal: 1 };
  for (const afterId of ['~~', '~', 'a#b', 'A', 'a'.repeat(65), 'a'.repeat(1_200), 'ü']) {
    const text = encodeSnapshotCursor({ ...snapshot, afterId }, bound);
    expect(decodeSnapshotCursor(text, bound)).toEqual(fail('damaged'));
  }
});

test('SYN50 any text is refused, and none is a fault', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), binding, (text, bound) => {
      expect(decodeLogCursor(text, bound)).toEqual(fail('damaged'));
    }),
    seeded,
  );
  for (const text of ['\u0000', '😀', '\ud800', '%00', '.', 'e30']) {
    const bound = {
      scope: { workspaceId: 'ws_1' as WorkspaceId, userId: 'usr_1' as UserId },
      entityTypes: undefined,
    };
    expect(decodeLogCursor(text, bound)).toEqual(fail('damaged'));
  }
});
