import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writePrivateFile } from './layout.ts';

export interface Lock {
  release(): void;
}

/**
 * Holds the data directory for this process. The lock is the operating system's, on an SQLite file: it goes
 * with the process however that ends, and no later process with the same id can be mistaken for the holder.
 * Throws with the holder's process id when another one runs.
 */
export function acquireLock(path: string): Lock {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  const holder = `${path}.pid`;
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(
      `another local cloud (process ${readHolder(holder)}) runs on ${dirname(path)}: stop it, or give --data-dir`,
      { cause },
    );
  }
  writePrivateFile(holder, String(process.pid));
  return { release: () => database.close() };
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'unknown';
  }
}
