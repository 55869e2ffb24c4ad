import { describe, expect, test } from 'vitest';
import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { hlcAt, NOW_MS } from '../../../test/support/entity-arbitraries.ts';
import { samples, samplesWith } from '../../../test/support/sample-entity.ts';
import { applyChange } from './apply-change.ts';
import { mergeChange } from './merge-change.ts';
import type { ChangeOp, MergeOutcome, RowChange, RowData, RowState } from './row.ts';

const DAY_MS = 86_400_000;

const change = (op: ChangeOp, data: RowData, baseVersion: number | undefined, clock: string): RowChange => ({
  op,
  data,
  baseVersion,
  hlc: clock,
});
/** `at(5, 'B')`: five milliseconds after the row was made, on device B. */
const at = (ms: number, device: string): string => hlcAt(NOW_MS - 60_000 + ms, device);
const merge = (
  stored: RowState | undefined,
  sent: RowChange,
  entity: EntityDefinition = samples,
): MergeOutcome => mergeChange(entity, stored, sent, { nowMs: NOW_MS });

function rowOf(outcome: MergeOutcome): RowState {
  if (outcome.kind === 'refused') throw new Error(outcome.code);
  return outcome.row;
}
const made = (data: RowData = {}, entity: EntityDefinition = samples): RowState =>
  rowOf(merge(undefined, change('create', { name: 'n', ...data }, undefined, at(0, 'A')), entity));
/** The row after updates that all start from version 1. */
const raced = (start: RowData, ...updates: readonly (readonly [RowData, number, string])[]): MergeOutcome =>
  updates.reduce<MergeOutcome>(
    (outcome, [data, ms, device]) => merge(rowOf(outcome), change('update', data, 1, at(ms, device))),
    { kind: 'changed', row: made(start), conflict: undefined },
  );
const fieldOf = (outcome: MergeOutcome, field: string): unknown => rowOf(outcome).data[field];

describe('fields', () => {
  test('SYN3 last_write_wins: the later clock, whoever comes first, and then the greater device', () => {
    expect(fieldOf(raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'c' }, 4, 'C']), 'name')).toBe('b');
    expect(fieldOf(raced({}, [{ name: 'c' }, 4, 'C'], [{ name: 'b' }, 5, 'B']), 'name')).toBe('b');
    expect(fieldOf(raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'c' }, 5, 'C']), 'name')).toBe('c');
    expect(fieldOf(raced({}, [{ name: 'c' }, 5, 'C'], [{ name: 'b' }, 5, 'B']), 'name')).toBe('c');
  });

  test('SYN3 a conflict says where both sides differ and who had their way', () => {
    const lost = raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'c' }, 4, 'C']);
    expect(lost).toMatchObject({ kind: 'unchanged', conflict: { outcome: 'server_wins', fields: ['name'] } });
    const won = raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'c', local: 'x' }, 6, 'C']);
    expect(won).toMatchObject({
      kind: 'changed',
      conflict: { outcome: 'merged', fields: ['local', 'name'], policy: 'merge' },
    });
    expect(raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'b' }, 6, 'C']).kind).toBe('changed');
    expect(raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'b' }, 6, 'C'])).toMatchObject({
      conflict: undefined,
    });
  });

  test('SYN3 a device is in no conflict with its own earlier writes', () => {
    const outcome = raced({}, [{ name: 'b' }, 5, 'B'], [{ name: 'c' }, 6, 'B']);
    expect(outcome).toMatchObject({ kind: 'changed', conflict: undefined });
    expect(fieldOf(outcome, 'name')).toBe('c');
  });

  test('SYN3 local_wins and server_wins: the change, and what is stored, unless the writer knew it', () => {
    expect(fieldOf(raced({}, [{ local: 'b' }, 5, 'B'], [{ local: 'c' }, 4, 'C']), 'local')).toBe('c');
    expect(fieldOf(raced({}, [{ server: 'b' }, 5, 'B'], [{ server: 'c' }, 6, 'C']), 'server')).toBe('b');
    expect(fieldOf(raced({ server: 'a' }, [{ server: 'b' }, 5, 'B']), 'server')).toBe('b');
  });

  test('SYN3 server_if_local_null and local_if_server_null: the one, unless it is null', () => {
    expect(
      fieldOf(raced({}, [{ unlessNull: 'b' }, 5, 'B'], [{ unlessNull: 'c' }, 4, 'C']), 'unlessNull'),
    ).toBe('c');
    expect(
      fieldOf(raced({}, [{ unlessNull: 'b' }, 5, 'B'], [{ unlessNull: null }, 6, 'C']), 'unlessNull'),
    ).toBe('b');
    expect(fieldOf(raced({}, [{ ifMissing: 'b' }, 5, 'B'], [{ ifMissing: 'c' }, 6, 'C']), 'ifMissing')).toBe(
      'b',
    );
    expect(fieldOf(raced({}, [{ ifMissing: null }, 5, 'B'], [{ ifMissing: 'c' }, 4, 'C']), 'ifMissing')).toBe(
      'c',
    );
  });

  test('SYN3 max_value and min_value hold among writes that did not know of each other', () => {
    expect(fieldOf(raced({ most: 1 }, [{ most: 7 }, 5, 'B'], [{ most: 4 }, 6, 'C']), 'most')).toBe(7);
    expect(fieldOf(raced({ most: 1 }, [{ most: 4 }, 6, 'C'], [{ most: 7 }, 5, 'B']), 'most')).toBe(7);
    expect(fieldOf(raced({ least: 9 }, [{ least: 4 }, 5, 'B'], [{ least: 7 }, 6, 'C']), 'least')).toBe(4);
    expect(fieldOf(raced({ most: 9 }, [{ most: 2 }, 5, 'B']), 'most')).toBe(2);
    expect(fieldOf(raced({ most: 1 }, [{ most: 7 }, 5, 'B'], [{ most: null }, 6, 'C']), 'most')).toBe(7);
  });

  test('SYN3 merge_arrays: elements by their own clocks, in the order in which they came', () => {
    const both = raced(
      { tags: ['b', 'a'] },
      [{ tags: { add: ['x'] } }, 5, 'B'],
      [{ tags: { remove: ['b'] } }, 4, 'C'],
    );
    expect(fieldOf(both, 'tags')).toEqual(['a', 'x']);
    const back = raced(
      { tags: ['a'] },
      [{ tags: { remove: ['a'] } }, 5, 'B'],
      [{ tags: { add: ['a', 'c'] } }, 4, 'C'],
    );
    expect(fieldOf(back, 'tags')).toEqual(['c']);
  });

  test('SYN3 a whole list replaces what its writer knew, and removes nothing that came in between', () => {
    expect(fieldOf(raced({ tags: ['a', 'b'] }, [{ tags: ['c', 'a'] }, 5, 'B']), 'tags')).toEqual(['c', 'a']);
    const late = raced({ tags: ['a'] }, [{ tags: { add: ['b'] } }, 5, 'B'], [{ tags: ['c'] }, 6, 'C']);
    expect(fieldOf(late, 'tags')).toEqual(['a', 'b', 'c']);
    expect(fieldOf(raced({ tags: ['a'] }, [{ tags: null }, 5, 'B']), 'tags')).toEqual([]);
  });

  test('SYN23 a set that outgrows its limit loses the oldest, and they stay away', () => {
    const full = raced(
      { tags: ['a', 'b'] },
      [{ tags: { add: ['x'] } }, 5, 'B'],
      [{ tags: { add: ['y'] } }, 4, 'C'],
    );
    expect(fieldOf(full, 'tags')).toEqual(['b', 'y', 'x']);
    const stale = merge(rowOf(full), change('update', { tags: { add: ['a'] } }, 1, at(-1, 'D')));
    expect(fieldOf(stale, 'tags')).toEqual(['b', 'y', 'x']);
  });

  test('SYN24 a writer sees which elements go, as the server will have it', () => {
    const row = made({ tags: ['a', 'b', 'c'] });
    const sent = change('update', { tags: { add: ['x', 'y'] } }, 1, at(1, 'B'));
    expect(applyChange(samples, row.data, sent)['tags']).toEqual(['c', 'x', 'y']);
    expect(fieldOf(merge(row, sent), 'tags')).toEqual(['c', 'x', 'y']);
  });

  test('SYN3 elements removed before the horizon are forgotten, and no field keeps more than it can use', () => {
    let row = made({ tags: ['a'] });
    for (let index = 0; index < 40; index += 1) {
      const edit = { tags: { add: [`n${index}`], remove: [`n${index - 1}`] } };
      row = rowOf(merge(row, change('update', edit, row.version, at(index, 'B'))));
    }
    expect(Object.keys(row.elements['tags'] ?? {}).length).toBe(6);
    const later = mergeChange(
      samples,
      row,
      change('update', { tags: { add: ['z'] } }, row.version, at(99, 'B')),
      {
        nowMs: NOW_MS + 91 * DAY_MS,
      },
    );
    expect(Object.keys(rowOf(later).elements['tags'] ?? {}).sort()).toEqual(['a', 'n39', 'z']);
  });

  test('SYN3 shallow_merge: keys by their own clocks, and null removes one', () => {
    const both = raced({ marks: { a: 1 } }, [{ marks: { b: 2 } }, 5, 'B'], [{ marks: { a: null } }, 4, 'C']);
    expect(fieldOf(both, 'marks')).toEqual({ b: 2 });
    const same = raced({ marks: { a: 1 } }, [{ marks: { a: 2 } }, 5, 'B'], [{ marks: { a: 3 } }, 4, 'C']);
    expect(fieldOf(same, 'marks')).toEqual({ a: 2 });
    expect(fieldOf(raced({ marks: { a: 1 } }, [{ marks: null }, 5, 'B']), 'marks')).toEqual({});
    const fromNothing = raced({}, [{ marks: { constructor: 1 } }, 5, 'B']);
    expect(fieldOf(fromNothing, 'marks')).toEqual({ constructor: 1 });
  });

  test('SYN23 an object that outgrows its limit: refused of one writer, the oldest key lost among several', () => {
    const outcome = merge(
      made({ marks: { a: 1, b: 1 } }),
      change('update', { marks: { c: 1 } }, 1, at(1, 'B')),
    );
    expect(outcome).toMatchObject({ kind: 'refused', code: 'sync.invalid_data' });
    const both = raced({ marks: { a: 1 } }, [{ marks: { b: 2 } }, 5, 'B'], [{ marks: { c: 3 } }, 4, 'C']);
    expect(fieldOf(both, 'marks')).toEqual({ b: 2, c: 3 });
  });

  test('SYN3 monotonic: what ended stays as it ended first, and what is held may go on', () => {
    const ends = [{ status: 'done' }, { status: 'dropped' }] as const;
    for (const [first, second] of [ends, [...ends].reverse()]) {
      const atFour = first === ends[0] ? 4 : 5;
      const outcome = raced({ status: 'open' }, [first ?? {}, atFour, 'B'], [second ?? {}, 9 - atFour, 'C']);
      expect(fieldOf(outcome, 'status')).toBe('done');
    }
    const held = made({ status: 'held' });
    expect(fieldOf(merge(held, change('update', { status: 'open' }, 1, at(1, 'B'))), 'status')).toBe('open');
    const back = merge(made({ status: 'done' }), change('update', { status: 'open' }, 1, at(1, 'B')));
    expect(back).toMatchObject({
      kind: 'unchanged',
      conflict: { outcome: 'server_wins', fields: ['status'] },
    });
  });

  test('SYN3 counter: deltas add up in decimals, each once', () => {
    const outcome = raced(
      { left: 10 },
      [{ left: { delta: -0.1 } }, 5, 'B'],
      [{ left: { delta: -0.2 } }, 4, 'C'],
    );
    expect(fieldOf(outcome, 'left')).toBe(9.7);
    const again = merge(rowOf(outcome), change('update', { left: { delta: -0.1 } }, 3, at(5, 'B')));
    expect(again).toMatchObject({ kind: 'unchanged', conflict: undefined });
  });

  test('SYN3 a counter remembers the devices that counted last, and not all there ever were', () => {
    let row = made({ left: 0 });
    for (let index = 0; index < 210; index += 1) {
      row = rowOf(merge(row, change('update', { left: { delta: 0.25 } }, 1, at(index, `d${index}`))));
    }
    expect(row.data['left']).toBe(52.5);
    const known = Object.keys(row.elements['left'] ?? {});
    expect([known.length, known.includes('d209'), known.includes('A')]).toEqual([200, true, false]);
  });

  test('SYN3 a whole number of a counter is taken where nothing came in between, and else refused', () => {
    expect(fieldOf(raced({ left: 10 }, [{ left: 4 }, 5, 'B']), 'left')).toBe(4);
    expect(raced({ left: 10 }, [{ left: { delta: -1 } }, 5, 'B'], [{ left: 4 }, 6, 'C'])).toMatchObject({
      kind: 'refused',
      code: 'sync.delta_required',
    });
    const twin = merge(made({ left: 10 }), change('create', { name: 'n', left: 20 }, undefined, at(5, 'B')));
    expect(fieldOf(twin, 'left')).toBe(10);
  });

  test('SYN23 a counter that would leave its bounds is refused', () => {
    const outcome = raced({ left: -90 }, [{ left: { delta: -20 } }, 5, 'B']);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'sync.invalid_data' });
  });

  test('SYN28 who knew a value overwrites it with whatever clock, and others see the later one', () => {
    const outcome = raced({}, [{ name: 'b' }, -50_000_000_000, 'B']);
    expect(fieldOf(outcome, 'name')).toBe('b');
    expect(rowOf(outcome).stamps['name']?.hlc).toBe(hlcAt(NOW_MS - 60_000, 'B', 1));
    const ahead = raced({}, [{ name: 'b' }, 400_000, 'B']);
    expect(rowOf(ahead).stamps['name']?.hlc).toBe(hlcAt(NOW_MS, 'B'));
  });
});

describe('rows', () => {
  const DELETE = (base: number | undefined) => change('delete', {}, base, at(3, 'B'));

  test('SYN6 a deletion wins over what it did not know, and is told', () => {
    const row = rowOf(raced({}, [{ name: 'b' }, 5, 'C']));
    expect(merge(row, DELETE(1))).toMatchObject({
      kind: 'changed',
      row: { version: 3, deleted: true, data: {}, elements: {} },
      conflict: { outcome: 'client_wins', fields: ['deleted'] },
    });
    expect(merge(row, DELETE(2))).toMatchObject({ kind: 'changed', conflict: undefined });
  });

  test('SYN6 the deletion of what is gone or never was succeeds', () => {
    expect(merge(undefined, DELETE(4))).toMatchObject({
      kind: 'unchanged',
      row: { version: 0, deleted: true },
    });
    const tombstone = rowOf(merge(made(), DELETE(1)));
    expect(merge(tombstone, DELETE(1))).toEqual({ kind: 'unchanged', row: tombstone, conflict: undefined });
  });

  test('SYN6 an update brings back the tombstone that it knew, whole, and no other', () => {
    const tombstone = rowOf(merge(made({ tags: ['a'] }), DELETE(1)));
    expect(merge(tombstone, change('update', { name: 'x' }, 2, at(4, 'C')))).toMatchObject({
      kind: 'changed',
      row: { version: 3, deleted: false, data: { name: 'x' } },
    });
    expect(merge(tombstone, change('update', { local: 'x' }, 2, at(4, 'C')))).toMatchObject({
      code: 'sync.invalid_data',
    });
    expect(merge(tombstone, change('update', { name: 'x' }, 1, at(9, 'C')))).toMatchObject({
      kind: 'unchanged',
      conflict: { outcome: 'server_wins', fields: ['deleted'] },
    });
  });

  test('SYN6 SYN28 trap 11: a deletion says the version that it knew, and a blind one is a conflict', () => {
    const row = rowOf(raced({}, [{ name: 'b' }, 5, 'C']));
    expect(merge(row, DELETE(row.version))).toMatchObject({ conflict: undefined });
    expect(merge(row, DELETE(undefined))).toMatchObject({ conflict: { fields: ['deleted'] } });
    const tombstone = rowOf(merge(row, DELETE(row.version)));
    expect(tombstone.version).toBe(3);
    // Whoever brings it back and is deleted again is not stopped by versions that began anew.
    const returned = rowOf(merge(tombstone, change('update', { name: 'x' }, 3, at(9, 'C'))));
    expect(merge(returned, DELETE(3))).toMatchObject({ conflict: { outcome: 'client_wins' } });
  });

  test('SYN21 trap 12: stock that was used stays used, and no order of arrival decides', () => {
    const inventory = SYNC_SCHEMA.entities.get('inventory_items');
    if (inventory === undefined) throw new Error('no inventory');
    const start = rowOf(
      merge(
        undefined,
        change('create', { productId: 'p', quantityRemaining: 10 }, undefined, at(0, 'A')),
        inventory,
      ),
    );
    const uses = [
      change('update', { quantityRemaining: { delta: -3 } }, 1, at(5, 'B')),
      change('update', { quantityRemaining: { delta: -4 } }, 1, at(4, 'C')),
    ];
    for (const order of [uses, [...uses].reverse()]) {
      const end = order.reduce((row, use) => rowOf(merge(row, use, inventory)), start);
      expect(end.data['quantityRemaining']).toBe(3);
    }
  });

  test('SYN6 an update of a row that is not there makes it, or is refused, as the entity says', () => {
    const data = { name: 'x', tags: { add: ['a'] }, left: { delta: 2 } };
    const whole = change('update', data, undefined, at(1, 'B'));
    expect(merge(undefined, whole)).toMatchObject({
      kind: 'changed',
      row: { version: 1, data: { name: 'x', tags: ['a'], left: 2 } },
    });
    expect(merge(undefined, change('update', { local: 'x' }, 0, at(1, 'B')))).toMatchObject({
      code: 'sync.row_missing',
    });
    expect(merge(undefined, whole, samplesWith({ onMissing: 'refuse' }))).toMatchObject({
      code: 'sync.row_missing',
    });
  });

  test('SYN6 a row that is not there is made behind what was forgotten and behind its base', () => {
    const create = (base: number | undefined) => change('create', { name: 'x' }, base, at(1, 'B'));
    const madeAt = (base: number | undefined, forgottenVersion: number) =>
      rowOf(mergeChange(samples, undefined, create(base), { nowMs: NOW_MS, forgottenVersion }));
    expect(madeAt(undefined, 0).version).toBe(1);
    expect(madeAt(undefined, 4)).toMatchObject({ version: 5, stamps: { name: { version: 5 } } });
    expect([madeAt(2, 4).version, madeAt(6, 4).version]).toEqual([5, 7]);
    expect(Number.isSafeInteger(madeAt(Number.MAX_SAFE_INTEGER, 4).version + 1)).toBe(true);
  });

  test('SYN6 an update that knew a row which is not there finds it deleted, as a whole row too', () => {
    for (const entity of [samples, samplesWith({ onMissing: 'refuse' }), samplesWith({ policy: 'manual' })]) {
      const late = change('update', { name: 'x' }, 3, at(1, 'B'));
      expect(mergeChange(entity, undefined, late, { nowMs: NOW_MS, forgottenVersion: 5 })).toMatchObject({
        kind: 'unchanged',
        row: { version: 5, deleted: true, data: {} },
        conflict: { outcome: 'server_wins', fields: ['deleted'] },
      });
    }
    expect(merge(undefined, DELETE(3))).toMatchObject({
      kind: 'unchanged',
      row: { version: 0 },
      conflict: undefined,
    });
  });

  test('SYN3 a create of a row that is there is an update of what it sends', () => {
    const twin = merge(made({ local: 'a' }), change('create', { name: 'x' }, undefined, at(5, 'B')));
    expect(twin).toMatchObject({ kind: 'changed', row: { version: 2, data: { name: 'x', local: 'a' } } });
    expect(twin).toMatchObject({ conflict: { outcome: 'merged', fields: ['name'] } });
  });

  test.each([
    ['a value that is there', { name: 'n' }, { name: 'late' }],
    ['the greatest value that is there', { most: 3 }, { most: 1 }],
    ['a key with its value', { marks: { a: 1 } }, { marks: { a: 2 } }],
    ['a key that is not there', { marks: { b: null } }, { marks: { b: 2 } }],
    ['an element that is there', { tags: { add: ['a'] } }, { tags: { remove: ['a'] } }],
    ['an element that is not there', { tags: { remove: ['b'] } }, { tags: { add: ['b'] } }],
  ])(
    'SYN21 an update without a version says %s, and no earlier one undoes it in any order',
    (_, blind, late) => {
      const start = made({ most: 3, marks: { a: 1 }, tags: ['a'] });
      const updates = [change('update', blind, undefined, at(5, 'B')), change('update', late, 1, at(4, 'C'))];
      for (const order of [updates, updates.toReversed()]) {
        const end = order.reduce((row, sent) => rowOf(merge(row, sent)), start);
        expect(end.data).toEqual(start.data);
        for (const sent of order) expect(merge(end, sent)).toMatchObject({ kind: 'unchanged', row: end });
      }
    },
  );

  test('SYN2 a version from the future is refused', () => {
    expect(merge(made(), change('update', { name: 'x' }, 2, at(5, 'B')))).toMatchObject({
      code: 'sync.base_from_future',
    });
  });

  test.each([
    ['server_wins', 'unchanged', 'server_wins', 9],
    ['client_wins', 'changed', 'client_wins', 1],
    ['manual', 'unchanged', 'manual', 9],
    ['last_write_wins', 'changed', 'client_wins', 9],
    ['last_write_wins', 'unchanged', 'server_wins', 1],
  ] as const)('SYN3 %s settles the row as a whole: %s', (policy, kind, outcome, ms) => {
    const entity = samplesWith({ policy });
    const row = rowOf(merge(made({}, entity), change('update', { name: 'b' }, 1, at(5, 'B')), entity));
    const sent = change('update', { local: 'c' }, 1, at(ms, 'C'));
    expect(merge(row, sent, entity)).toMatchObject({
      kind,
      conflict: { outcome, fields: ['local'], policy },
    });
    expect(merge(row, { ...sent, baseVersion: 2 }, entity)).toMatchObject({
      kind: 'changed',
      conflict: undefined,
    });
    const deletion = merge(row, DELETE(1), entity);
    expect(deletion.kind).toBe(policy === 'server_wins' || policy === 'manual' ? 'unchanged' : 'changed');
  });

  test('SYN3 append_only: made once, the same again is no change, and nothing else is taken', () => {
    const entity = samplesWith({ policy: 'append_only' });
    const row = made({}, entity);
    const again = change('create', { name: 'n' }, undefined, at(0, 'A'));
    expect(merge(row, again, entity)).toMatchObject({ kind: 'unchanged', conflict: undefined });
    for (const other of [
      { ...again, data: { name: 'x' } },
      change('update', { name: 'n' }, 1, at(1, 'A')),
      DELETE(1),
    ]) {
      expect(merge(row, other, entity)).toMatchObject({ code: 'sync.append_only' });
    }
    expect(merge(undefined, change('update', { name: 'n' }, 1, at(1, 'A')), entity)).toMatchObject({
      code: 'sync.row_missing',
    });
  });

  test('SYN23 a row whose check fails is refused of one writer, and stands where two made it so', () => {
    const entity = samplesWith({
      check: ({ most, least }) => (Number(most) < Number(least) ? 'crossed' : undefined),
    });
    const row = made({ most: 5, least: 1 }, entity);
    expect(merge(row, change('update', { most: 0 }, 1, at(1, 'B')), entity)).toMatchObject({
      code: 'sync.invalid_data',
      message: 'crossed',
    });
    const other = rowOf(merge(row, change('update', { least: 4 }, 1, at(1, 'B')), entity));
    expect(merge(other, change('update', { most: 3 }, 1, at(2, 'C')), entity)).toMatchObject({
      kind: 'unchanged',
      conflict: { outcome: 'server_wins', fields: ['most'] },
    });
    expect(
      merge(undefined, change('create', { name: 'n', most: 0, least: 1 }, undefined, at(0, 'A')), entity),
    ).toMatchObject({ code: 'sync.invalid_data' });
  });

  test('SYN1 SYN23 a row that would be too large is refused', () => {
    const row = made({ free: 'x'.repeat(40_000) });
    const grown = change('update', { unlessNull: 'é', free: 'é'.repeat(32_000) }, 1, at(1, 'B'));
    expect(merge(row, grown)).toMatchObject({ code: 'sync.row_too_large' });
  });

  test('SYN3 a merge of its own runs on what the fields came to', () => {
    const entity = samplesWith({
      refine: (merged, stored) => ({ ...merged, local: `${stored['name']}>${merged['name']}` }),
    });
    const outcome = merge(made({}, entity), change('update', { name: 'x' }, 1, at(1, 'B')), entity);
    expect(fieldOf(outcome, 'local')).toBe('n>x');
  });
});
