import type { SyncChange } from '../../contracts/http/sync.ts';
import { createPeerWriter, type PeerDevice, type UnstampedChange } from './peer-writer.ts';
import { type PushAnswer, pullPage, pushOnce, type SyncDoor } from './sync-door.ts';
import type { RawRecord, TableChanges, WatermelonSync } from './watermelon-store.ts';

/** The column that keeps the server's version of a record. */
export const VERSION_COLUMN = 'row_version';
const PAGE_ROWS = 500;
const PUSH_ROWS = 500;

export interface WatermelonPeer extends PeerDevice {
  readonly door: SyncDoor;
  readonly tables: readonly string[];
}

/**
 * `pullChanges` and `pushChanges` over `/v1/sync`. WatermelonDB keeps a number between syncs where we have a
 * cursor, so the adapter numbers its cursors. What its rules ask of a server and where ours is another:
 *
 * - create of an existing record is an update, update of a missing one makes it, delete of a missing one is
 *   nothing: the same here;
 * - a record that changed since the last pull aborts the whole push: here it is merged, and the next pull
 *   brings the merged row;
 * - a push is all or nothing: here each record is judged by itself, and those refused are named.
 */
export function createWatermelonSync(peer: WatermelonPeer): WatermelonSync {
  const { door, tables } = peer;
  const writer = createPeerWriter(peer);
  const cursors: string[] = [];
  return {
    async pullChanges({ lastPulledAt }) {
      const latest = new Map<string, SyncChange>();
      let cursor = lastPulledAt === undefined ? undefined : cursors[lastPulledAt];
      for (let hasMore = true; hasMore; ) {
        const page = await pullPage(door, { entityTypes: tables, cursor, limit: PAGE_ROWS });
        for (const change of page.changes) latest.set(`${change.entityType} ${change.id}`, change);
        ({ cursor, hasMore } = page);
      }
      const changes = Object.fromEntries(
        tables.map((table) => [table, toTable(table, [...latest.values()])]),
      );
      return { changes, timestamp: cursors.push(cursor ?? '') - 1 };
    },
    async pushChanges({ changes }) {
      const all = Object.entries(changes).flatMap(([table, each]) => toWire(table, each));
      const rejected: Record<string, string[]> = {};
      for (let from = 0; from < all.length; from += PUSH_ROWS) {
        const part = all.slice(from, from + PUSH_ROWS);
        const request = writer.request(part);
        const refused = failedOf(await pushOnce(door, request));
        for (const { requestId, entityType, id } of request.changes)
          if (refused.has(requestId)) rejected[entityType] = [...(rejected[entityType] ?? []), id];
      }
      return { experimentalRejectedIds: rejected };
    },
  };
}

const failedOf = ({ failed }: PushAnswer): ReadonlySet<string> =>
  new Set(failed.map(({ requestId }) => requestId));

/** Everything living counts as updated: WatermelonDB takes that with `sendCreatedAsUpdated`. */
function toTable(table: string, changes: readonly SyncChange[]): TableChanges {
  const own = changes.filter(({ entityType }) => entityType === table);
  return {
    created: [],
    updated: own
      .filter(({ op }) => op === 'upsert')
      .map(({ id, version, data }): RawRecord => ({ ...data, id, [VERSION_COLUMN]: version })),
    deleted: own.filter(({ op }) => op === 'delete').map(({ id }) => id),
  };
}

function toWire(entityType: string, changes: TableChanges): readonly UnstampedChange[] {
  const row = (raw: RawRecord): Pick<UnstampedChange, 'entityType' | 'id' | 'baseVersion'> => {
    const version = raw[VERSION_COLUMN];
    return { entityType, id: raw.id, ...(typeof version === 'number' ? { baseVersion: version } : {}) };
  };
  return [
    ...changes.created.map((raw) => ({ ...row(raw), op: 'create' as const, data: dataOf(raw) })),
    ...changes.updated.map((raw) => ({ ...row(raw), op: 'update' as const, data: changedOf(raw) })),
    ...changes.deleted.map((id) => ({ entityType, id, op: 'delete' as const })),
  ];
}

/** The fields of a row: a record without what WatermelonDB and this adapter put around them. */
export function dataOf(raw: RawRecord): Readonly<Record<string, unknown>> {
  const { id, _status, _changed, [VERSION_COLUMN]: _, ...data } = raw;
  return data;
}

/** The columns that WatermelonDB marked; a list of texts goes whole, for it keeps none of what was before. */
function changedOf(raw: RawRecord): Readonly<Record<string, unknown>> {
  const marked = new Set(String(raw['_changed']).split(','));
  return Object.fromEntries(Object.entries(dataOf(raw)).filter(([column]) => marked.has(column)));
}
