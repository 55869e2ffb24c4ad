import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { relationsOf } from '../merge/relation-graph.ts';
import { resolveRowId } from '../merge/row-id.ts';
import type { RowKey } from '../model.ts';
import { nameOf } from './known-rows.ts';
import { hasAliases } from './plan-references.ts';
import type { Task } from './write-model.ts';

/** Rows by name, and types of which any row counts. */
interface Led {
  readonly schema: SyncSchema;
  readonly names: Set<string>;
  readonly types: Set<string>;
}

/**
 * Which rows the plans of these tasks look at, before any row is read (SYN39): those that they name, by themselves
 * or as parents; all of a type whose rules look at other rows, whose rows go by other ids too, which refers to its
 * own, or which refers to what is deleted; and every row where a person decides, as only the conflict tells of which.
 */
export function rowsLedTo(
  schema: SyncSchema,
  userId: string,
  tasks: readonly Task[],
): (change: RowKey) => boolean {
  if (tasks.some(({ kind }) => kind === 'resolution')) return () => true;
  const led: Led = { schema, names: new Set(), types: new Set() };
  for (const task of tasks) if (task.kind === 'change') addChange(led, userId, task);
  return ({ type, id }) => led.types.has(type) || led.names.has(nameOf(type, id));
}

function addChange(
  { schema, names, types }: Led,
  userId: string,
  { entity, sentId, change }: Extract<Task, { readonly kind: 'change' }>,
): void {
  const add = (type: string, id: string) => names.add(nameOf(type, resolveRowId(userId, type, id)));
  add(entity.type, sentId);
  if (entity.rules.length > 0) types.add(entity.type);
  for (const [field, { to }] of Object.entries(entity.references)) {
    const parentId = change.data[field];
    if (typeof parentId !== 'string') continue;
    add(to, parentId);
    // A chain of parents comes back along references to the same type alone: the others have an order.
    if (to === entity.type || hasAliases(schema, to)) types.add(to);
  }
  if (change.op === 'delete') addChildTypes({ schema, names, types }, entity.type);
}

/** Whose rows refer to one of `type`, and to those that go with it. */
function addChildTypes({ schema, types }: Led, type: string): void {
  const open = new Set([type]);
  for (const parent of open) {
    for (const child of relationsOf(schema).children.get(parent) ?? []) {
      types.add(child.type);
      if (child.reference.onDelete === 'cascade') open.add(child.type);
    }
  }
}
