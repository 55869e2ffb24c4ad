import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writePrivateFile } from '../data-directory/layout.ts';

const KEY_BYTES = 32;

/** The key above all keys of this data directory, made at the first start. Losing it loses all sealed data. */
export function loadMasterKey(path: string): Buffer {
  try {
    const key = readFileSync(path);
    if (key.length !== KEY_BYTES) throw new Error(`${path} is damaged: restore it, or start with --fresh`);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const key = randomBytes(KEY_BYTES);
    writePrivateFile(path, key);
    return key;
  }
}
