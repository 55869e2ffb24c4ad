import fc from 'fast-check';
import type { EntityDefinition, FieldDefinition } from '../../contracts/sync/entity.ts';
import { diffRow } from '../../lib/sync/merge/diff-row.ts';
import { fieldsOf } from '../../lib/sync/merge/fields.ts';
import { mergeChange } from '../../lib/sync/merge/merge-change.ts';
import type { RowChange, RowData, RowState } from '../../lib/sync/merge/row.ts';

/** 2026-11-21T13:00:00Z: the clock of every merge here. */
export const NOW_MS = 1_795_266_000_000;
const BASE_MS = NOW_MS - 3_600_000;
const WORDS = ['a', 'b', 'c', 'constructor', '__proto__', '7'];
const INSTANTS = ['2026-11-20T08:00:00Z', '2026-11-21T09:30:00+02:00', '2026-11-21T10:00:00.500Z'];
const IDS = ['0198c6f0-0000-7000-8000-000000000001', '0198c6f0-0000-7000-8000-000000000002'];

export const hlcAt = (ms: number, deviceId: string, counter = 0): string =>
  `${String(ms).padStart(13, '0')}-${counter.toString(16).padStart(4, '0')}-${deviceId}`;

interface SchemaFacts {
  readonly type: string;
  readonly format?: string;
  readonly entries?: Readonly<Record<string, string>>;
}

/** Few values each, so that devices meet in the same ones. */
function fieldValue({ schema, policy }: FieldDefinition): fc.Arbitrary<unknown> {
  const { def } = schema._zod as unknown as { readonly def: SchemaFacts };
  const facts = schema._zod.bag as { readonly minimum?: number; readonly format?: string };
  if (policy.kind === 'shallow_merge')
    return fc.dictionary(fc.constantFrom(...WORDS), fc.nat(3), { maxKeys: 4 });
  switch (def.type) {
    case 'array':
      return fc.uniqueArray(fc.constantFrom(...WORDS), { maxLength: 5 });
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc
        .constantFrom(0, 1)
        .map((value) => Math.max(value, facts.minimum ?? 0))
        .chain((value) =>
          policy.kind === 'counter' ? fc.nat(1_000).map((cents) => cents / 100) : fc.constant(value),
        );
    case 'string':
      return textOf(schema);
    default:
      throw new Error(`no values of ${def.type}`);
  }
}

function textOf(schema: FieldDefinition['schema']): fc.Arbitrary<string> {
  const pool = [...WORDS, ...INSTANTS, '2026-11-21', ...IDS].filter((text) => schema.safeParse(text).success);
  return fc.constantFrom(...pool);
}

const clientFields = (entity: EntityDefinition): readonly [string, FieldDefinition][] =>
  [...fieldsOf(entity)].filter(([, { policy }]) => policy.kind !== 'server_derived');

/** Data of a row that is right: required fields, and some of the others. */
export function rowData(entity: EntityDefinition): fc.Arbitrary<RowData> {
  const fields = clientFields(entity);
  const values = Object.fromEntries(fields.map(([name, field]) => [name, fieldValue(field)]));
  const requiredKeys = fields.filter(([, { required }]) => required === true).map(([name]) => name);
  return fc.record(values, { requiredKeys });
}

/** `data` with other values in some fields; null clears scalars that need not be there. */
export function editedData(entity: EntityDefinition, data: RowData): fc.Arbitrary<RowData> {
  const PLAIN = new Set(['last_write_wins', 'server_wins', 'max_value']);
  const values = Object.fromEntries(
    clientFields(entity).map(([name, field]) => {
      const clears = field.required !== true && PLAIN.has(field.policy.kind);
      return [name, clears ? fc.option(fieldValue(field), { freq: 5 }) : fieldValue(field)];
    }),
  );
  return fc.record(values, { requiredKeys: [] }).map((edits) => ({ ...data, ...edits }));
}

/** A row that one device made. */
export function madeRow(entity: EntityDefinition): fc.Arbitrary<RowState> {
  return rowData(entity).map((data) => {
    const hlc = hlcAt(BASE_MS, 'maker');
    const made = mergeChange(
      entity,
      undefined,
      { op: 'create', baseVersion: undefined, data, hlc },
      { nowMs: NOW_MS },
    );
    if (made.kind !== 'changed') throw new Error(`not made: ${JSON.stringify(made)}`);
    return made.row;
  });
}

/** Edits of one row by as many devices, none of which knows of the others; all clocks differ. */
export function concurrentUpdates(
  entity: EntityDefinition,
  row: RowState,
  count: number,
): fc.Arbitrary<readonly RowChange[]> {
  const times = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count });
  const edits = fc.array(editedData(entity, row.data), { minLength: count, maxLength: count });
  return fc.tuple(times, edits).map(([offsets, rows]) =>
    rows.map((after, index) => ({
      op: 'update' as const,
      baseVersion: row.version,
      data: diffRow(entity, row.data, after),
      hlc: hlcAt(BASE_MS + (offsets[index] ?? 0), `device-${index}`),
    })),
  );
}

/** Any writes by three devices, each from a version that may long be gone; none is known to be right. */
export function anyHistory(entity: EntityDefinition): fc.Arbitrary<readonly RowChange[]> {
  const change = fc.record({
    op: fc.constantFrom('create' as const, 'update' as const, 'update' as const, 'delete' as const),
    baseVersion: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    data: rowData(entity).chain((before) =>
      editedData(entity, before).map((after) => diffRow(entity, before, after)),
    ),
    whole: rowData(entity),
    at: fc.integer({ min: -9, max: 400_000 }),
    device: fc.constantFrom('a', 'b', 'c'),
  });
  return fc.array(change, { maxLength: 12 }).map((changes) =>
    changes.map(({ op, baseVersion, data, whole, at, device }) => ({
      op,
      baseVersion,
      data: op === 'delete' ? {} : op === 'create' ? whole : { ...whole, ...data },
      hlc: hlcAt(NOW_MS + at, device),
    })),
  );
}
