import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { mergeChange } from '../merge/merge-change.ts';
import type { Hlc, MergeOutcome, RowData } from '../merge/row.ts';
import type { StoredRow } from '../model.ts';

const known = new WeakMap<EntityDefinition, EntityDefinition>();

/** Its rules of rows stay, its policy towards devices does not bind the server. */
function withoutPolicy(entity: EntityDefinition): EntityDefinition {
  const found = known.get(entity);
  if (found !== undefined) return found;
  const open: EntityDefinition = { ...entity, policy: 'merge' };
  known.set(entity, open);
  return open;
}

/** A write of the server itself, who knows the row as it is: by its clock later than what it overwrites. */
export const mergeForced = (
  entity: EntityDefinition,
  row: StoredRow,
  write: { readonly op: 'update' | 'delete'; readonly data: RowData; readonly hlc: Hlc },
  nowMs: number,
): MergeOutcome =>
  mergeChange(withoutPolicy(entity), row.state, { ...write, baseVersion: row.state.version }, { nowMs });
