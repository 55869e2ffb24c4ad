import type { LocalRelation, LocalStore, LocalTransaction, QueuedChange, ServerRow } from './local-store.ts';

export interface MemoryStore extends LocalStore {
  /**
   * What a process finds after the one before was killed: the committed state. The store it was asked of is
   * dead from then on; a transaction that was under way there is undone and never commits.
   */
  reopen(): MemoryStore;
}

interface Tables {
  readonly rows: Map<string, Map<string, ServerRow>>;
  /** By row, then by request. */
  readonly queue: Map<string, Map<string, QueuedChange>>;
  readonly rowOfRequest: Map<string, string>;
  readonly values: Map<string, string>;
}

/** CLI1 in memory: for tests, and for apps that start anew each time. */
export function createMemoryStore(): MemoryStore {
  return openTables({ rows: new Map(), queue: new Map(), rowOfRequest: new Map(), values: new Map() });
}

function openTables(tables: Tables): MemoryStore {
  let dead = false;
  let undo: (() => void)[] = [];
  let lastTurn: Promise<unknown> = Promise.resolve();
  const rollBack = () => {
    for (const step of undo.splice(0).reverse()) step();
  };
  const assertAlive = () => {
    if (dead) throw new Error('the store is closed');
  };
  const transact = async <Value>(work: (transaction: LocalTransaction) => Value | Promise<Value>) => {
    assertAlive();
    undo = [];
    try {
      const value = await work(createTransaction(tables, undo, assertAlive));
      assertAlive();
      undo = [];
      return value;
    } catch (error) {
      if (!dead) rollBack();
      throw error;
    }
  };
  return {
    async open(version) {
      assertAlive();
      const there = tables.values.get('storeVersion');
      if (there === undefined) tables.values.set('storeVersion', String(version));
      return there === undefined ? undefined : Number(there);
    },
    transaction(work) {
      const turn = lastTurn.then(() => transact(work));
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await lastTurn;
      dead = true;
    },
    reopen() {
      rollBack();
      dead = true;
      return openTables(tables);
    },
  };
}

/** Writes go straight into the tables, each with the step that takes it back. */
function createTransaction(tables: Tables, undo: (() => void)[], assertAlive: () => void): LocalTransaction {
  const put: Put = (map, key, value) => {
    assertAlive();
    const before = map.get(key);
    undo.push(() => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    });
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  };
  return {
    ...readRows(tables),
    saveRows(rows) {
      for (const row of rows) {
        const table = tableOf(tables, row.type);
        put(table, row.id, newerOf(table.get(row.id), row));
      }
    },
    removeRowsBefore(generation) {
      const types = new Set<string>();
      for (const [type, table] of tables.rows) {
        for (const row of [...table.values()].filter((stored) => stored.generation < generation)) {
          put(table, row.id, undefined);
          types.add(type);
        }
      }
      return [...types].sort();
    },
    ...queueOf(tables, put),
    loadValue: (name) => tables.values.get(name),
    saveValue: (name, text) => put(tables.values, name, text),
    listValues: (prefix) =>
      [...tables.values]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([left], [right]) => order(left, right)),
  };
}

type Put = <Value>(map: Map<string, Value>, key: string, value: Value | undefined) => void;

function queueOf(
  tables: Tables,
  put: Put,
): Pick<LocalTransaction, 'listQueue' | 'saveQueued' | 'removeQueued'> {
  const remove = (requestId: string): void => {
    const row = tables.queue.get(tables.rowOfRequest.get(requestId) ?? '');
    if (row !== undefined) put(row, requestId, undefined);
    put(tables.rowOfRequest, requestId, undefined);
  };
  return {
    listQueue(type, id) {
      const changes =
        type !== undefined && id !== undefined
          ? [...(tables.queue.get(keyOf(type, id))?.values() ?? [])]
          : [...tables.queue.values()].flatMap((row) => [...row.values()]);
      return changes
        .filter((change) => (type ?? change.type) === change.type)
        .sort((left, right) => left.order - right.order);
    },
    saveQueued(changes) {
      for (const change of changes) {
        remove(change.requestId);
        const key = keyOf(change.type, change.id);
        if (!tables.queue.has(key)) put(tables.queue, key, new Map());
        const row = tables.queue.get(key);
        if (row !== undefined) put(row, change.requestId, change);
        put(tables.rowOfRequest, change.requestId, key);
      }
    },
    removeQueued(requestIds) {
      for (const requestId of requestIds) {
        const key = tables.rowOfRequest.get(requestId) ?? '';
        remove(requestId);
        if (tables.queue.get(key)?.size === 0) put(tables.queue, key, undefined);
      }
    },
  };
}

/** Types hold no space (contracts/sync/protocol.ts). */
const keyOf = (type: string, id: string): string => `${type} ${id}`;

type RowReads =
  | 'loadRow'
  | 'loadRows'
  | 'listMissing'
  | 'listRows'
  | 'listTypes'
  | 'listOrphans'
  | 'listChildren';

function readRows(tables: Tables): Pick<LocalTransaction, RowReads> {
  const living = (type: string): readonly ServerRow[] =>
    [...(tables.rows.get(type)?.values() ?? [])]
      .filter((row) => !row.deleted)
      .sort((left, right) => order(left.id, right.id));
  const isLiving = (type: string, id: string): boolean => tables.rows.get(type)?.get(id)?.deleted === false;
  const childrenWhere = (
    relation: LocalRelation,
    holds: (parentId: string) => boolean,
    limit: number,
  ): readonly string[] =>
    living(relation.child)
      .filter((row) => {
        const parentId = row.data[relation.field];
        return typeof parentId === 'string' && holds(parentId);
      })
      .slice(0, limit)
      .map((row) => row.id);
  return {
    loadRow: (type, id) => tables.rows.get(type)?.get(id),
    loadRows: (type, ids) => ids.flatMap((id) => tables.rows.get(type)?.get(id) ?? []),
    listMissing: (type, ids) => ids.filter((id) => !isLiving(type, id)),
    listRows: living,
    listTypes: () =>
      [...tables.rows]
        .filter(([, table]) => table.size > 0)
        .map(([type]) => type)
        .sort(),
    listOrphans: (relation, limit) =>
      childrenWhere(relation, (parentId) => !isLiving(relation.parent, parentId), limit),
    listChildren(relation, parentIds, limit) {
      const wanted = new Set(parentIds);
      return childrenWhere(relation, (parentId) => wanted.has(parentId), limit);
    },
  };
}

function tableOf(tables: Tables, type: string): Map<string, ServerRow> {
  const known = tables.rows.get(type);
  if (known !== undefined) return known;
  const made = new Map<string, ServerRow>();
  tables.rows.set(type, made);
  return made;
}

function newerOf(stored: ServerRow | undefined, row: ServerRow): ServerRow {
  if (stored === undefined || row.generation > stored.generation) return row;
  return row.version > stored.version ? { ...row, generation: stored.generation } : stored;
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
