import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { applyChange } from '../../sync/merge/apply-change.ts';
import type { RowChange, RowData } from '../../sync/merge/row.ts';
import type { PendingChange } from '../store/queue.ts';
import { foldChanges } from './fold-changes.ts';

const entity = (type: string) => {
  const found = SYNC_SCHEMA.entities.get(type);
  if (found === undefined) throw new Error('no such type');
  return found;
};

const pendingOf = (change: Partial<RowChange>, index: number): PendingChange => ({
  type: 'journal_entries',
  id: 'j',
  order: index,
  requestId: `r${index}`,
  state: 'pending',
  change: { op: 'update', data: {}, baseVersion: 3, hlc: `179000000000${index}-0000-phone`, ...change },
  attemptCount: 0,
  nextAttemptAtMs: 0,
  code: undefined,
  version: undefined,
  conflictId: undefined,
  isUncertain: false,
});

const element = fc.constantFrom('a', 'b', 'c', 'd');
const setEdit = fc.record(
  { add: fc.uniqueArray(element, { maxLength: 3 }), remove: fc.uniqueArray(element, { maxLength: 3 }) },
  { requiredKeys: [] },
);
const journal = fc.record(
  {
    title: fc.constantFrom('one', 'two', null),
    tags: setEdit,
    reactions: fc.dictionary(element, fc.constantFrom('x', 'y', null), { maxKeys: 3 }),
  },
  { requiredKeys: [] },
);
const inventory = fc.record(
  {
    quantityRemaining: fc.integer({ min: -5, max: 5 }).map((delta) => ({ delta })),
    notes: fc.constantFrom('n', null),
  },
  { requiredKeys: [] },
);
const goal = fc.record({ progress: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] });
const session = fc.record(
  {
    status: fc.constantFrom('ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED'),
    notes: fc.constantFrom('n', 'm', null),
  },
  { requiredKeys: [] },
);

const BASES: Readonly<Record<string, RowData>> = {
  journal_entries: { title: 'zero', tags: ['a', 'c'], reactions: { a: 'x', d: 'y' } },
  inventory_items: { quantityRemaining: 10, notes: 'o' },
  goals: { progress: 4 },
  sessions: { status: 'ACTIVE', notes: 'o' },
};

/** Sets are sets: the order of their elements is no part of them. */
const sorted = (data: RowData): RowData =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value]),
  );

test.each([
  ['journal_entries', journal],
  ['inventory_items', inventory],
  ['goals', goal],
  ['sessions', session],
] as const)('CLI5 updates of %s as one do what they do one after the other', (type, edits) => {
  fc.assert(
    fc.property(
      fc.array(edits as fc.Arbitrary<RowData>, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (patches, isNew) => {
        const definition = entity(type);
        const first: Partial<RowChange> = { op: 'create', data: BASES[type] ?? {}, baseVersion: undefined };
        const pending = [
          ...(isNew ? [pendingOf(first, 0)] : []),
          ...patches.map((data, index) =>
            pendingOf({ data, ...(isNew ? { baseVersion: undefined } : {}) }, index + 1),
          ),
        ];
        const start = isNew ? {} : (BASES[type] ?? {});
        const oneByOne = pending.reduce((data, { change }) => applyChange(definition, data, change), start);
        const { head, superseded } = foldChanges(definition, pending);
        if (head === undefined) throw new Error('nothing is left of updates');
        expect(superseded).toHaveLength(pending.length - 1);
        expect(head.change.hlc).toBe(pending.at(-1)?.change.hlc);
        expect(sorted(applyChange(definition, start, head.change))).toEqual(sorted(oneByOne));
      },
    ),
    { seed: 41, numRuns: 150 },
  );
});

const fold = (...changes: Partial<RowChange>[]) =>
  foldChanges(entity('journal_entries'), changes.map(pendingOf));

test('CLI5 a creation that the server never saw and its deletion cancel each other', () => {
  const created = { op: 'create', baseVersion: undefined, data: { title: 'a' } } as const;
  const edited = { baseVersion: undefined, data: { title: 'b' } };
  const deleted = { op: 'delete', baseVersion: undefined } as const;
  expect(fold(created, edited, deleted)).toEqual({ head: undefined, superseded: ['r1', 'r0', 'r2'] });
  const sent = { ...pendingOf(created, 0), isUncertain: true };
  const uncertain = foldChanges(entity('journal_entries'), [sent, pendingOf(deleted, 1)]);
  expect(uncertain).toMatchObject({
    head: { requestId: 'r0', change: { op: 'delete' } },
    superseded: ['r1'],
  });
});

test('CLI5 a deletion takes what was written before with it, and what comes after waits', () => {
  const folded = fold(
    { data: { title: 'a' } },
    { op: 'delete', baseVersion: 4 },
    { op: 'create', data: { title: 'c' } },
  );
  expect(folded).toMatchObject({
    head: { requestId: 'r0', change: { op: 'delete', baseVersion: 4 } },
    superseded: ['r1'],
  });
});

test('CLI5 writes that saw different versions stay apart', () => {
  const folded = fold({ data: { title: 'a' } }, { data: { title: 'b' }, baseVersion: 4 });
  expect(folded).toMatchObject({
    head: { change: { data: { title: 'a' }, baseVersion: 3 } },
    superseded: [],
  });
});
