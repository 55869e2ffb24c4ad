import { type PhoneSqlValue, toPhoneValues } from './bind-values.ts';
import { createSqlDatabase } from './sql-connection.ts';
import type { SqlDatabase, SqlRow } from './sql-database.ts';

/** The part of expo-sqlite's `SQLiteDatabase` (SDK 50 and later) that is used. */
export interface ExpoSqliteLike {
  execAsync(sql: string): Promise<void>;
  runAsync(sql: string, parameters: PhoneSqlValue[]): Promise<unknown>;
  getAllAsync(sql: string, parameters: PhoneSqlValue[]): Promise<unknown[]>;
  closeAsync(): Promise<void>;
}

/**
 * A database over `await SQLite.openDatabaseAsync(name, { useNewConnection: true })`. The connection belongs to
 * the client from here on: a statement that something else sent through it would land in our transactions.
 */
export async function openExpoSqlite(database: ExpoSqliteLike): Promise<SqlDatabase> {
  await database.execAsync('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  return createSqlDatabase({
    run: async (sql, parameters) => {
      await database.runAsync(sql, toPhoneValues(parameters));
    },
    all: async (sql, parameters) => (await database.getAllAsync(sql, toPhoneValues(parameters))) as SqlRow[],
    close: () => database.closeAsync(),
  });
}
