import type { EntityDefinition, FieldPolicy } from '../../../contracts/sync/entity.ts';
import { fieldsOf } from './fields.ts';
import type { RowData } from './row.ts';
import { isObject, roundCounter, sameValue, textsOf } from './wire-forms.ts';

/**
 * What an update sends so that `before` becomes `after`: changed fields only, sets as {add, remove}, counters
 * as {delta}, objects as their changed keys with null for those removed; null for a field that is gone. Empty
 * when nothing changed. The order of a set is no change. Fields that the server derives are left out.
 */
export function diffRow(entity: EntityDefinition, before: RowData, after: RowData): RowData {
  const changed: Record<string, unknown> = {};
  for (const [name, { policy }] of fieldsOf(entity)) {
    if (policy.kind === 'server_derived' || sameValue(before[name], after[name])) continue;
    const next = after[name] ?? null;
    if (next === null && (before[name] ?? null) === null && after[name] === undefined) continue;
    const sent = diffField(policy, before[name], next);
    if (sent !== undefined) changed[name] = sent;
  }
  return changed;
}

function diffField(policy: FieldPolicy, before: unknown, after: unknown): unknown {
  switch (policy.kind) {
    case 'merge_arrays':
      return diffSet(before, textsOf(after));
    case 'counter':
      if (typeof after !== 'number') return after;
      return { delta: roundCounter(after - (typeof before === 'number' ? before : 0)) };
    case 'shallow_merge':
      return diffObject(before, isObject(after) ? after : {});
    default:
      return after;
  }
}

function diffSet(before: unknown, after: readonly string[]): unknown {
  const had = new Set(textsOf(before));
  const has = new Set(after);
  const add = after.filter((element) => !had.has(element));
  const remove = [...had].filter((element) => !has.has(element));
  if (add.length === 0 && remove.length === 0) return Array.isArray(before) ? undefined : { add };
  return { ...(add.length > 0 ? { add } : {}), ...(remove.length > 0 ? { remove } : {}) };
}

function diffObject(before: unknown, after: Readonly<Record<string, unknown>>): unknown {
  const had = new Map(isObject(before) ? Object.entries(before) : []);
  const patch = new Map(Object.entries(after).filter(([key, part]) => !sameValue(had.get(key), part)));
  for (const key of had.keys()) if (!Object.hasOwn(after, key)) patch.set(key, null);
  return patch.size === 0 && isObject(before) ? undefined : Object.fromEntries(patch);
}
