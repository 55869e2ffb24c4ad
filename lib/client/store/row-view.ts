import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { applyChange } from '../../sync/merge/apply-change.ts';
import { missingFields } from '../../sync/merge/fields.ts';
import { hlcMsOf } from '../../sync/merge/hlc.ts';
import type { RowChange, RowData } from '../../sync/merge/row.ts';
import type { ServerRow } from './local-store.ts';
import type { PendingChange } from './queue.ts';

/**
 * - `synced`: what the server has.
 * - `pending`: with writes that the server has not answered yet.
 * - `conflicted`: with a write that waits for a person.
 * - `refused`: with a write that the server did not take; edit it again, or discard it.
 */
export type RowSyncState = 'synced' | 'pending' | 'conflicted' | 'refused';

/** A row as the app sees it: the server's, with the writes of this device over it. */
export interface LocalRow {
  readonly id: string;
  /** Of the server's row that this device knows; 0 where the server has none yet. */
  readonly version: number;
  readonly data: RowData;
  readonly state: RowSyncState;
  readonly updatedAtMs: number;
}

/**
 * CLI3: the server's row with the queued writes applied in their order; undefined where there is none, or
 * where it is deleted on either side. An update of a row that is gone shows nothing, unless it says all that a
 * row needs: the write waits for its answer all the same.
 */
export function viewRow(
  entity: EntityDefinition | undefined,
  row: ServerRow | undefined,
  pending: readonly PendingChange[],
): LocalRow | undefined {
  let data: RowData | undefined = row === undefined || row.deleted ? undefined : row.data;
  let updatedAtMs = row?.updatedAtMs ?? 0;
  if (entity !== undefined) {
    for (const { change } of pending) {
      const next = applyChange(entity, data ?? {}, change);
      if (change.op === 'delete') data = undefined;
      else if (data !== undefined || makesRow(entity, row, change, next)) data = next;
      updatedAtMs = Math.max(updatedAtMs, hlcMsOf(change.hlc));
    }
  }
  const id = row?.id ?? pending[0]?.id;
  if (data === undefined || id === undefined) return undefined;
  return { id, version: knownVersion(row, pending) ?? 0, data, state: stateOf(pending), updatedAtMs };
}

/** Where nothing is: a creation, a write that knew the tombstone, an update of all that a row needs. */
function makesRow(
  entity: EntityDefinition,
  row: ServerRow | undefined,
  change: RowChange,
  next: RowData,
): boolean {
  if (change.op === 'create') return true;
  if (row?.deleted === true) return row.version === change.baseVersion;
  return entity.onMissing === 'create' && missingFields(entity, next).length === 0;
}

function stateOf(pending: readonly PendingChange[]): RowSyncState {
  const has = (state: PendingChange['state']) => pending.some((change) => change.state === state);
  if (has('refused')) return 'refused';
  if (has('conflicted')) return 'conflicted';
  return has('pending') || has('sending') ? 'pending' : 'synced';
}

/**
 * The version that a write made now has seen (CLI9): that of the server's row, and of acknowledged writes as
 * long as nobody else's lie between, for those this device has not seen.
 */
export function knownVersion(
  row: ServerRow | undefined,
  pending: readonly PendingChange[],
): number | undefined {
  let known = row?.version;
  for (const { state, version } of pending) {
    if (state === 'acked' && version !== undefined && version === (known ?? 0) + 1) known = version;
  }
  return known;
}
