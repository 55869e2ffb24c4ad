import { toIso } from '../../core/instants.ts';
import type { LogChange, LogEntry, RowKey, StoredRow } from '../model.ts';

export interface PageLimits {
  readonly rowCount: number;
  readonly bytes: number;
}

/** A page of changes as JSON texts: each row once, in its last state that the page covers. */
export interface ChangePage {
  readonly size: number;
  /** False where the page takes no more; it always takes a first row, whatever its size. */
  add(change: RenderedChange): boolean;
  readonly texts: () => readonly string[];
}

export interface RenderedChange extends RowKey {
  readonly version: number;
  readonly text: string;
}

/**
 * A row that comes again takes its earlier place's room and goes behind the others, so that numbers ascend; an
 * older state than the one that is there already (a large row was read after its entry) changes nothing.
 */
export function createChangePage(limits: PageLimits): ChangePage {
  const rows = new Map<string, { readonly version: number; readonly text: string; readonly bytes: number }>();
  let usedBytes = 0;
  return {
    get size() {
      return rows.size;
    },
    add: (change) => {
      const name = `${change.type}/${change.id}`;
      const before = rows.get(name);
      if (before !== undefined && before.version > change.version) return true;
      const bytes = Buffer.byteLength(change.text);
      const sumBytes = usedBytes - (before?.bytes ?? 0) + bytes;
      const count = rows.size + (before === undefined ? 1 : 0);
      const others = count - 1;
      if (others > 0 && (count > limits.rowCount || sumBytes > limits.bytes)) return false;
      rows.delete(name);
      rows.set(name, { version: change.version, text: change.text, bytes });
      usedBytes = sumBytes;
      return true;
    },
    texts: () => [...rows.values()].map(({ text }) => text),
  };
}

/** A change that says all by itself: a deletion, or a row that the entry holds; undefined for large rows. */
export function renderInline(entry: LogEntry, change: LogChange): RenderedChange | undefined {
  if (change.row !== undefined) return renderRow(change.row);
  if (change.op === 'upsert') return undefined;
  const { type, id, version } = change;
  const text = JSON.stringify({
    entityType: type,
    id,
    op: 'delete',
    version,
    seq: entry.seq,
    updatedAt: toIso(entry.committedAtMs),
    originDeviceId: entry.originDeviceId,
  });
  return { type, id, version, text };
}

/** A row as it stands: a tombstone is a deletion without data. */
export function renderRow(row: StoredRow): RenderedChange {
  const { type, id, state, seq, updatedAtMs, originDeviceId } = row;
  const text = JSON.stringify({
    entityType: type,
    id,
    op: state.deleted ? 'delete' : 'upsert',
    version: state.version,
    seq,
    ...(state.deleted ? {} : { data: state.data }),
    updatedAt: toIso(updatedAtMs),
    originDeviceId,
  });
  return { type, id, version: state.version, text };
}
