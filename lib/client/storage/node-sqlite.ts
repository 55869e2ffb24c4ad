import { DatabaseSync } from 'node:sqlite';
import { openBetterSqlite3, type SyncDriverOptions } from './better-sqlite3.ts';
import type { SqlDatabase } from './sql-database.ts';

/** SQLite of Node itself (22.13 and later): a file that is made when it is not there, or `:memory:`. */
export function createNodeSqlite(path: string, options: SyncDriverOptions = {}): SqlDatabase {
  return openBetterSqlite3(new DatabaseSync(path), options);
}
