/** Layout 1. Names carry the package's, as the app may have tables of its own in the same file. */
export const LAYOUT: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS headwater_values (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID',
  `CREATE TABLE IF NOT EXISTS headwater_rows (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, deleted INTEGER NOT NULL,
    data TEXT NOT NULL, updated_at_ms INTEGER NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY (type, id)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS headwater_queue (
    request_id TEXT PRIMARY KEY, position INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL, payload TEXT NOT NULL, attempt_count INTEGER NOT NULL,
    next_attempt_at_ms INTEGER NOT NULL, code TEXT, version INTEGER, conflict_id TEXT)`,
  'CREATE INDEX IF NOT EXISTS headwater_queue_rows ON headwater_queue (type, id, position)',
];

export const ROW_COLUMNS = 'type, id, version, deleted, data, updated_at_ms, generation';
export const QUEUE_COLUMNS =
  'request_id, position, type, id, state, payload, attempt_count, next_attempt_at_ms, code, version, conflict_id';

/** SQLite before 3.32 takes 999 parameters per statement; phones still ship such. */
const ROWS_PER_STATEMENT = [100, 10, 1] as const;
const IDS_PER_STATEMENT = [900, 100, 10, 1] as const;

/** The list in pieces of few sizes, so that there are few statements to prepare. */
export function pieces<Item>(
  items: readonly Item[],
  sizes: readonly number[] = ROWS_PER_STATEMENT,
): readonly (readonly Item[])[] {
  const found: (readonly Item[])[] = [];
  let start = 0;
  for (const size of sizes) {
    for (; items.length - start >= size; start += size) found.push(items.slice(start, start + size));
  }
  return found;
}

export const piecesOfIds = (ids: readonly string[]): readonly (readonly string[])[] =>
  pieces(ids, IDS_PER_STATEMENT);

const marks = (count: number): string => `(${Array(count).fill('?').join(',')})`;
const tuples = (count: number, width: number): string => Array(count).fill(marks(width)).join(',');

/** Of one generation the higher version stands; a newer generation stands whatever its version. */
const IS_NEWER = 'excluded.generation > generation OR excluded.version > version';
const whereNewer = (column: string): string =>
  `${column} = CASE WHEN ${IS_NEWER} THEN excluded.${column} ELSE ${column} END`;

export const saveRowsSql = (count: number): string =>
  `INSERT INTO headwater_rows (${ROW_COLUMNS}) VALUES ${tuples(count, 7)} ON CONFLICT (type, id) DO UPDATE SET
  ${['version', 'deleted', 'data', 'updated_at_ms'].map(whereNewer).join(', ')},
  generation = max(generation, excluded.generation)`;

export const saveQueuedSql = (count: number): string =>
  `INSERT OR REPLACE INTO headwater_queue (${QUEUE_COLUMNS}) VALUES ${tuples(count, 11)}`;

export const removeQueuedSql = (count: number): string =>
  `DELETE FROM headwater_queue WHERE request_id IN ${marks(count)}`;

export const loadRowsSql = (count: number): string =>
  `SELECT ${ROW_COLUMNS} FROM headwater_rows WHERE type = ? AND id IN ${marks(count)}`;

export const listLivingSql = (count: number): string =>
  `SELECT id FROM headwater_rows WHERE type = ? AND deleted = 0 AND id IN ${marks(count)}`;

/** Names of types and fields are ours (contracts/sync); what is none of theirs would be a statement's text. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const named = (name: string): string => {
  if (!NAME.test(name)) throw new Error('not a name of a type or field');
  return name;
};

/** The reference as an index of its type sees it: written out, or SQLite would not take the index. */
const fieldSql = (field: string): string => `json_extract(data, '$.${named(field)}')`;
const childSql = (child: string): string => `type = '${named(child)}' AND deleted = 0`;

export const childIndexSql = (child: string, field: string): string =>
  `CREATE INDEX IF NOT EXISTS headwater_rows_${named(child)}_${named(field)}
  ON headwater_rows (${fieldSql(field)}) WHERE ${childSql(child)}`;

export const listChildrenSql = (child: string, field: string, count: number): string =>
  `SELECT id FROM headwater_rows WHERE ${childSql(child)} AND ${fieldSql(field)} IN ${marks(count)} ORDER BY id LIMIT ?`;

export const listOrphansSql = (child: string, field: string): string =>
  `SELECT id FROM headwater_rows WHERE ${childSql(child)} AND typeof(${fieldSql(field)}) = 'text'
  AND NOT EXISTS (SELECT 1 FROM headwater_rows AS parent
    WHERE parent.type = ? AND parent.deleted = 0 AND parent.id = json_extract(headwater_rows.data, '$.${field}'))
  ORDER BY id LIMIT ?`;
