import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { clampHlc } from './hlc.ts';
import { makeRow } from './make-row.ts';
import { mergeUpdate } from './merge-update.ts';
import type { ConflictFacts, MergeOutcome, RowChange, RowState } from './row.ts';
import { hasOthersWrite, refuse } from './row-writes.ts';
import { sameValue } from './wire-forms.ts';

const tombstoneOf = (version: number): RowState => ({
  version,
  deleted: true,
  data: {},
  stamps: {},
  elements: {},
});
/** What a row that was never there is deleted to. */
const NO_ROW = tombstoneOf(0);
/** No row comes to so many writes: a base beyond it is no version of one. */
const MAX_BASE_VERSION = 1_000_000_000;

const deletion = (entity: EntityDefinition, outcome: ConflictFacts['outcome']): ConflictFacts => ({
  outcome,
  fields: ['deleted'],
  policy: entity.policy,
});

export interface MergeContext {
  readonly nowMs: number;
  /** The greatest version of a tombstone that compaction forgot; undefined, 0: it forgot none. */
  readonly forgottenVersion?: number | undefined;
}

/**
 * What a validated change makes of a row (SYN3, SYN6). `stored` is undefined where there is no row, a tombstone
 * is one with `deleted`. Pure: the same everywhere; `nowMs` serves to bound clocks that are ahead, and to forget
 * what was removed before the horizon. A row that is not there may have been: it is made behind `forgottenVersion`
 * and behind its writer's base, so that no device has a newer tombstone or copy of it, and an update with a base
 * finds the deletion standing.
 *
 * A repeat of a change that was taken is `unchanged`. Refused with `sync.base_from_future`, `sync.row_missing`,
 * `sync.append_only`, `sync.delta_required`, `sync.invalid_data` (what the row would be breaks a rule of it), or
 * `sync.row_too_large`.
 */
export function mergeChange(
  entity: EntityDefinition,
  stored: RowState | undefined,
  change: RowChange,
  { nowMs, forgottenVersion = 0 }: MergeContext,
): MergeOutcome {
  const bounded = { ...change, hlc: clampHlc(change.hlc, nowMs) };
  if (stored === undefined) return mergeMissing(entity, bounded, forgottenVersion);
  if ((change.baseVersion ?? 0) > stored.version) {
    return refuse('sync.base_from_future', `the row is at version ${stored.version}`);
  }
  if (entity.policy === 'append_only') return mergeAppended(stored, bounded);
  if (stored.deleted) return mergeTombstone(entity, stored, bounded);
  if (change.op === 'delete') return mergeDeletion(entity, stored, bounded);
  return mergeUpdate(entity, stored, bounded, nowMs);
}

function mergeMissing(entity: EntityDefinition, change: RowChange, forgottenVersion: number): MergeOutcome {
  if (change.op === 'delete') return { kind: 'unchanged', row: NO_ROW, conflict: undefined };
  const base = Math.min(change.baseVersion ?? 0, MAX_BASE_VERSION);
  const tombstone = tombstoneOf(Math.max(forgottenVersion, base));
  if (change.op === 'create') return makeRow(entity, tombstone, change, 'sync.row_missing');
  if (entity.policy === 'append_only') return refuse('sync.row_missing', 'there is no such row: create it');
  // It was there, so it was deleted: fields alone do not make the row that they were of.
  if (base > 0) return { kind: 'unchanged', row: tombstone, conflict: deletion(entity, 'server_wins') };
  if (entity.onMissing === 'refuse') return refuse('sync.row_missing', 'there is no such row: create it');
  return makeRow(entity, tombstone, change, 'sync.row_missing');
}

/** The same row once more is no change; anything else is refused. */
function mergeAppended(stored: RowState, change: RowChange): MergeOutcome {
  const holds =
    change.op === 'create' &&
    Object.entries(change.data).every(([name, value]) => sameValue(stored.data[name], value));
  if (holds) return { kind: 'unchanged', row: stored, conflict: undefined };
  return refuse('sync.append_only', 'rows of this type are made once and stay as they are');
}

/** A deletion stands, unless whoever writes knew of it (SYN6). */
function mergeTombstone(entity: EntityDefinition, stored: RowState, change: RowChange): MergeOutcome {
  if (change.op === 'delete') return { kind: 'unchanged', row: stored, conflict: undefined };
  if (change.baseVersion === stored.version) {
    return makeRow(entity, stored, change, 'sync.invalid_data');
  }
  return { kind: 'unchanged', row: stored, conflict: deletion(entity, 'server_wins') };
}

function mergeDeletion(entity: EntityDefinition, stored: RowState, change: RowChange): MergeOutcome {
  const isStale = hasOthersWrite(stored, change);
  if (isStale && (entity.policy === 'server_wins' || entity.policy === 'manual')) {
    return { kind: 'unchanged', row: stored, conflict: deletion(entity, entity.policy) };
  }
  const version = stored.version + 1;
  const stamps = { deleted: { hlc: change.hlc, version } };
  const row = { version, deleted: true, data: {}, stamps, elements: {} };
  return { kind: 'changed', row, conflict: isStale ? deletion(entity, 'client_wins') : undefined };
}
