// biome-ignore-all lint/performance/noBarrelFile: an entry of the package names what it exports
export { createSqlCoordination } from '../../schedule/sql-coordination.ts';
export { openBetterSqlite3, type SyncDriverOptions } from '../../storage/better-sqlite3.ts';
export { openExpoSqlite } from '../../storage/expo-sqlite.ts';
export { openOpSqlite } from '../../storage/op-sqlite.ts';
export { createSqlDatabase, type SqlConnection, StorageClosedError } from '../../storage/sql-connection.ts';
export type { SqlDatabase, SqlRow, SqlTransaction, SqlValue } from '../../storage/sql-database.ts';
export { openSqliteWasm } from '../../storage/sqlite-wasm.ts';
export { createMemoryStore } from '../../store/memory-store.ts';
export { createSqlStore } from '../../store/sql-store.ts';
