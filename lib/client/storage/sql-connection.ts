import type { MaybePromise, SqlDatabase, SqlRow, SqlTransaction, SqlValue } from './sql-database.ts';

/** What a driver brings: one connection that nobody else uses, statements in the order they are given. */
export interface SqlConnection {
  run(sql: string, parameters: readonly SqlValue[]): MaybePromise<void>;
  all(sql: string, parameters: readonly SqlValue[]): MaybePromise<readonly SqlRow[]>;
  close(): MaybePromise<void>;
}

/** Thrown where the database was closed before the transaction had its turn. */
export class StorageClosedError extends Error {
  override readonly name = 'StorageClosedError';
  readonly code = 'DATABASE_ERROR';
  readonly retryable = false;
}

/**
 * CLI40: a database of one connection. Transactions have their turns in the order they were asked for, also
 * after one that failed. CLI41: what rejects leaves nothing, and its error is the one that comes out, also
 * where the rollback fails because SQLite has rolled back already. `close` waits for those asked before it.
 * Asking for a transaction within a transaction and waiting for it waits for ever.
 */
export function createSqlDatabase(connection: SqlConnection): SqlDatabase {
  let lastTurn: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = lastTurn.then(work);
    lastTurn = turn.catch(() => undefined);
    return turn;
  };
  return {
    transaction(work) {
      if (closing !== undefined) return Promise.reject(new StorageClosedError('the database is closed'));
      return inTurn(() => transact(connection, work));
    },
    close() {
      closing ??= inTurn(async () => connection.close());
      return closing;
    },
  };
}

async function transact<Value>(
  connection: SqlConnection,
  work: (transaction: SqlTransaction) => MaybePromise<Value>,
): Promise<Value> {
  // IMMEDIATE: a second process that writes is met here, where nothing is lost, and not at the first write.
  await connection.run('BEGIN IMMEDIATE', []);
  const handle = openHandle(connection);
  try {
    const value = await work(handle.transaction);
    await Promise.all(handle.end());
    await connection.run('COMMIT', []);
    return value;
  } catch (error) {
    await Promise.allSettled(handle.end());
    await rollBack(connection);
    throw error;
  }
}

/**
 * Statements of a transaction that has ended would run outside of any, or inside the next one. So it takes none
 * after its end, and `end` answers those that nobody waited for, which drivers of phones may still be preparing.
 */
function openHandle(connection: SqlConnection): {
  readonly transaction: SqlTransaction;
  readonly end: () => readonly Promise<unknown>[];
} {
  let ended = false;
  const pending = new Set<Promise<unknown>>();
  const watched = <Value>(answer: MaybePromise<Value>): MaybePromise<Value> => {
    if (!(answer instanceof Promise)) return answer;
    const forget = () => pending.delete(answer);
    pending.add(answer);
    answer.then(forget, forget);
    return answer;
  };
  const assertOpen = () => {
    if (ended) throw new Error('the transaction has ended');
  };
  return {
    transaction: {
      run(sql, parameters = []) {
        assertOpen();
        return watched(connection.run(sql, parameters));
      },
      all(sql, parameters = []) {
        assertOpen();
        return watched(connection.all(sql, parameters));
      },
    },
    end: () => {
      ended = true;
      return [...pending];
    },
  };
}

async function rollBack(connection: SqlConnection): Promise<void> {
  try {
    await connection.run('ROLLBACK', []);
  } catch {
    // A full disk or an I/O error makes SQLite roll back by itself; then there is no transaction any more.
  }
}
