import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { hlcDeviceOf } from '../merge/hlc.ts';
import { mergeChange } from '../merge/merge-change.ts';
import type { MergeOutcome, RowChange, RowState } from '../merge/row.ts';
import type { ConflictRecord, RowKey, StoredRow } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { nameOf } from './known-rows.ts';
import { planChildren } from './plan-delete.ts';
import type { PlanContext } from './plan-model.ts';
import { resolveKey, resolveReferences } from './plan-references.ts';
import { planOneActive, twinOf, withEmptyTallies } from './plan-rules.ts';
import { stateBytesOf, toStoredRow } from './stored-row.ts';
import { type ChangeOutcome, type Expectation, failed, type Task } from './write-model.ts';

type ChangeTask = Extract<Task, { readonly kind: 'change' }>;

/** A stored item takes 400 KB; half is left to what sets remember of the elements that went. */
const MAX_STATE_BYTES = 250_000;

/**
 * What one change makes of the rows that the draft sees, written to the draft, and its outcome. Refusals leave
 * the draft in any state: it is thrown away.
 */
export function planChange(draft: Draft, context: PlanContext, task: ChangeTask): ChangeOutcome {
  const key = resolveKey(draft, context, task.entity.type, task.sentId);
  const outcome = planAt(draft, context, task, key);
  // No commit would find out whether it is there.
  if (outcome.kind === 'failed') draft.row(key.type, key.id);
  return outcome;
}

/** The row of a change as it is stored; a new one is not looked for, as long as nobody has. */
export function storedFor(
  draft: Draft,
  { takesAsNew }: PlanContext,
  { change, expected }: Pick<ChangeTask, 'change' | 'expected'>,
  { type, id }: RowKey,
): StoredRow | undefined {
  const isNew = takesAsNew && change.op === 'create' && expected === undefined;
  return isNew ? (draft.look(nameOf(type, id)) ?? undefined) : draft.row(type, id);
}

function planAt(draft: Draft, context: PlanContext, task: ChangeTask, key: RowKey): ChangeOutcome {
  const { entity, requestId, sentId } = task;
  const stored = storedFor(draft, context, task, key);
  const broken = breaks(task.expected, stored);
  if (broken !== undefined) return failed(requestId, broken, 'the row is another than was expected');
  const resolved = resolveReferences(draft, context, { entity, id: key.id }, task.change.data);
  if (!resolved.ok) return failed(requestId, resolved.failure.code, resolved.failure.message);
  const change = { ...task.change, data: resolved.value };
  const twin =
    stored === undefined && canMake(entity, change) ? twinOf(draft, entity, change.data) : undefined;
  if (twin === undefined)
    return planRow(draft, context, { entity, requestId, sentId, id: key.id, change }, stored);
  draft.addAlias({ type: entity.type, clientId: key.id, id: twin.id });
  return planRow(draft, context, { entity, requestId, sentId, id: twin.id, change }, twin);
}

/** What If-Match and If-None-Match ask of the row. */
function breaks(expected: Expectation | undefined, stored: StoredRow | undefined) {
  if (expected === undefined) return undefined;
  const version = stored === undefined || stored.state.deleted ? 'absent' : stored.state.version;
  if (version === expected) return undefined;
  return expected === 'absent' ? 'entity.exists' : 'entity.changed';
}

const canMake = (entity: EntityDefinition, { op, baseVersion }: RowChange): boolean =>
  op === 'create' || (op === 'update' && entity.onMissing === 'create' && (baseVersion ?? 0) === 0);

/** A change of one row, its references known to hold. */
export interface RowTask {
  readonly entity: EntityDefinition;
  readonly requestId: string;
  readonly sentId: string;
  readonly id: string;
  readonly change: RowChange;
}

export function planRow(
  draft: Draft,
  context: PlanContext,
  task: RowTask,
  stored: StoredRow | undefined,
): ChangeOutcome {
  const { entity, requestId, id, change } = task;
  const merged = mergeChange(entity, stored?.state, change, context);
  if (merged.kind === 'refused') return failed(requestId, merged.code, merged.message);
  const after =
    merged.kind === 'changed' ? settleRow(draft, context, task, { stored, merged: merged.row }) : undefined;
  if (after !== undefined && 'code' in after) return failed(requestId, after.code, after.message);
  const version = after?.state.version ?? merged.row.version;
  const named = {
    requestId,
    entityType: entity.type,
    id,
    clientId: task.sentId === id ? undefined : task.sentId,
    version,
  };
  if (merged.conflict === undefined) return { kind: 'successful', ...named };
  const record = conflictOf(context, task, { stored, merged, after });
  draft.addConflict(record, true);
  return { kind: 'conflict', ...named, conflictId: record.conflictId, outcome: merged.conflict.outcome };
}

/** The row with what its rules make of it, and the rows that go or change with it. */
function settleRow(
  draft: Draft,
  context: PlanContext,
  { entity, id, change }: RowTask,
  { stored, merged }: { readonly stored: StoredRow | undefined; readonly merged: RowState },
) {
  if (stateBytesOf(merged) > MAX_STATE_BYTES) {
    return { code: 'sync.row_too_large', message: 'the row with its history would be too large' } as const;
  }
  if (merged.deleted) {
    const refused = planChildren(draft, context, { type: entity.type, id }, change.hlc);
    if (refused !== undefined) return refused;
  }
  const isNew = !merged.deleted && (stored === undefined || stored.state.deleted);
  const counted = isNew ? withEmptyTallies(entity, merged) : merged;
  const state = planOneActive(draft, context, { entity, id }, counted);
  // A row that is not as its writer sent it is the server's too, so that the writer takes it from a pull.
  const originDeviceId = state === merged ? context.originDeviceId : null;
  const row = toStoredRow(entity, { id, state, before: stored }, { ...context, originDeviceId });
  draft.write(row);
  return row;
}

function conflictOf(
  { nowMs, newConflictId, originDeviceId }: PlanContext,
  { entity, requestId, id, change }: RowTask,
  found: {
    readonly stored: StoredRow | undefined;
    readonly merged: Exclude<MergeOutcome, { readonly kind: 'refused' }>;
    readonly after: StoredRow | undefined;
  },
): ConflictRecord {
  const facts = found.merged.conflict ?? { outcome: 'merged', fields: [], policy: entity.policy };
  const isOpen = facts.outcome === 'manual';
  return {
    conflictId: newConflictId(),
    type: entity.type,
    id,
    status: isOpen ? 'open' : 'resolved',
    facts,
    requestId,
    deviceId: originDeviceId ?? hlcDeviceOf(change.hlc),
    change,
    before: found.stored?.state,
    after: isOpen ? undefined : (found.after?.state ?? found.merged.row),
    createdAtMs: nowMs,
    resolvedAtMs: isOpen ? undefined : nowMs,
  };
}
