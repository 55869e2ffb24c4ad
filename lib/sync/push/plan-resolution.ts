import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { applyChange } from '../merge/apply-change.ts';
import { diffRow } from '../merge/diff-row.ts';
import { fieldsOf } from '../merge/fields.ts';
import { tickHlc } from '../merge/hlc.ts';
import type { RowChange, RowData } from '../merge/row.ts';
import { validateChange } from '../merge/validate-change.ts';
import type { ConflictRecord, StoredRow } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { planRow } from './plan-change.ts';
import type { PlanContext } from './plan-model.ts';
import { resolveReferences } from './plan-references.ts';
import { type ChangeOutcome, failed, type Resolution } from './write-model.ts';

/** The device of a clock where a person decides at no device. */
const NO_DEVICE = 'server';

/**
 * A person's decision of a conflict: an ordinary change with the row as it is now for its base, and the record
 * closed in the same commit (SYN4). What a person decided already answers what holds; what a policy settled is
 * settled otherwise, and its record stays as it tells of the policy.
 */
export function planResolution(draft: Draft, context: PlanContext, resolution: Resolution): ChangeOutcome {
  const { conflictId } = resolution;
  const record = draft.conflict(conflictId);
  const entity = record === undefined ? undefined : context.schema.entities.get(record.type);
  if (record === undefined || entity === undefined) {
    return failed(conflictId, 'sync.conflict_not_found', 'there is no such conflict');
  }
  const stored = draft.row(record.type, record.id);
  if (record.facts.outcome !== 'manual') {
    const against = againstPolicy(entity, record, resolution);
    if (against === undefined) return resolved(record, stored);
    const outcome = planDecision(draft, context, { entity, record, resolution: against }, stored);
    return outcome.kind === 'failed' ? outcome : resolved(record, draft.row(record.type, record.id));
  }
  if (record.status === 'resolved') return resolved(record, stored);
  const outcome =
    resolution.strategy === 'server'
      ? resolved(record, stored)
      : planDecision(draft, context, { entity, record, resolution }, stored);
  if (outcome.kind === 'failed') return outcome;
  const after = draft.row(record.type, record.id);
  const closed = { ...record, status: 'resolved' as const, after: after?.state, resolvedAtMs: context.nowMs };
  draft.addConflict(closed, false);
  return resolved(record, after);
}

/**
 * A decision on what is settled, by the fields in which both sides differed: those of the server as it was, or of
 * the client. A counter is what both sides made of it, whoever wins. A row that only one side deleted goes, or
 * comes back with what the other side had. Undefined: nothing changes.
 */
function againstPolicy(
  entity: EntityDefinition,
  record: ConflictRecord,
  resolution: Resolution,
): Resolution | undefined {
  const { strategy } = resolution;
  if (strategy === 'merged') return resolution;
  if (record.facts.fields.includes('deleted')) {
    const wasDeleted = record.before?.deleted !== false;
    if (strategy === 'client' && record.change.op === 'delete') return resolution;
    if (strategy === 'server' && wasDeleted) return undefined;
    const whole = strategy === 'client' ? wishOf(entity, record) : (record.before?.data ?? {});
    return { ...resolution, strategy: 'merged', data: whole };
  }
  const fields = fieldsOf(entity);
  const side = strategy === 'client' ? wishOf(entity, record) : (record.before?.data ?? {});
  const settled = record.facts.fields.filter((name) => {
    const kind = fields.get(name)?.policy.kind;
    return kind !== undefined && kind !== 'counter' && kind !== 'server_derived';
  });
  if (settled.length === 0) return undefined;
  const data = Object.fromEntries(settled.map((name) => [name, side[name] ?? null]));
  return { ...resolution, strategy: 'merged', data };
}

/** The row as the client would have had it. */
const wishOf = (entity: EntityDefinition, { before, change }: ConflictRecord): RowData =>
  applyChange(entity, before?.data ?? {}, change);

const resolved = ({ conflictId, type, id }: ConflictRecord, row: StoredRow | undefined): ChangeOutcome => ({
  kind: 'successful',
  requestId: conflictId,
  entityType: type,
  id,
  clientId: undefined,
  version: row?.state.version ?? 0,
});

function planDecision(
  draft: Draft,
  context: PlanContext,
  decision: {
    readonly entity: EntityDefinition;
    readonly record: ConflictRecord;
    readonly resolution: Resolution;
  },
  stored: StoredRow | undefined,
): ChangeOutcome {
  const { entity, record, resolution } = decision;
  const { conflictId } = resolution;
  const hlc = tickHlc(undefined, context.nowMs, context.originDeviceId ?? NO_DEVICE);
  const baseVersion = stored?.state.version;
  const change: RowChange =
    resolution.strategy === 'client'
      ? {
          ...record.change,
          op: record.change.op === 'create' ? 'update' : record.change.op,
          baseVersion,
          hlc,
        }
      : { op: 'update', baseVersion, data: wantedData(entity, stored, resolution.data ?? {}), hlc };
  const raw = { ...change, entityType: entity.type, id: record.id };
  const judged = validateChange(context.schema, raw, { nowMs: context.nowMs });
  if (!judged.ok) return failed(conflictId, judged.failure.code, judged.failure.message);
  const valid = judged.value.change;
  const references = resolveReferences(draft, context, { entity, id: record.id }, valid.data);
  if (!references.ok) return failed(conflictId, references.failure.code, references.failure.message);
  const task = {
    entity,
    requestId: conflictId,
    sentId: record.id,
    id: record.id,
    change: { ...valid, data: references.value },
  };
  return planRow(draft, context, task, stored);
}

/** Fields as they shall be, in the form in which changes are sent; unknown ones stay, and are refused. */
function wantedData(entity: EntityDefinition, stored: StoredRow | undefined, data: RowData): RowData {
  if (stored === undefined || stored.state.deleted) return data;
  const fields = fieldsOf(entity);
  const unknown = Object.entries(data).filter(([name]) => !fields.has(name));
  const before = stored.state.data;
  return { ...diffRow(entity, before, { ...before, ...data }), ...Object.fromEntries(unknown) };
}
