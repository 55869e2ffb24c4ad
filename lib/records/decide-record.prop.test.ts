import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideRecord, decideRecordDeletion } from './decide-record.ts';
import type { RecordPointer } from './model.ts';

const seeded = { seed: 20_261_121, numRuns: 500 };
const copy = fc.record({
  revision: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  contentHash: fc.constantFrom('a', 'b', 'c'),
});
type Copy = { readonly revision: number | undefined; readonly contentHash: string };

const pointerOf = ({ revision, contentHash }: Copy, version: number, deletedAtMs?: number): RecordPointer =>
  ({ revision, contentHash, version, deletedAtMs }) as RecordPointer;

/** What is stored after the copies came in this order. */
function fold(copies: readonly Copy[]): Copy | undefined {
  let stored: RecordPointer | undefined;
  for (const incoming of copies) {
    const outcome = decideRecord(stored, incoming);
    if (outcome === 'accepted' || outcome === 'updated') {
      stored = pointerOf(incoming, (stored?.version ?? 0) + 1);
    }
  }
  return stored && { revision: stored.revision, contentHash: stored.contentHash };
}

const revisioned = copy.filter(({ revision }) => revision !== undefined);

test('REC3 copies with revisions end in the same record in any order and however often', () => {
  fc.assert(
    fc.property(
      fc.array(revisioned, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      (copies, picks) => {
        const shuffled = [...copies, ...copies]
          .map((each) => ({ each, key: picks.next().value ?? 0 }))
          .sort((left, right) => left.key - right.key)
          .map(({ each }) => each);
        expect(fold(shuffled)).toEqual(fold(copies));
      },
    ),
    seeded,
  );
});

test('REC3 a repeat of what is stored is a duplicate, and a revision beats none', () => {
  fc.assert(
    fc.property(copy, copy, (first, second) => {
      expect(decideRecord(pointerOf(first, 1), first)).toBe('duplicate');
      if (first.revision === undefined && second.revision !== undefined) {
        expect(decideRecord(pointerOf(first, 1), second)).toBe('updated');
        if (first.contentHash !== second.contentHash)
          expect(decideRecord(pointerOf(second, 1), first)).toBe('superseded');
      }
    }),
    seeded,
  );
});

test('REC4 what was deleted comes back with a newer revision only, or without any', () => {
  const deleted = pointerOf({ revision: 2, contentHash: 'a' }, 3, 5);
  expect(decideRecord(deleted, { revision: 2, contentHash: 'b' })).toBe('superseded');
  expect(decideRecord(deleted, { revision: 3, contentHash: 'a' })).toBe('accepted');
  expect(decideRecord(deleted, { revision: undefined, contentHash: 'b' })).toBe('superseded');
  const bare = pointerOf({ revision: undefined, contentHash: 'a' }, 3, 5);
  expect(decideRecord(bare, { revision: undefined, contentHash: 'a' })).toBe('accepted');
  expect([decideRecordDeletion(undefined), decideRecordDeletion(deleted)]).toEqual([
    'not_found',
    'not_found',
  ]);
});
