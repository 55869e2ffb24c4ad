import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { applyChange } from './apply-change.ts';
import { fieldsOf, missingFields } from './fields.ts';
import { afterHlc, hlcDeviceOf } from './hlc.ts';
import type {
  ChangeFailureCode,
  ElementStamps,
  Hlc,
  MergeOutcome,
  RowChange,
  RowState,
  Stamp,
} from './row.ts';
import { refuse, refuseRow } from './row-writes.ts';
import { isObject, textsOf } from './wire-forms.ts';

/**
 * A row out of a change alone, behind the tombstone that there is, or that there may have been. `whenPartial`
 * is the code for a change that lacks required fields.
 */
export function makeRow(
  entity: EntityDefinition,
  tombstone: RowState,
  change: RowChange,
  whenPartial: ChangeFailureCode,
): MergeOutcome {
  const data = applyChange(entity, {}, change);
  const missing = missingFields(entity, data);
  if (missing.length > 0) return refuse(whenPartial, `a new row needs ${missing.join(', ')}`);
  const refusal = refuseRow(entity, data);
  if (refusal !== undefined) return refusal;
  const version = tombstone.version + 1;
  const hlc = afterHlc(change.hlc, tombstone.stamps['deleted']?.hlc);
  const stamps: Record<string, Stamp> = {};
  const elements: Record<string, ElementStamps> = {};
  for (const [name, { policy }] of fieldsOf(entity)) {
    if (data[name] === undefined || policy.kind === 'server_derived') continue;
    stamps[name] = { hlc, version };
    const marks = marksOf(policy.kind, data[name], hlc);
    if (marks !== undefined) elements[name] = marks;
  }
  return { kind: 'changed', row: { version, deleted: false, data, stamps, elements }, conflict: undefined };
}

function marksOf(kind: string, value: unknown, hlc: Hlc): ElementStamps | undefined {
  const mark = (names: readonly string[]): ElementStamps =>
    Object.fromEntries(names.map((name) => [name, { hlc, present: true }]));
  if (kind === 'merge_arrays') return mark(textsOf(value));
  if (kind === 'shallow_merge') return mark(isObject(value) ? Object.keys(value) : []);
  return kind === 'counter' ? mark([hlcDeviceOf(hlc)]) : undefined;
}
