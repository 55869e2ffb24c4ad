import type { EntityDefinition, EntityRule } from '../../../contracts/sync/entity.ts';
import type { RowState } from '../merge/row.ts';
import type { RowKey, StoredRow } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { mergeForced } from './forced-merge.ts';
import { nameOf } from './known-rows.ts';
import type { PlanContext } from './plan-model.ts';
import { toStoredRow } from './stored-row.ts';
import { addTally, emptyTallies } from './tallies.ts';

type OneActive = Extract<EntityRule, { readonly kind: 'one_active' }>;

/**
 * The living row that a new one with these values is already; undefined: it is a new one (`same_by`). An empty
 * text names nothing.
 */
export function twinOf(
  draft: Draft,
  entity: EntityDefinition,
  data: Readonly<Record<string, unknown>>,
): StoredRow | undefined {
  for (const rule of entity.rules) {
    if (rule.kind !== 'same_by') continue;
    const value = data[rule.field];
    if (value === undefined || value === null || value === '') continue;
    const twin = draft.livingOf(entity.type).find((row) => row.state.data[rule.field] === value);
    if (twin !== undefined) return twin;
  }
  return undefined;
}

/** A row that lives anew counts nothing yet. */
export function withEmptyTallies(entity: EntityDefinition, state: RowState): RowState {
  const empty = emptyTallies(entity.rules);
  return Object.keys(empty).length === 0 ? state : { ...state, data: { ...state.data, ...empty } };
}

/**
 * Of the rows with one value of `per` the newest write of the flag wins: the others lose theirs, or this row
 * does, which then is another than its writer thinks.
 */
export function planOneActive(
  draft: Draft,
  context: PlanContext,
  { entity, id }: { readonly entity: EntityDefinition; readonly id: string },
  state: RowState,
): RowState {
  let settled = state;
  for (const rule of entity.rules) {
    if (rule.kind === 'one_active') settled = settle(draft, context, { entity, id, rule }, settled);
  }
  return settled;
}

function settle(
  draft: Draft,
  context: PlanContext,
  { entity, id, rule }: { readonly entity: EntityDefinition; readonly id: string; readonly rule: OneActive },
  state: RowState,
): RowState {
  const { flag, per } = rule;
  const group = state.data[per];
  if (state.deleted || state.data[flag] !== true || group === undefined || group === null) return state;
  const own = state.stamps[flag]?.hlc ?? '';
  for (const other of groupOf(draft, entity, per, group)) {
    if (other.id === id || other.state.data[flag] !== true) continue;
    if ((other.state.stamps[flag]?.hlc ?? '') > own)
      return { ...state, data: { ...state.data, [flag]: false } };
    const merged = mergeForced(
      entity,
      other,
      { op: 'update', data: { [flag]: false }, hlc: own },
      context.nowMs,
    );
    if (merged.kind !== 'changed') continue;
    const authorship = { ...context, originDeviceId: null };
    draft.write(toStoredRow(entity, { id: other.id, state: merged.row, before: other }, authorship));
  }
  return state;
}

function groupOf(draft: Draft, entity: EntityDefinition, per: string, group: unknown): readonly StoredRow[] {
  if (entity.references[per] !== undefined && typeof group === 'string') {
    return draft.children(entity.type, per, group);
  }
  return draft.livingOf(entity.type).filter((row) => row.state.data[per] === group);
}

/** The rows whose tallies moved, one version further each; those that went have none. */
export function settleTallies(draft: Draft, context: PlanContext): void {
  const moves = new Map<string, { readonly key: RowKey; readonly fields: Map<string, number> }>();
  for (const { type, id, field, by } of draft.tallies.values()) {
    const name = nameOf(type, id);
    const known = moves.get(name) ?? { key: { type, id }, fields: new Map<string, number>() };
    if (by !== 0) known.fields.set(field, by);
    moves.set(name, known);
  }
  for (const { key, fields } of moves.values()) {
    const entity = context.schema.entities.get(key.type);
    const before = draft.row(key.type, key.id);
    if (entity === undefined || before === undefined || before.state.deleted || fields.size === 0) continue;
    const data: Record<string, unknown> = { ...before.state.data };
    for (const [field, by] of fields) data[field] = addTally(data[field], by);
    const state = { ...before.state, version: before.state.version + 1, data };
    const authorship = { ...context, originDeviceId: null };
    draft.write(toStoredRow(entity, { id: key.id, state, before }, authorship));
  }
}
