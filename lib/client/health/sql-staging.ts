import type { SqlDatabase, SqlRow, SqlTransaction, SqlValue } from '../storage/sql-database.ts';
import type { HealthBatch, HealthPart } from './health-part.ts';
import type { HealthCounts, HealthStaging, HealthStagingTransaction } from './health-staging.ts';

const TABLES = [
  'CREATE TABLE IF NOT EXISTS health_anchor (lane TEXT PRIMARY KEY, anchor TEXT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS health_part (
     place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, record_id TEXT NOT NULL,
     state TEXT NOT NULL, start_ms INTEGER NOT NULL, part TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS health_part_record ON health_part (record_id)',
  'CREATE INDEX IF NOT EXISTS health_part_state ON health_part (state, place)',
  `CREATE TABLE IF NOT EXISTS health_batch (
     place INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL UNIQUE, batch TEXT NOT NULL)`,
];

/** SQLite took 999 parameters before 3.32 (2020), which phones still have. */
const MAX_PARAMETERS = 900;

const SAVE_PART = `INSERT INTO health_part (key, record_id, state, start_ms, part) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET record_id = excluded.record_id, state = excluded.state,
    start_ms = excluded.start_ms, part = excluded.part`;
const SAVE_BATCH = `INSERT INTO health_batch (request_id, batch) VALUES (?, ?)
  ON CONFLICT (request_id) DO UPDATE SET batch = excluded.batch`;

/** Parts and batches as JSON beside what they are looked for by. The tables may lie beside the client's own. */
export async function createSqlHealthStaging(database: SqlDatabase): Promise<HealthStaging> {
  await database.transaction(async (tx) => {
    for (const table of TABLES) await tx.run(table);
  });
  return { transaction: (work) => database.transaction((tx) => work(transactionOver(tx))) };
}

const toPart = (row: SqlRow): HealthPart => JSON.parse(String(row['part'])) as HealthPart;

function transactionOver(tx: SqlTransaction): HealthStagingTransaction {
  const partsWhere = async (column: 'key' | 'record_id', values: readonly string[]) => {
    const found: HealthPart[] = [];
    for (const chunk of chunksOf(values)) {
      const marks = chunk.map(() => '?').join(',');
      const rows = await tx.all(
        `SELECT part FROM health_part WHERE ${column} IN (${marks}) ORDER BY place`,
        chunk,
      );
      found.push(...rows.map(toPart));
    }
    return found;
  };
  return {
    ...anchorsAndBatches(tx),
    listParts: (recordIds) => partsWhere('record_id', recordIds),
    loadParts: (keys) => partsWhere('key', keys),
    listByState: async (state, limit) =>
      (
        await tx.all('SELECT part FROM health_part WHERE state = ? ORDER BY place LIMIT ?', [state, limit])
      ).map(toPart),
    async saveParts(parts) {
      for (const part of parts) {
        const row: SqlValue[] = [part.key, part.recordId, part.state, part.startMs, JSON.stringify(part)];
        await tx.run(SAVE_PART, row);
      }
    },
    async removeParts(keys) {
      for (const key of keys) await tx.run('DELETE FROM health_part WHERE key = ?', [key]);
    },
    removeSentBefore: (startMs) =>
      tx.run("DELETE FROM health_part WHERE state = 'sent' AND start_ms < ?", [startMs]),
    async counts() {
      const rows = await tx.all('SELECT state, count(*) AS n FROM health_part GROUP BY state');
      const counts = Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['n'])]));
      return { pending: 0, sending: 0, sent: 0, refused: 0, ...counts } satisfies HealthCounts;
    },
  };
}

function anchorsAndBatches(tx: SqlTransaction) {
  return {
    async loadAnchor(lane) {
      const [row] = await tx.all('SELECT anchor FROM health_anchor WHERE lane = ?', [lane]);
      return row === undefined ? undefined : String(row['anchor']);
    },
    saveAnchor: (lane, anchor) =>
      anchor === undefined
        ? tx.run('DELETE FROM health_anchor WHERE lane = ?', [lane])
        : tx.run('INSERT OR REPLACE INTO health_anchor (lane, anchor) VALUES (?, ?)', [lane, anchor]),
    listBatches: async () =>
      (await tx.all('SELECT batch FROM health_batch ORDER BY place')).map(
        (row) => JSON.parse(String(row['batch'])) as HealthBatch,
      ),
    saveBatch: (batch) => tx.run(SAVE_BATCH, [batch.requestId, JSON.stringify(batch)]),
    removeBatch: (requestId) => tx.run('DELETE FROM health_batch WHERE request_id = ?', [requestId]),
  } satisfies Partial<HealthStagingTransaction>;
}

function* chunksOf(values: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < values.length; start += MAX_PARAMETERS) {
    yield values.slice(start, start + MAX_PARAMETERS);
  }
}
