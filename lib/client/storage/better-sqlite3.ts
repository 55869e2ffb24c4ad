import { createSqlDatabase } from './sql-connection.ts';
import type { SqlDatabase, SqlRow, SqlValue } from './sql-database.ts';
import { createStatementCache } from './statement-cache.ts';

interface SyncStatement {
  run(...parameters: SqlValue[]): unknown;
  all(...parameters: SqlValue[]): unknown[];
}

/**
 * The part of better-sqlite3's `Database` that is used; `node:sqlite` and `bun:sqlite` have the same shape. A
 * type of its own, so that the client depends on no driver.
 */
export interface BetterSqlite3Like {
  exec(sql: string): unknown;
  prepare(sql: string): SyncStatement;
  close(): unknown;
}

export interface SyncDriverOptions {
  /**
   * `normal` (the default): a power cut may take the last transactions, whole ones only; a killed process takes
   * none. `full`: not a power cut either, at the price of a flush to the disk per transaction.
   * https://www.sqlite.org/pragma.html#pragma_synchronous
   */
  readonly synchronous?: 'normal' | 'full';
}

/** What a second process that writes is waited for, before SQLITE_BUSY. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * A database over an open connection of better-sqlite3's shape, in WAL mode, with statements prepared once per
 * text. The connection belongs to the client from here on, and is closed with it. Integers beyond 2^53 are the
 * driver's own affair: the client keeps such as texts.
 */
export function openBetterSqlite3(database: BetterSqlite3Like, options: SyncDriverOptions = {}): SqlDatabase {
  database.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
     PRAGMA journal_mode = WAL;
     PRAGMA synchronous = ${options.synchronous === 'full' ? 'FULL' : 'NORMAL'};`,
  );
  const statements = createStatementCache((sql) => database.prepare(sql));
  return createSqlDatabase({
    run: (sql, parameters) => {
      statements.of(sql).run(...parameters);
    },
    all: (sql, parameters) => statements.of(sql).all(...parameters) as SqlRow[],
    close: () => {
      statements.clear();
      database.close();
    },
  });
}
