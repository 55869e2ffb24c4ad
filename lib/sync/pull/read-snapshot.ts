import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import { toIso } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { StoredRow, SyncHead } from '../model.ts';
import { findSettledSeq } from './settled-seq.ts';
import {
  type CursorBinding,
  decodeSnapshotCursor,
  encodeLogCursor,
  encodeSnapshotCursor,
  type SnapshotPosition,
} from './sync-cursor.ts';
import {
  checkEntityTypes,
  checkPosition,
  loadLivingHead,
  type PageQuery,
  type PullDeps,
  refuseCursor,
  resyncRequired,
} from './sync-reader.ts';

/** Of 64 KB each, the least that a Query is worth; small rows are asked for by what the ones before weighed. */
const MIN_BATCH_COUNT = 60;
/** Tombstones are read over: with this many looked at a page ends, maybe empty, further on. */
const MAX_READ_COUNT = 4_000;
const TOMBSTONE_BYTES = 200;

type Position = Omit<SnapshotPosition, 'type' | 'afterId'> & {
  /** Undefined: all types are read. */
  readonly type: string | undefined;
  readonly afterId: string | undefined;
};

/**
 * A page of the living rows (SYN8) as the JSON text of `SnapshotAnswer`: parents before children, in the order
 * of ids, each as it is when it is read. What changes meanwhile is in the log behind `thenCursor`, which stands
 * a little before the snapshot's beginning: a transaction that was half visible then is delivered whole there.
 * To take a row twice is harmless. `request.bad_cursor`, `sync.unknown_entity_type`, `sync.resync_required`,
 * `user.not_found`.
 */
export async function readSnapshot(deps: PullDeps, scope: UserScope, query: PageQuery): Promise<string> {
  const entityTypes = checkEntityTypes(deps.schema, query.entityTypes);
  const binding = { scope, entityTypes };
  const head = await loadLivingHead(deps, scope);
  const types = typesInOrder(deps, entityTypes);
  const from = await readPosition({ deps, scope, head, types }, query.cursor, binding);
  const page = await fillPage(deps, scope, { types, from, limit: query.limit });
  const { type, afterId = '' } = page.at;
  const cursor = type === undefined ? null : encodeSnapshotCursor({ ...page.at, type, afterId }, binding);
  const thenCursor = encodeLogCursor({ epoch: from.epoch, seq: from.seq, offset: 0 }, binding);
  const rest = { cursor, hasMore: cursor !== null, thenCursor, progress: { rowsTotal: from.rowsTotal } };
  return `{"rows":[${page.rows.join(',')}],${JSON.stringify(rest).slice(1)}`;
}

/** Parents before children, so that a client may apply page by page. */
function typesInOrder({ schema }: PullDeps, entityTypes: readonly string[] | undefined): readonly string[] {
  const chosen = [...schema.entities.values()].filter(({ type }) => entityTypes?.includes(type) ?? true);
  return chosen.sort((a, b) => a.order - b.order || (a.type < b.type ? -1 : 1)).map(({ type }) => type);
}

interface Beginning {
  readonly deps: PullDeps;
  readonly scope: UserScope;
  readonly head: SyncHead | undefined;
  readonly types: readonly string[];
}

async function readPosition(
  { deps, scope, head, types }: Beginning,
  cursor: string | undefined,
  binding: CursorBinding,
): Promise<Position> {
  if (cursor === undefined) {
    const seq = head === undefined ? 0 : await findSettledSeq(deps, scope, head);
    const counts = types.map((type) => head?.digests[type]?.count ?? 0);
    const rowsTotal = counts.reduce((sum, count) => sum + count, 0);
    return { epoch: head?.epoch ?? '', seq, type: types[0], afterId: undefined, rowsTotal };
  }
  const position = decodeSnapshotCursor(cursor, binding);
  if (!position.ok) throw refuseCursor(position.failure);
  checkPosition(head, position.value);
  const { type, afterId } = position.value;
  if (!types.includes(type)) throw resyncRequired(`there is no type ${type} any more`);
  return { ...position.value, afterId: afterId === '' ? undefined : afterId };
}

interface Page {
  readonly rows: readonly string[];
  readonly at: Position;
}

/**
 * Rows until the limit, 3 MB, the end of the last type, or enough tombstones. The last row that was looked at is
 * where the next page begins.
 */
async function fillPage(
  deps: PullDeps,
  scope: UserScope,
  {
    types,
    from,
    limit,
  }: { readonly types: readonly string[]; readonly from: Position; readonly limit: number },
): Promise<Page> {
  const rows: string[] = [];
  let usedBytes = 0;
  let readCount = 0;
  let at = from;
  while (at.type !== undefined) {
    const { type, afterId } = at;
    const readBytes = usedBytes + (readCount - rows.length) * TOMBSTONE_BYTES;
    const batchCount = nextBatchCount(limit - rows.length, readBytes / Math.max(1, readCount));
    const batch = await deps.store.listRows(scope, type, { afterId, limit: batchCount });
    for (const row of batch) {
      const text = row.state.deleted ? undefined : renderSnapshotRow(row);
      const bytes = text === undefined ? 0 : Buffer.byteLength(text);
      const isFull = rows.length === limit || (rows.length > 0 && usedBytes + bytes > MAX_PULL_BYTES);
      if (text !== undefined && isFull) return { rows, at };
      if (text !== undefined) rows.push(text);
      usedBytes += bytes;
      at = { ...at, afterId: row.id };
    }
    readCount += batch.length;
    if (batch.length < batchCount) at = { ...at, type: types[types.indexOf(type) + 1], afterId: undefined };
    else if (rows.length === limit) return { rows, at };
    if (readCount >= MAX_READ_COUNT) return { rows, at };
  }
  return { rows, at };
}

function nextBatchCount(missingCount: number, bytesPerRow: number): number {
  if (bytesPerRow === 0) return MIN_BATCH_COUNT;
  return Math.max(MIN_BATCH_COUNT, Math.min(missingCount, Math.floor(MAX_PULL_BYTES / bytesPerRow)));
}

const renderSnapshotRow = ({ type, id, state, seq, updatedAtMs, originDeviceId }: StoredRow): string =>
  JSON.stringify({
    entityType: type,
    id,
    version: state.version,
    seq,
    data: state.data,
    updatedAt: toIso(updatedAtMs),
    originDeviceId,
  });
