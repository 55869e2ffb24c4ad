import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { ENTITIES, SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import {
  anyHistory,
  concurrentUpdates,
  editedData,
  hlcAt,
  madeRow,
  NOW_MS,
  rowData,
} from '../../../test/support/entity-arbitraries.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { applyChange } from './apply-change.ts';
import { diffRow } from './diff-row.ts';
import { fieldsOf } from './fields.ts';
import { mergeChange } from './merge-change.ts';
import type { RowChange, RowData, RowState } from './row.ts';
import { addHash, formatHash, rowHash, subtractHash } from './row-hash.ts';
import { resolveRowId } from './row-id.ts';
import { validateChange } from './validate-change.ts';

const seeded = (numRuns: number) => ({ seed: 20_261_121, numRuns });
const CONVERGENT = new Set([
  'last_write_wins',
  'merge_arrays',
  'monotonic',
  'max_value',
  'min_value',
  'counter',
  'shallow_merge',
]);
const CLOCK = { nowMs: NOW_MS };

/** The row after all changes, each of which is taken or stands back. */
function fold(entity: EntityDefinition, row: RowState, changes: readonly RowChange[]): RowState {
  return changes.reduce((state, change) => {
    const merged = mergeChange(entity, state, change, CLOCK);
    if (merged.kind === 'refused') throw new Error(`${merged.code} ${merged.message}`);
    return merged.row;
  }, row);
}

const convergentOf = (entity: EntityDefinition, data: RowData): string =>
  canonicalJson(
    [...fieldsOf(entity)]
      .filter(([, { policy }]) => CONVERGENT.has(policy.kind))
      .map(([name]) => [name, data[name]]),
  );

const passes = (entity: EntityDefinition, data: RowData): readonly string[] =>
  [...fieldsOf(entity)]
    .filter(([name, { schema, required }]) => {
      const value = data[name] ?? null;
      return value === null ? required === true : !schema.safeParse(value).success;
    })
    .map(([name]) => name);

const orders = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, index) =>
        orders(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
      );

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

const rowAndUpdates = (entity: EntityDefinition, count: number) =>
  madeRow(entity).chain((row) => concurrentUpdates(entity, row, count).map((changes) => ({ row, changes })));

const mutable = ENTITIES.filter(({ policy }) => policy !== 'append_only');

describe.each(mutable.map((entity) => [entity.type, entity] as const))('%s', (_, entity) => {
  test('SYN21 concurrent updates give the same data in any order, in twos and threes', () => {
    fc.assert(
      fc.property(rowAndUpdates(entity, 3), ({ row, changes }) => {
        for (const some of [changes, changes.slice(1), changes.slice(0, 2)]) {
          const ends = orders(some).map((order) => convergentOf(entity, fold(entity, row, order).data));
          expect(new Set(ends).size).toBe(1);
        }
      }),
      seeded(100),
    );
  });

  test('SYN21 a row that devices made under one id at once is the same in any order, but for its counters', () => {
    const made = fc.array(rowData(entity), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(made, (rows) => {
        const creates = rows.map((data, index) => ({
          op: 'create' as const,
          baseVersion: undefined,
          data,
          hlc: hlcAt(NOW_MS + ((index * 7) % 3), `device-${index}`),
        }));
        const ends = orders(creates).map((order) => {
          const [first, ...others] = order;
          const start = first === undefined ? undefined : mergeChange(entity, undefined, first, CLOCK);
          if (start?.kind !== 'changed') throw new Error('not made');
          const { data } = fold(entity, start.row, others);
          const counters = [...fieldsOf(entity)].filter(([, { policy }]) => policy.kind === 'counter');
          return convergentOf(entity, {
            ...data,
            ...Object.fromEntries(counters.map(([name]) => [name, 0])),
          });
        });
        expect(new Set(ends).size).toBe(1);
      }),
      seeded(30),
    );
  });

  test('SYN21 a writer that knew no version is one of those at once, also where it says what holds', () => {
    fc.assert(
      fc.property(rowAndUpdates(entity, 3), ({ row, changes }) => {
        const [first, ...others] = changes;
        if (first === undefined) throw new Error('no change');
        const said = { ...restated(entity, row.data), ...first.data };
        const updates = [{ ...first, baseVersion: undefined, data: said }, ...others];
        const ends = orders(updates).map((order) => convergentOf(entity, fold(entity, row, order).data));
        expect(new Set(ends).size).toBe(1);
      }),
      seeded(25),
    );
  });

  test('SYN20 what was taken once is no change the second time, also behind others', () => {
    fc.assert(
      fc.property(rowAndUpdates(entity, 3), ({ row, changes }) => {
        const end = fold(entity, row, changes);
        for (const change of changes.slice(-1)) expect(fold(entity, end, [change])).toBe(end);
        const [first, ...others] = changes;
        const once = first === undefined ? row : fold(entity, row, [first]);
        expect(first === undefined ? once : fold(entity, once, [first])).toBe(once);
        const twice = first === undefined ? once : fold(entity, once, [first, ...others, ...others]);
        expect(canonicalJson(twice.data)).toBe(canonicalJson(end.data));
      }),
      seeded(30),
    );
  });

  test('SYN22 SYN23 SYN27 a merge changes no input, gives a row of its schema and one version', () => {
    fc.assert(
      fc.property(rowAndUpdates(entity, 3), ({ row, changes }) => {
        deepFreeze(row);
        let state = row;
        for (const change of changes) {
          const merged = mergeChange(entity, deepFreeze(state), deepFreeze(change), CLOCK);
          expect(mergeChange(entity, structuredClone(state), structuredClone(change), CLOCK)).toEqual(merged);
          if (merged.kind === 'refused') throw new Error(merged.code);
          expect(merged.row.version).toBe(state.version + (merged.kind === 'changed' ? 1 : 0));
          expect(passes(entity, merged.row.data)).toEqual([]);
          state = merged.row;
        }
      }),
      seeded(30),
    );
  });

  test('SYN20 SYN24 SYN25 the difference applied is the other row, and the server makes the same of it, once', () => {
    const pair = madeRow(entity).chain((row) =>
      fc.record({
        row: fc.constant(row),
        after: editedData(entity, row.data),
        aheadMs: fc.constantFrom(-5_000_000, 1, 5_000),
      }),
    );
    fc.assert(
      fc.property(pair, ({ row, after, aheadMs }) => {
        const data = diffRow(entity, row.data, after);
        const change = {
          op: 'update' as const,
          baseVersion: row.version,
          data,
          hlc: hlcAt(NOW_MS + aheadMs, 'd'),
        };
        const seen = applyChange(entity, row.data, change);
        const settled = comparable(entity, row.data, after);
        expect(comparable(entity, row.data, seen)).toBe(settled);
        const merged = mergeChange(entity, row, change, CLOCK);
        if (merged.kind === 'refused') throw new Error(merged.code);
        expect(canonicalJson(merged.row.data)).toBe(canonicalJson(seen));
        const again = mergeChange(entity, merged.row, change, CLOCK);
        expect(again.kind === 'unchanged' && again.row).toBe(merged.row);
        expect(diffRow(entity, seen, seen)).toEqual({});
      }),
      seeded(100),
    );
  });

  test('SYN6 a deletion stands against every update that did not know of it', () => {
    fc.assert(
      fc.property(rowAndUpdates(entity, 2), ({ row, changes }) => {
        const deletion = { op: 'delete' as const, baseVersion: row.version, data: {}, hlc: hlcAt(1, 'slow') };
        for (const order of orders([deletion, ...changes])) {
          const end = fold(entity, row, order);
          expect([end.deleted, end.data]).toEqual([true, {}]);
        }
      }),
      seeded(15),
    );
  });

  test('SYN27 versions go up by one with what is taken, through deletion and return, and never otherwise', () => {
    fc.assert(
      fc.property(anyHistory(entity), fc.nat(9), (history, forgottenVersion) => {
        let row: RowState | undefined;
        for (const change of history) {
          // A row that is not there goes on where a forgotten one may have stood.
          const before = row?.version ?? Math.max(forgottenVersion, change.baseVersion ?? 0);
          const merged = mergeChange(entity, row, change, { ...CLOCK, forgottenVersion });
          if (merged.kind === 'refused') continue;
          if (merged.kind === 'changed') expect(merged.row.version).toBe(before + 1);
          else if (row !== undefined) expect(merged.row).toBe(row);
          else expect(merged.row).toMatchObject({ deleted: true, data: {} });
          if (merged.kind === 'changed') row = merged.row;
          expect(merged.row.deleted ? [] : passes(entity, merged.row.data)).toEqual([]);
        }
      }),
      seeded(40),
    );
  });

  test('SYN26 what the server derives is not taken, on whatever way it comes', () => {
    const derived = [...fieldsOf(entity)].filter(([, { policy }]) => policy.kind === 'server_derived');
    fc.assert(
      fc.property(rowData(entity), (data) => {
        const forged = { ...data, ...Object.fromEntries(derived.map(([name]) => [name, true])) };
        const id = entity.id === 'me' ? 'me' : 'row';
        const raw = { entityType: entity.type, id, op: 'create' as const, data: forged, hlc: hlcAt(1, 'd') };
        const valid = validateChange(SYNC_SCHEMA, raw, CLOCK);
        expect(valid.ok && valid.value.change.data).toEqual(data);
        const unchecked = { op: 'create' as const, baseVersion: undefined, data: forged, hlc: raw.hlc };
        const made = mergeChange(entity, undefined, unchecked, CLOCK);
        expect(made.kind === 'changed' && made.row.data).toEqual(data);
        expect(applyChange(entity, {}, unchecked)).toEqual(data);
      }),
      seeded(15),
    );
  });
});

/** A whole row in wire form, but for its counters. */
function restated(entity: EntityDefinition, data: RowData): RowData {
  const plain = [...fieldsOf(entity)].filter(
    ([name, { policy }]) => policy.kind !== 'counter' && policy.kind !== 'server_derived' && name in data,
  );
  return diffRow(entity, {}, Object.fromEntries(plain.map(([name]) => [name, data[name]])));
}

/** As a set has no order of its own, and a status that ended stays. */
function comparable(entity: EntityDefinition, before: RowData, data: RowData): string {
  const plain = [...fieldsOf(entity)].map(([name, { policy }]) => {
    if (policy.kind === 'monotonic')
      return [name, applyChange(entity, before, update({ [name]: data[name] }))[name]];
    return [name, policy.kind === 'merge_arrays' ? sorted(data[name]) : data[name]];
  });
  return canonicalJson(plain);
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);
const update = (data: RowData): RowChange => ({
  op: 'update',
  baseVersion: 1,
  data,
  hlc: hlcAt(NOW_MS, 'd'),
});

test('SYN9 what is added to a digest and subtracted leaves it as it was, in any order', () => {
  const hashes = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 10 });
  fc.assert(
    fc.property(hashes, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (rows, start) => {
      const sum = rows.reduce(addHash, start);
      expect([...rows].reverse().reduce(addHash, start)).toBe(sum);
      expect(rows.reduce(subtractHash, sum)).toBe(start);
      expect(formatHash(sum)).toMatch(/^[0-9a-f]{16}$/);
    }),
    seeded(100),
  );
  const hash = rowHash('a', 1, { title: 't', tags: ['x'] });
  expect(rowHash('a', 1, { tags: ['x'], title: 't' })).toBe(hash);
  expect(new Set([hash, rowHash('b', 1, {}), rowHash('a', 2, {}), rowHash('a', 1, {})]).size).toBe(4);
});

test('SYN2 any id becomes one row id, a UUID of its user and type', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(resolveRowId('u', 'goals', 'local-1')).toMatch(uuid);
  const others = ['u|goals|local-2', 'v|goals|local-1', 'u|products|local-1'].map((text) => {
    const [user = '', type = '', id = ''] = text.split('|');
    return resolveRowId(user, type, id);
  });
  expect(new Set([resolveRowId('u', 'goals', 'local-1'), ...others]).size).toBe(4);
  expect(resolveRowId('u', 'goals', '0198C6F0-0000-7000-8000-00000000000A')).toBe(
    '0198c6f0-0000-7000-8000-00000000000a',
  );
  expect(resolveRowId('u', 'user_settings', 'me')).toBe('me');
});
