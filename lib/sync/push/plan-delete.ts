import { assertNever } from '../../core/assert.ts';
import { type ChildRelation, relationsOf } from '../merge/relation-graph.ts';
import type { Hlc, RowData } from '../merge/row.ts';
import type { RowKey, StoredRow } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { mergeForced } from './forced-merge.ts';
import type { PlanContext } from './plan-model.ts';
import type { Refused } from './plan-references.ts';
import { toStoredRow } from './stored-row.ts';

/** What goes with the parent first, so that it does not count where a deletion is refused. */
const ORDER = { cascade: 0, null: 1, restrict: 2 } as const;

/**
 * What becomes of the rows that refer to a row which goes: they go too, deepest first, or lose the reference,
 * or keep the row from going (`sync.delete_restricted`, with type and number). Writes them to the draft.
 */
export function planChildren(
  draft: Draft,
  context: PlanContext,
  parent: RowKey,
  hlc: Hlc,
): Refused | undefined {
  const relations = relationsOf(context.schema).children.get(parent.type) ?? [];
  const ordered = [...relations].sort((a, b) => ORDER[a.reference.onDelete] - ORDER[b.reference.onDelete]);
  for (const relation of ordered) {
    const refused = planRelation(draft, context, { parent, relation, hlc });
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function planRelation(
  draft: Draft,
  context: PlanContext,
  { parent, relation, hlc }: { readonly parent: RowKey; readonly relation: ChildRelation; readonly hlc: Hlc },
): Refused | undefined {
  const { type, field, reference } = relation;
  const children = draft.children(type, field, parent.id);
  switch (reference.onDelete) {
    case 'restrict':
      return children.length === 0 ? undefined : restrictedBy(type, children.length);
    case 'null':
      return firstOf(children, (child) =>
        writeChild(draft, context, child, { op: 'update', data: { [field]: null }, hlc }),
      );
    case 'cascade':
      return firstOf(
        children,
        (child) =>
          planChildren(draft, context, child, hlc) ??
          writeChild(draft, context, child, { op: 'delete', data: {}, hlc }),
      );
    default:
      return assertNever(reference.onDelete);
  }
}

function firstOf<Value>(
  values: readonly Value[],
  ask: (value: Value) => Refused | undefined,
): Refused | undefined {
  for (const value of values) {
    const refused = ask(value);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

const restrictedBy = (type: string, count: number): Refused => ({
  code: 'sync.delete_restricted',
  message: `${count} of ${type} refer to it`,
});

function writeChild(
  draft: Draft,
  context: PlanContext,
  found: StoredRow,
  write: { readonly op: 'update' | 'delete'; readonly data: RowData; readonly hlc: Hlc },
): Refused | undefined {
  const entity = context.schema.entities.get(found.type);
  // What goes with the parent may have changed under another relation already.
  const child = draft.row(found.type, found.id) ?? found;
  if (entity === undefined || child.state.deleted) return undefined;
  const merged = mergeForced(entity, child, write, context.nowMs);
  if (merged.kind === 'refused') return restrictedBy(child.type, 1);
  if (merged.kind === 'unchanged') return undefined;
  const authorship = { ...context, originDeviceId: null };
  draft.write(toStoredRow(entity, { id: child.id, state: merged.row, before: child }, authorship));
  return undefined;
}
