import { DatabaseSync } from 'node:sqlite';

/** How far each mapping has worked off each shard, and which deletions were the sweeper's. */
export interface Checkpoints {
  load(mapping: string, shard: string): string | undefined;
  /** Kept through any kill once it returns: then nothing before it is repeated. */
  save(mapping: string, shard: string, sequenceNumber: string): void;
  /** Called before the sweeper deletes an item, so that its record is known by what the service says. */
  markExpired(table: string, keys: string): void;
  unmarkExpired(table: string, keys: string): void;
  isMarkedExpired(table: string, keys: string): boolean;
  close(): void;
}

export function openCheckpoints(path: string): Checkpoints {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS checkpoints (mapping TEXT, shard TEXT, sequence TEXT NOT NULL, PRIMARY KEY (mapping, shard));
    CREATE TABLE IF NOT EXISTS expired (table_name TEXT, keys TEXT, PRIMARY KEY (table_name, keys))`);
  const load = database.prepare('SELECT sequence FROM checkpoints WHERE mapping = ? AND shard = ?');
  const save = database.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)');
  const mark = database.prepare('INSERT OR REPLACE INTO expired VALUES (?, ?)');
  const unmark = database.prepare('DELETE FROM expired WHERE table_name = ? AND keys = ?');
  const marked = database.prepare('SELECT 1 FROM expired WHERE table_name = ? AND keys = ?');
  return {
    load: (mapping, shard) => {
      const row = load.get(mapping, shard);
      return typeof row?.['sequence'] === 'string' ? row['sequence'] : undefined;
    },
    save: (mapping, shard, sequenceNumber) => void save.run(mapping, shard, sequenceNumber),
    markExpired: (table, keys) => void mark.run(table, keys),
    unmarkExpired: (table, keys) => void unmark.run(table, keys),
    isMarkedExpired: (table, keys) => marked.get(table, keys) !== undefined,
    close: () => database.close(),
  };
}

/** The same text for the same key, whatever the order of its attributes. */
export const keysText = (keys: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.entries(keys).sort(([one], [other]) => (one < other ? -1 : 1)));
