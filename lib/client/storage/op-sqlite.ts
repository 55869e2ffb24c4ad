import { type PhoneSqlValue, toPhoneValues } from './bind-values.ts';
import { createSqlDatabase } from './sql-connection.ts';
import type { SqlDatabase, SqlRow, SqlValue } from './sql-database.ts';

/** The part of op-sqlite's `DB` (version 9 and later, where `execute` is asynchronous) that is used. */
export interface OpSqliteLike {
  execute(sql: string, parameters?: PhoneSqlValue[]): Promise<{ readonly rows: readonly unknown[] }>;
  close(): void;
}

/** op-sqlite gives blobs as ArrayBuffer, everyone else as Uint8Array. */
const toRow = (row: unknown): SqlRow =>
  Object.fromEntries(
    Object.entries(row as Record<string, SqlValue | ArrayBuffer>).map(([name, value]) => [
      name,
      value instanceof ArrayBuffer ? new Uint8Array(value) : value,
    ]),
  );

/** A database over `open({ name })` of @op-engineering/op-sqlite; the connection belongs to the client. */
export async function openOpSqlite(database: OpSqliteLike): Promise<SqlDatabase> {
  await database.execute('PRAGMA journal_mode = WAL');
  await database.execute('PRAGMA synchronous = NORMAL');
  return createSqlDatabase({
    run: async (sql, parameters) => {
      await database.execute(sql, toPhoneValues(parameters));
    },
    all: async (sql, parameters) => (await database.execute(sql, toPhoneValues(parameters))).rows.map(toRow),
    close: () => database.close(),
  });
}
