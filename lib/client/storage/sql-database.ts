export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** What some drivers answer at once and others later. */
export type MaybePromise<Value> = Value | Promise<Value>;

export interface SqlTransaction {
  run(sql: string, parameters?: readonly SqlValue[]): MaybePromise<void>;
  all(sql: string, parameters?: readonly SqlValue[]): MaybePromise<readonly SqlRow[]>;
}

/**
 * SQLite as the client needs it, whatever driver the platform has. One connection: transactions run one after
 * the other, in the order in which they were asked for.
 */
export interface SqlDatabase {
  /** Commits when `work` resolves, rolls back when it rejects, and rejects with the same error. */
  transaction<Value>(work: (transaction: SqlTransaction) => MaybePromise<Value>): Promise<Value>;
  close(): Promise<void>;
}
