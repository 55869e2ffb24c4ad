import type { EntityDefinition, FieldPolicy } from '../../../contracts/sync/entity.ts';
import { fieldsOf } from './fields.ts';
import type { RowChange, RowData } from './row.ts';
import {
  addToCounter,
  DEFAULT_MAX_ELEMENT_COUNT,
  deltaOf,
  editMonotonic,
  editSet,
  patchObject,
  setEditOf,
  textsOf,
} from './wire-forms.ts';

/**
 * The data of a row as its writer sees them after `change`: what the server makes of it where nothing came in
 * between. A deleted row has none. Fields that the server derives stay as they are.
 */
export function applyChange(entity: EntityDefinition, data: RowData, change: RowChange): RowData {
  if (change.op === 'delete') return {};
  const fields = fieldsOf(entity);
  const next: Record<string, unknown> = { ...data };
  for (const [name, sent] of Object.entries(change.data)) {
    const policy = fields.get(name)?.policy;
    if (policy !== undefined && policy.kind !== 'server_derived')
      next[name] = applyField(policy, data[name], sent);
  }
  return entity.refine === undefined ? next : entity.refine(next, data);
}

/** One field of it. */
export function applyField(policy: FieldPolicy, value: unknown, sent: unknown): unknown {
  switch (policy.kind) {
    case 'merge_arrays': {
      const setEdit = setEditOf(sent);
      if (setEdit === undefined) return textsOf(sent);
      return editSet(value, setEdit, policy.maxCount ?? DEFAULT_MAX_ELEMENT_COUNT);
    }
    case 'shallow_merge':
      return patchObject(value, sent);
    case 'counter': {
      const delta = deltaOf(sent);
      return delta === undefined ? sent : addToCounter(value, delta);
    }
    case 'monotonic':
      return editMonotonic(policy.ranks, value, sent);
    default:
      return sent;
  }
}
