/**
 * A store that syncs as WatermelonDB does (its `synchronize()`: pull, apply, push, mark), by its documented
 * rules: `_status` and `_changed` per record, columns that were changed here win over what is pulled.
 */
export type RawRecord = Readonly<Record<string, unknown>> & { readonly id: string };

export interface TableChanges {
  readonly created: readonly RawRecord[];
  readonly updated: readonly RawRecord[];
  readonly deleted: readonly string[];
}
export type DatabaseChanges = Readonly<Record<string, TableChanges>>;

/** What an application gives to `synchronize()`. */
export interface WatermelonSync {
  pullChanges(from: {
    readonly lastPulledAt: number | undefined;
  }): Promise<{ readonly changes: DatabaseChanges; readonly timestamp: number }>;
  pushChanges(to: {
    readonly changes: DatabaseChanges;
    readonly lastPulledAt: number;
  }): Promise<{ readonly experimentalRejectedIds?: Readonly<Record<string, readonly string[]>> }>;
}

interface StoredRecord {
  readonly raw: RawRecord;
  readonly status: 'synced' | 'created' | 'updated' | 'deleted';
  readonly changed: ReadonlySet<string>;
}
type Table = Map<string, StoredRecord>;

export class WatermelonStore {
  readonly #tables: ReadonlyMap<string, Table>;
  #lastPulledAt: number | undefined;

  constructor(tables: readonly string[]) {
    this.#tables = new Map(tables.map((name) => [name, new Map()]));
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }

  /** Living records. */
  list(name: string): readonly RawRecord[] {
    return [...this.#table(name).values()].filter(({ status }) => status !== 'deleted').map(({ raw }) => raw);
  }

  create(name: string, raw: RawRecord): void {
    this.#table(name).set(raw.id, { raw, status: 'created', changed: new Set() });
  }

  update(name: string, id: string, columns: Readonly<Record<string, unknown>>): void {
    const stored = this.#table(name).get(id);
    if (stored === undefined || stored.status === 'deleted') return;
    const status = stored.status === 'created' ? 'created' : 'updated';
    const changed = new Set([...stored.changed, ...Object.keys(columns)]);
    this.#table(name).set(id, { raw: { ...stored.raw, ...columns }, status, changed });
  }

  markAsDeleted(name: string, id: string): void {
    const stored = this.#table(name).get(id);
    if (stored === undefined) return;
    if (stored.status === 'created') this.#table(name).delete(id);
    else this.#table(name).set(id, { ...stored, status: 'deleted' });
  }

  async synchronize({ pullChanges, pushChanges }: WatermelonSync): Promise<void> {
    const { changes, timestamp } = await pullChanges({ lastPulledAt: this.#lastPulledAt });
    for (const [name, table] of Object.entries(changes)) this.#applyRemote(this.#table(name), table);
    this.#lastPulledAt = timestamp;
    const pushed = new Map([...this.#tables].map(([name, table]) => [name, dirtyOf(table)]));
    if ([...pushed.values()].every((records) => records.length === 0)) return;
    const { experimentalRejectedIds: rejected = {} } = await pushChanges({
      changes: Object.fromEntries([...pushed].map(([name, records]) => [name, toChanges(records)])),
      lastPulledAt: timestamp,
    });
    for (const [name, records] of pushed)
      this.#markAsSynced(this.#table(name), records, new Set(rejected[name]));
  }

  #applyRemote(table: Table, { created, updated, deleted }: TableChanges): void {
    for (const id of deleted) table.delete(id);
    for (const remote of [...created, ...updated]) {
      const local = table.get(remote.id);
      if (local === undefined || local.status === 'synced') {
        table.set(remote.id, { raw: remote, status: 'synced', changed: new Set() });
      } else if (local.status !== 'deleted') {
        const kept = Object.fromEntries([...local.changed].map((column) => [column, local.raw[column]]));
        table.set(remote.id, { ...local, raw: { ...local.raw, ...remote, ...kept }, status: 'updated' });
      }
    }
  }

  /** Those that changed again meanwhile stay as they are. */
  #markAsSynced(table: Table, records: readonly StoredRecord[], rejected: ReadonlySet<string>): void {
    for (const record of records) {
      const { id } = record.raw;
      if (table.get(id) !== record || rejected.has(id)) continue;
      if (record.status === 'deleted') table.delete(id);
      else table.set(id, { raw: record.raw, status: 'synced', changed: new Set() });
    }
  }
}

const dirtyOf = (table: Table): readonly StoredRecord[] =>
  [...table.values()].filter(({ status }) => status !== 'synced');

function toChanges(records: readonly StoredRecord[]): TableChanges {
  const rawOf = ({ raw, status, changed }: StoredRecord): RawRecord => ({
    ...raw,
    _status: status,
    _changed: [...changed].join(','),
  });
  return {
    created: records.filter(({ status }) => status === 'created').map(rawOf),
    updated: records.filter(({ status }) => status === 'updated').map(rawOf),
    deleted: records.filter(({ status }) => status === 'deleted').map(({ raw }) => raw.id),
  };
}
