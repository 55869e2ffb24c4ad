import { relationsOf } from '../merge/relation-graph.ts';
import type { Draft } from './chunk-draft.ts';
import type { PlanContext } from './plan-model.ts';
import { resolveKey } from './plan-references.ts';
import { twinOf } from './plan-rules.ts';
import type { Task } from './write-model.ts';

/**
 * Asks for what the plans of these tasks will look at, so that all of it is read at once; what is forgotten
 * here, or shows itself later, is asked for by the plan itself.
 */
export function askAhead(draft: Draft, context: PlanContext, tasks: readonly Task[]): void {
  for (const task of tasks) {
    if (task.kind === 'change') askForChange(draft, context, task);
    if (task.kind === 'resolution') {
      const record = draft.conflict(task.resolution.conflictId);
      if (record !== undefined) draft.row(record.type, record.id);
    }
  }
}

function askForChange(
  draft: Draft,
  context: PlanContext,
  { entity, sentId, change }: Extract<Task, { readonly kind: 'change' }>,
): void {
  const { id } = resolveKey(draft, context, entity.type, sentId);
  draft.row(entity.type, id);
  for (const [field, { to }] of Object.entries(entity.references)) {
    const sent = change.data[field];
    if (typeof sent !== 'string') continue;
    const target = resolveKey(draft, context, to, sent);
    draft.row(target.type, target.id);
  }
  if (change.op === 'create') twinOf(draft, entity, change.data);
  if (change.op === 'delete') {
    for (const { type, field } of relationsOf(context.schema).children.get(entity.type) ?? []) {
      draft.children(type, field, id);
    }
  }
}
