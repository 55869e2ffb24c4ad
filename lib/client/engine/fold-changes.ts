import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { applyChange } from '../../sync/merge/apply-change.ts';
import { fieldsOf } from '../../sync/merge/fields.ts';
import type { RowChange, RowData } from '../../sync/merge/row.ts';
import { addToCounter, deltaOf, editSet, isObject, setEditOf } from '../../sync/merge/wire-forms.ts';
import type { PendingChange } from '../store/queue.ts';

export interface Folded {
  /** What is sent now of this row; undefined: nothing is, as the writes cancel each other. */
  readonly head: PendingChange | undefined;
  /** Completed with it: their writes are part of the head, or nothing is left of them. */
  readonly superseded: readonly string[];
}

/**
 * CLI5: the queued writes of one row, oldest first, as one change as far as they go together: updates become
 * one update, a creation with updates one creation, anything and a deletion the deletion, and a creation that
 * the server never saw and its deletion nothing. Writes that saw different versions stay apart, and so does
 * what follows a deletion: they wait for the answer. Pure.
 */
export function foldChanges(entity: EntityDefinition, pending: readonly PendingChange[]): Folded {
  const superseded: string[] = [];
  let head: PendingChange | undefined;
  for (const next of pending) {
    if (head === undefined) {
      head = next;
    } else if (cancels(head, next)) {
      superseded.push(head.requestId, next.requestId);
      head = undefined;
    } else {
      const change = foldTwo(entity, head.change, next.change);
      if (change === undefined) break;
      superseded.push(next.requestId);
      head = { ...head, change, isUncertain: head.isUncertain || next.isUncertain };
    }
  }
  return { head, superseded };
}

const cancels = (head: PendingChange, next: PendingChange): boolean =>
  head.change.op === 'create' &&
  head.change.baseVersion === undefined &&
  !head.isUncertain &&
  next.change.op === 'delete' &&
  next.change.baseVersion === undefined;

function foldTwo(entity: EntityDefinition, head: RowChange, next: RowChange): RowChange | undefined {
  if (head.op === 'delete' || next.op === 'create') return undefined;
  if (next.op === 'delete') return next;
  if (head.baseVersion !== next.baseVersion) return undefined;
  const data =
    head.op === 'create' ? applyChange(entity, head.data, next) : foldData(entity, head.data, next);
  return data === undefined ? undefined : { ...head, data, hlc: next.hlc };
}

function foldData(entity: EntityDefinition, head: RowData, next: RowChange): RowData | undefined {
  const folded: Record<string, unknown> = { ...head };
  for (const [name, sent] of Object.entries(next.data)) {
    const value = name in head ? foldField(entity, name, head[name], next) : sent;
    if (value === undefined) return undefined;
    folded[name] = value;
  }
  return folded;
}

/** Undefined: no one wire form says both. */
function foldField(entity: EntityDefinition, name: string, head: unknown, next: RowChange): unknown {
  const sent = next.data[name];
  switch (fieldsOf(entity).get(name)?.policy.kind) {
    case 'merge_arrays':
      return foldSets(head, sent);
    case 'counter':
      return foldCounters(head, sent);
    case 'shallow_merge':
      if (sent === null) return null;
      return isObject(head) && isObject(sent) ? { ...head, ...sent } : undefined;
    case undefined:
    case 'last_write_wins':
      return sent;
    default:
      return applyChange(entity, { [name]: head }, { ...next, data: { [name]: sent } })[name];
  }
}

function foldSets(head: unknown, sent: unknown): unknown {
  const before = setEditOf(head);
  const after = setEditOf(sent);
  if (after === undefined) return sent;
  if (before === undefined) return editSet(head, after, Number.POSITIVE_INFINITY);
  const added = new Set(after.add);
  const removed = new Set(after.remove);
  const add = [...(before.add ?? []).filter((one) => !removed.has(one) && !added.has(one)), ...added];
  const remove = [...(before.remove ?? []).filter((one) => !added.has(one) && !removed.has(one)), ...removed];
  return { ...(add.length > 0 ? { add } : {}), ...(remove.length > 0 ? { remove } : {}) };
}

function foldCounters(head: unknown, sent: unknown): unknown {
  const delta = deltaOf(sent);
  if (delta === undefined) return sent;
  const before = deltaOf(head);
  return before === undefined ? addToCounter(head, delta) : { delta: addToCounter(before, delta) };
}
