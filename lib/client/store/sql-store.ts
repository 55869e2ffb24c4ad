import type { RowData } from '../../sync/merge/row.ts';
import type { SqlDatabase, SqlRow, SqlTransaction, SqlValue } from '../storage/sql-database.ts';
import type { LocalStore, LocalTransaction, QueuedChange, QueueState, ServerRow } from './local-store.ts';
import {
  childIndexSql,
  LAYOUT,
  listChildrenSql,
  listLivingSql,
  listOrphansSql,
  loadRowsSql,
  pieces,
  piecesOfIds,
  QUEUE_COLUMNS,
  ROW_COLUMNS,
  removeQueuedSql,
  saveQueuedSql,
  saveRowsSql,
} from './sql-layout.ts';

/**
 * CLI1 over SQLite, whatever driver the platform has. The database may be the app's own: all tables begin with
 * `headwater_`. Closing the store closes the database.
 */
export function createSqlStore(database: SqlDatabase): LocalStore {
  return {
    open: (version) => database.transaction((sql) => openLayout(sql, version)),
    transaction: (work) => database.transaction((sql) => work(createTransaction(sql))),
    close: () => database.close(),
  };
}

async function openLayout(sql: SqlTransaction, version: number): Promise<number | undefined> {
  const tables = await sql.all("SELECT name FROM sqlite_master WHERE name = 'headwater_values'");
  const there = tables.length === 0 ? undefined : await loadText(sql, 'storeVersion');
  if (there !== undefined && Number(there) > version) return Number(there);
  for (const statement of LAYOUT) await sql.run(statement);
  if (there === undefined) await saveText(sql, 'storeVersion', String(version));
  return there === undefined ? undefined : Number(there);
}

function createTransaction(sql: SqlTransaction): LocalTransaction {
  return { ...createRows(sql), ...createReferences(sql), ...createQueue(sql), ...createValues(sql) };
}

type Rows =
  | 'loadRow'
  | 'loadRows'
  | 'listMissing'
  | 'listRows'
  | 'listTypes'
  | 'saveRows'
  | 'removeRowsBefore';

function createRows(sql: SqlTransaction): Pick<LocalTransaction, Rows> {
  const loadRows: LocalTransaction['loadRows'] = async (type, ids) => {
    const rows: ServerRow[] = [];
    for (const piece of piecesOfIds(ids)) {
      rows.push(...(await sql.all(loadRowsSql(piece.length), [type, ...piece])).map(toRow));
    }
    return rows;
  };
  return {
    loadRow: async (type, id) => (await loadRows(type, [id]))[0],
    loadRows,
    async listMissing(type, ids) {
      const living = new Set<string>();
      for (const piece of piecesOfIds(ids)) {
        const rows = await sql.all(listLivingSql(piece.length), [type, ...piece]);
        for (const row of rows) living.add(String(row['id']));
      }
      return ids.filter((id) => !living.has(id));
    },
    async listRows(type) {
      const rows = await sql.all(
        `SELECT ${ROW_COLUMNS} FROM headwater_rows WHERE type = ? AND deleted = 0 ORDER BY id`,
        [type],
      );
      return rows.map(toRow).filter(({ deleted }) => !deleted);
    },
    async listTypes() {
      const rows = await sql.all('SELECT DISTINCT type FROM headwater_rows ORDER BY type');
      return rows.map((row) => String(row['type']));
    },
    async saveRows(rows) {
      for (const piece of pieces(rows)) await sql.run(saveRowsSql(piece.length), piece.flatMap(fromRow));
    },
    async removeRowsBefore(generation) {
      const rows = await sql.all(
        'SELECT DISTINCT type FROM headwater_rows WHERE generation < ? ORDER BY type',
        [generation],
      );
      await sql.run('DELETE FROM headwater_rows WHERE generation < ?', [generation]);
      return rows.map((row) => String(row['type']));
    },
  };
}

function createReferences(sql: SqlTransaction): Pick<LocalTransaction, 'listOrphans' | 'listChildren'> {
  return {
    async listOrphans({ child, field, parent }, limit) {
      const rows = await sql.all(listOrphansSql(child, field), [parent, limit]);
      return rows.map((row) => String(row['id']));
    },
    async listChildren({ child, field }, parentIds, limit) {
      // Only devices that see parents go need it, and then often.
      await sql.run(childIndexSql(child, field));
      const found: string[] = [];
      for (const piece of piecesOfIds(parentIds)) {
        const rows = await sql.all(listChildrenSql(child, field, piece.length), [...piece, limit]);
        found.push(...rows.map((row) => String(row['id'])));
      }
      return [...new Set(found)].sort().slice(0, limit);
    },
  };
}

function createQueue(
  sql: SqlTransaction,
): Pick<LocalTransaction, 'listQueue' | 'saveQueued' | 'removeQueued'> {
  return {
    async listQueue(type, id) {
      const wanted = [type, id].filter((part) => part !== undefined);
      const where = ['', 'WHERE type = ?', 'WHERE type = ? AND id = ?'][wanted.length];
      const rows = await sql.all(
        `SELECT ${QUEUE_COLUMNS} FROM headwater_queue ${where} ORDER BY position`,
        wanted,
      );
      return rows.map(toQueued);
    },
    async saveQueued(changes) {
      // 11 parameters each.
      for (const piece of pieces(changes, [80, 10, 1])) {
        await sql.run(saveQueuedSql(piece.length), piece.flatMap(fromQueued));
      }
    },
    async removeQueued(requestIds) {
      for (const piece of piecesOfIds(requestIds)) await sql.run(removeQueuedSql(piece.length), piece);
    },
  };
}

function createValues(sql: SqlTransaction): Pick<LocalTransaction, 'loadValue' | 'saveValue' | 'listValues'> {
  return {
    loadValue: (name) => loadText(sql, name),
    saveValue: (name, text) => saveText(sql, name, text),
    async listValues(prefix) {
      // All names are ASCII: what begins with the prefix lies before the prefix and a greater character.
      const rows = await sql.all(
        'SELECT name, text FROM headwater_values WHERE name >= ? AND name < ? ORDER BY name',
        [prefix, `${prefix}\u{ffff}`],
      );
      return rows.map((row) => [String(row['name']), String(row['text'])] as const);
    },
  };
}

async function loadText(sql: SqlTransaction, name: string): Promise<string | undefined> {
  const [row] = await sql.all('SELECT text FROM headwater_values WHERE name = ?', [name]);
  return row === undefined ? undefined : String(row['text']);
}

async function saveText(sql: SqlTransaction, name: string, text: string | undefined): Promise<void> {
  if (text === undefined) await sql.run('DELETE FROM headwater_values WHERE name = ?', [name]);
  else await sql.run('INSERT OR REPLACE INTO headwater_values (name, text) VALUES (?, ?)', [name, text]);
}

const fromRow = (row: ServerRow): readonly SqlValue[] => [
  row.type,
  row.id,
  row.version,
  row.deleted ? 1 : 0,
  JSON.stringify(row.data),
  row.updatedAtMs,
  row.generation,
];

function toRow(row: SqlRow): ServerRow {
  const data = parseData(String(row['data']));
  return {
    type: String(row['type']),
    id: String(row['id']),
    // A damaged row is as good as none; `verify` notices, and a snapshot brings it back.
    version: data === undefined ? 0 : Number(row['version']),
    deleted: data === undefined || row['deleted'] === 1,
    data: data ?? {},
    updatedAtMs: Number(row['updated_at_ms']),
    generation: Number(row['generation']),
  };
}

function parseData(text: string): RowData | undefined {
  try {
    return JSON.parse(text) as RowData;
  } catch {
    return undefined;
  }
}

const fromQueued = (change: QueuedChange): readonly SqlValue[] => [
  change.requestId,
  change.order,
  change.type,
  change.id,
  change.state,
  change.payload,
  change.attemptCount,
  change.nextAttemptAtMs,
  change.code ?? null,
  change.version ?? null,
  change.conflictId ?? null,
];

const toQueued = (row: SqlRow): QueuedChange => ({
  requestId: String(row['request_id']),
  order: Number(row['position']),
  type: String(row['type']),
  id: String(row['id']),
  state: String(row['state']) as QueueState,
  payload: String(row['payload']),
  attemptCount: Number(row['attempt_count']),
  nextAttemptAtMs: Number(row['next_attempt_at_ms']),
  code: textOf(row['code']),
  version: row['version'] === null ? undefined : Number(row['version']),
  conflictId: textOf(row['conflict_id']),
});

const textOf = (value: SqlValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
