import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { relationsOf } from '../merge/relation-graph.ts';
import type { RowData } from '../merge/row.ts';
import type { RowKey } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { storedFor } from './plan-change.ts';
import type { PlanContext } from './plan-model.ts';
import { resolveKey, resolveReferences } from './plan-references.ts';
import { twinOf } from './plan-rules.ts';
import type { Task } from './write-model.ts';

/**
 * Asks for what the plans of these tasks will look at, as far as it can be told from what is known: all of it
 * is read at once, link by link where rows lead to rows. What shows itself later the plan asks for itself.
 */
export function askAhead(draft: Draft, context: PlanContext, tasks: readonly Task[]): void {
  const asked = new Set<string>();
  for (const task of tasks) {
    if (task.kind === 'change') askForChange(draft, context, task, asked);
    if (task.kind === 'resolution') {
      const record = draft.conflict(task.resolution.conflictId);
      if (record !== undefined) draft.row(record.type, record.id);
    }
  }
}

function askForChange(
  draft: Draft,
  context: PlanContext,
  task: Extract<Task, { readonly kind: 'change' }>,
  asked: Set<string>,
): void {
  const { entity, sentId, change } = task;
  const key = resolveKey(draft, context, entity.type, sentId);
  const stored = storedFor(draft, context, task, key);
  const resolved = resolveReferences(draft, context, { entity, id: key.id }, change.data);
  if (change.op === 'create') twinOf(draft, entity, change.data);
  if (change.op === 'delete') askForChildren(draft, context, key, asked);
  if (resolved.ok) askForGroups(draft, entity, { ...stored?.state.data, ...resolved.value });
}

/** The rows that go with a row, and those that go with them. */
function askForChildren(draft: Draft, context: PlanContext, parent: RowKey, asked: Set<string>): void {
  const name = `${parent.type}#${parent.id}`;
  if (asked.has(name)) return;
  asked.add(name);
  for (const { type, field, reference } of relationsOf(context.schema).children.get(parent.type) ?? []) {
    const children = draft.children(type, field, parent.id);
    if (reference.onDelete !== 'cascade') continue;
    for (const child of children) askForChildren(draft, context, child, asked);
  }
}

function askForGroups(draft: Draft, entity: EntityDefinition, data: RowData): void {
  for (const rule of entity.rules) {
    if (rule.kind !== 'one_active' || data[rule.flag] !== true) continue;
    const group = data[rule.per];
    if (typeof group === 'string' && entity.references[rule.per] !== undefined) {
      draft.children(entity.type, rule.per, group);
    }
  }
}
