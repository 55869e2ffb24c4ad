import type { EntityDefinition, FieldDefinition } from '../../../contracts/sync/entity.ts';
import { SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS } from '../../core/instants.ts';
import { applyField } from './apply-change.ts';
import type { FieldMerge } from './field-state.ts';
import { fieldsOf } from './fields.ts';
import { mergeField } from './merge-field.ts';
import type { ConflictFacts, ElementStamps, Hlc, MergeOutcome, RowChange, RowState, Stamp } from './row.ts';
import {
  hasOthersWrite,
  isCausalWrite,
  isKnownWrite,
  type Refusal,
  refuse,
  refuseRow,
} from './row-writes.ts';
import { sameValue } from './wire-forms.ts';

/** A create or update of a living row. */
export function mergeUpdate(
  entity: EntityDefinition,
  stored: RowState,
  change: RowChange,
  nowMs: number,
): MergeOutcome {
  const isConcurrent = hasOthersWrite(stored, change);
  if (entity.policy === 'merge') return mergeFields(entity, stored, change, { isConcurrent, nowMs });
  const whole = { ...change, baseVersion: stored.version };
  const merged = mergeFields(entity, stored, whole, { isConcurrent: false, nowMs });
  if (!isConcurrent || merged.kind !== 'changed') return merged;
  const fields = differingFields(stored, merged.row);
  const settle = (outcome: ConflictFacts['outcome']): ConflictFacts | undefined =>
    fields.length === 0 ? undefined : { outcome, fields, policy: entity.policy };
  const wins =
    entity.policy === 'client_wins' || (entity.policy === 'last_write_wins' && change.hlc > latestOf(stored));
  if (wins) return { ...merged, conflict: settle('client_wins') };
  const outcome = entity.policy === 'manual' ? 'manual' : 'server_wins';
  return { kind: 'unchanged', row: stored, conflict: settle(outcome) };
}

const differingFields = (before: RowState, after: RowState): readonly string[] =>
  Object.keys(after.data)
    .filter((name) => !sameValue(before.data[name], after.data[name]))
    .sort();

function latestOf(stored: RowState): Hlc {
  let latest = '';
  for (const { hlc } of Object.values(stored.stamps)) if (hlc > latest) latest = hlc;
  return latest;
}

interface Merging {
  readonly isConcurrent: boolean;
  readonly nowMs: number;
}

/** What the fields of a change come to, before it is known whether the row may be so. */
interface MergedFields {
  readonly data: Record<string, unknown>;
  readonly stamps: Record<string, Stamp>;
  readonly elements: Record<string, ElementStamps>;
  /** Where the writer wanted another value than the stored one. */
  readonly differing: string[];
  isStampTaken: boolean;
  isValueTaken: boolean;
  isValueLost: boolean;
}

function mergeFields(
  entity: EntityDefinition,
  stored: RowState,
  change: RowChange,
  { isConcurrent, nowMs }: Merging,
): MergeOutcome {
  const merged = {
    data: { ...stored.data },
    stamps: { ...stored.stamps },
    elements: { ...stored.elements },
    differing: [],
    isStampTaken: false,
    isValueTaken: false,
    isValueLost: false,
  };
  for (const [name, field] of sentFields(entity, change)) {
    const refusal = addField(merged, stored, { change, name, field, nowMs });
    if (refusal !== undefined) return refusal;
  }
  const isConflict = merged.differing.length > 0 && (isConcurrent || merged.isValueLost);
  const facts = (outcome: ConflictFacts['outcome']): ConflictFacts | undefined =>
    isConflict ? { outcome, fields: merged.differing.sort(), policy: entity.policy } : undefined;
  const unchanged: MergeOutcome = { kind: 'unchanged', row: stored, conflict: facts('server_wins') };
  if (!merged.isStampTaken) return unchanged;
  const data = entity.refine === undefined ? merged.data : entity.refine(merged.data, stored.data);
  const refusal = refuseRow(entity, data);
  // Each side is right by itself: the stored row stands, and the conflict tells of the other.
  if (refusal !== undefined) return isConflict ? unchanged : refusal;
  const { stamps, elements } = merged;
  const row = { version: stored.version + 1, deleted: false, data, stamps, elements };
  return { kind: 'changed', row, conflict: facts(merged.isValueTaken ? 'merged' : 'server_wins') };
}

function* sentFields(entity: EntityDefinition, change: RowChange): Iterable<[string, FieldDefinition]> {
  const fields = fieldsOf(entity);
  for (const name of Object.keys(change.data)) {
    const field = fields.get(name);
    if (field !== undefined && field.policy.kind !== 'server_derived') yield [name, field];
  }
}

interface FieldChange {
  readonly change: RowChange;
  readonly name: string;
  readonly field: FieldDefinition;
  readonly nowMs: number;
}

function addField(merged: MergedFields, stored: RowState, sent: FieldChange): Refusal | undefined {
  const { name, field, change } = sent;
  const value = stored.data[name];
  const outcome = mergeOne(stored, sent);
  if (outcome.kind === 'repeated') return undefined;
  const differs = isWantedOther(field, change.data[name], value);
  if (differs) merged.differing.push(name);
  if (outcome.kind === 'kept') {
    if (differs) merged.isValueLost = true;
    return undefined;
  }
  if (outcome.kind === 'refused') return refuseField(name, outcome.why);
  const { state } = outcome;
  // Sums may leave the bounds that each part keeps.
  const isSum = field.policy.kind === 'counter' && state.value !== null;
  if (isSum && !field.schema.safeParse(state.value).success) {
    return refuse('sync.invalid_data', `${name} would leave its bounds`);
  }
  merged.isStampTaken = true;
  if (!sameValue(value, state.value)) merged.isValueTaken = true;
  merged.data[name] = state.value;
  merged.stamps[name] = { hlc: state.hlc ?? change.hlc, version: stored.version + 1 };
  if (state.elements !== undefined) merged.elements[name] = state.elements;
  return undefined;
}

function mergeOne(stored: RowState, { change, name, field, nowMs }: FieldChange): FieldMerge {
  const stamp = stored.stamps[name];
  const state = { value: stored.data[name], hlc: stamp?.hlc, elements: stored.elements[name] };
  return mergeField(field.policy, state, change.data[name], {
    hlc: change.hlc,
    isKnown: isKnownWrite(stamp, change),
    isCausal: isCausalWrite(stamp, change),
    isCreate: change.op === 'create',
    horizonMs: nowMs - SYNC_HORIZON_DAYS * DAY_MS,
  });
}

/** Whether the writer meant another value than there is. */
function isWantedOther({ policy }: FieldDefinition, sent: unknown, value: unknown): boolean {
  return !sameValue(policy.kind === 'monotonic' ? sent : applyField(policy, value, sent), value);
}

function refuseField(name: string, why: 'delta_required' | 'too_many'): Refusal {
  return why === 'delta_required'
    ? refuse('sync.delta_required', `${name} was written in between: send it as {delta}`)
    : refuse('sync.invalid_data', `${name} would have too many keys`);
}
