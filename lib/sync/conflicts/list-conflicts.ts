import type { ConflictsAnswer, ConflictsQuery, SyncConflict } from '../../../contracts/http/sync.ts';
import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import { instantOfSortableId } from '../../core/ids.ts';
import { toIso } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { RowState } from '../merge/row.ts';
import type { ConflictRecord } from '../model.ts';
import type { SyncDeps } from '../sync-deps.ts';

/** Of up to three rows of 64 KB each: about as many as a page takes at that size. */
const RECORDS_PER_READ = 20;

/**
 * The conflicts of a user, newest first (SYN4); at most `limit` and MAX_PULL_BYTES of them, and one at least: its
 * three images are far below what a Lambda may answer. The cursor is the last record's id; `request.bad_cursor`
 * for a text that is none, `user.not_found` for nobody.
 */
export async function listConflicts(
  { store }: Pick<SyncDeps, 'store'>,
  scope: UserScope,
  { status, limit, cursor }: ConflictsQuery,
): Promise<ConflictsAnswer> {
  if (cursor !== undefined && instantOfSortableId(cursor) === undefined) {
    throw new AppError('request.bad_cursor', 'Take the cursor of the answer before, as it was.');
  }
  const head = await store.loadHead(scope);
  if (head === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
  const conflicts: SyncConflict[] = [];
  let leftBytes = MAX_PULL_BYTES;
  for (;;) {
    const last = conflicts.at(-1)?.conflictId;
    const wanted = Math.min(RECORDS_PER_READ, limit - conflicts.length + 1);
    const records = await store.listConflicts(scope, { status, limit: wanted, before: last ?? cursor });
    for (const conflict of records.map(toConflict)) {
      leftBytes -= Buffer.byteLength(JSON.stringify(conflict));
      const isFull = conflicts.length === limit || (leftBytes < 0 && conflicts.length > 0);
      if (isFull) return { conflicts, nextCursor: conflicts.at(-1)?.conflictId ?? null };
      conflicts.push(conflict);
    }
    if (records.length < wanted) return { conflicts, nextCursor: null };
  }
}

function toConflict(record: ConflictRecord): SyncConflict {
  const { facts, change, resolvedAtMs } = record;
  return {
    conflictId: record.conflictId,
    entityType: record.type,
    id: record.id,
    status: record.status,
    outcome: facts.outcome,
    policy: facts.policy,
    fields: [...facts.fields],
    baseVersion: change.baseVersion ?? null,
    client: {
      version: change.baseVersion ?? null,
      data: change.op === 'delete' ? null : { ...change.data },
      hlc: change.hlc,
    },
    server: toSide(record.before) ?? { version: null, data: null, hlc: null },
    result: toSide(record.after),
    deviceId: record.deviceId,
    requestId: record.requestId,
    createdAt: toIso(record.createdAtMs),
    resolvedAt: resolvedAtMs === undefined ? null : toIso(resolvedAtMs),
  };
}

function toSide(state: RowState | undefined): SyncConflict['result'] {
  if (state === undefined) return null;
  const clocks = Object.values(state.stamps).map(({ hlc }) => hlc);
  return {
    version: state.version,
    data: state.deleted ? null : { ...state.data },
    hlc: clocks.sort().at(-1) ?? null,
  };
}
