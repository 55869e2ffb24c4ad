import { createSqlDatabase } from './sql-connection.ts';
import type { SqlDatabase, SqlRow, SqlValue } from './sql-database.ts';
import { createStatementCache } from './statement-cache.ts';

interface WasmStatement {
  readonly parameterCount: number;
  bind(values: SqlValue[]): unknown;
  step(): boolean;
  get(target: Record<string, never>): unknown;
  reset(alsoClearBinds?: boolean): unknown;
  finalize(): unknown;
}

/** The part of the `oo1.DB` of @sqlite.org/sqlite-wasm that is used. */
export interface SqliteWasmLike {
  prepare(sql: string): WasmStatement;
  close(): void;
}

/**
 * A database over SQLite's own WebAssembly build: `new sqlite3.oo1.DB(':memory:')`, or in a worker
 * `new (await sqlite3.installOpfsSAHPoolVfs({})).OpfsSAHPoolDb('/headwater.db')`, which keeps it in the
 * origin's private file system. The connection belongs to the client from here on.
 */
export function openSqliteWasm(database: SqliteWasmLike): SqlDatabase {
  const statements = createStatementCache(
    (sql) => database.prepare(sql),
    (statement) => statement.finalize(),
  );
  const run = (sql: string, parameters: readonly SqlValue[], onRow?: (row: SqlRow) => void) => {
    const statement = statements.of(sql);
    try {
      if (parameters.length > 0) statement.bind([...parameters]);
      while (statement.step()) onRow?.(statement.get({}) as SqlRow);
    } finally {
      statement.reset(statement.parameterCount > 0);
    }
  };
  return createSqlDatabase({
    run,
    all: (sql, parameters) => {
      const rows: SqlRow[] = [];
      run(sql, parameters, (row) => rows.push(row));
      return rows;
    },
    close: () => {
      statements.clear();
      database.close();
    },
  });
}
