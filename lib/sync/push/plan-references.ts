import type { EntityDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ChangeFailureCode, RowData } from '../merge/row.ts';
import { resolveRowId } from '../merge/row-id.ts';
import type { RowKey } from '../model.ts';
import type { Draft } from './chunk-draft.ts';
import { nameOf } from './known-rows.ts';
import type { PlanContext } from './plan-model.ts';

export interface Refused {
  readonly code: ChangeFailureCode;
  readonly message: string;
}

/** A chain of rows longer than this is refused as a cycle: each link may be a read of its own. */
const MAX_CHAIN_LENGTH = 64;

/** The row that a client means, by its own id or by one that the server knows under another (`same_by`). */
export function resolveKey(
  draft: Draft,
  { schema, userId }: PlanContext,
  type: string,
  sentId: string,
): RowKey {
  const id = resolveRowId(userId, type, sentId);
  if (!hasAliases(schema, type)) return { type, id };
  return { type, id: draft.alias(type, id) ?? id };
}

/** Rows of such a type may be known under another id than their maker's. */
export const hasAliases = (schema: SyncSchema, type: string): boolean =>
  schema.entities.get(type)?.rules.some(({ kind }) => kind === 'same_by') === true;

/**
 * The data with the ids that references are stored by. A row that is not there, or another user's, is
 * `sync.reference_missing`; a deleted one is null where the row makes sense without it, else
 * `sync.reference_deleted`; a chain that comes back to the row is `sync.reference_cycle`.
 */
export function resolveReferences(
  draft: Draft,
  context: PlanContext,
  { entity, id }: { readonly entity: EntityDefinition; readonly id: string },
  data: RowData,
): Result<RowData, Refused> {
  let resolved: Record<string, unknown> | undefined;
  for (const [field, { to, mandatory }] of Object.entries(entity.references)) {
    const sent = data[field];
    if (typeof sent !== 'string') continue;
    const target = resolveKey(draft, context, to, sent);
    if (target.type === entity.type && target.id === id) return cycle(field);
    const row = draft.row(target.type, target.id);
    if (row === undefined) {
      return fail({ code: 'sync.reference_missing', message: `${field}: there is no row ${sent} of ${to}` });
    }
    if (row.state.deleted && mandatory) {
      return fail({ code: 'sync.reference_deleted', message: `${field}: row ${sent} of ${to} is deleted` });
    }
    if (comesBack(draft, context.schema, target, { type: entity.type, id })) return cycle(field);
    resolved ??= { ...data };
    resolved[field] = row.state.deleted ? null : target.id;
  }
  return ok(resolved ?? data);
}

const cycle = (field: string): Result<never, Refused> =>
  fail({ code: 'sync.reference_cycle', message: `${field}: the row would come before itself` });

/** Whether the references of `from` lead to `goal`, along the types from which they can. */
function comesBack(draft: Draft, schema: SyncSchema, from: RowKey, goal: RowKey): boolean {
  const types = typesBetween(schema, from.type, goal.type);
  if (types.size === 0) return false;
  const seen = new Set<string>();
  const open: RowKey[] = [from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key.type === goal.type && key.id === goal.id) return true;
    const name = nameOf(key.type, key.id);
    if (seen.has(name)) continue;
    if (seen.size === MAX_CHAIN_LENGTH) return true;
    seen.add(name);
    const row = draft.row(key.type, key.id);
    for (const [field, { to }] of Object.entries(schema.entities.get(key.type)?.references ?? {})) {
      const id = row?.references[field];
      if (id !== undefined && types.has(to)) open.push({ type: to, id });
    }
  }
  return false;
}

const ways = new WeakMap<SyncSchema, Map<string, ReadonlySet<string>>>();

/** Types on a way of references from one type to the other; empty where there is none. */
function typesBetween(schema: SyncSchema, from: string, goal: string): ReadonlySet<string> {
  const known = ways.get(schema) ?? new Map<string, ReadonlySet<string>>();
  ways.set(schema, known);
  const name = `${from} ${goal}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const between = new Set([...reachable(schema, from)].filter((type) => reachable(schema, type).has(goal)));
  known.set(name, between);
  return between;
}

/** Itself too. */
function reachable(schema: SyncSchema, from: string): ReadonlySet<string> {
  const seen = new Set([from]);
  for (const type of seen) {
    for (const { to } of Object.values(schema.entities.get(type)?.references ?? {})) seen.add(to);
  }
  return seen;
}
