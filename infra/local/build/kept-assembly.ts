import { createHash } from 'node:crypto';
import { constants, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** In the room `kept`, under the name of what it was made from. */
const placeOf = (kept: string, fingerprint: string): string =>
  join(kept, createHash('sha256').update(fingerprint).digest('hex').slice(0, 32));

/** Copies what is kept for the fingerprint to `target`; false when there is none, and nothing is there then. */
export function takeAssembly(kept: string, fingerprint: string, target: string): boolean {
  const place = placeOf(kept, fingerprint);
  if (!existsSync(place)) return false;
  try {
    copy(place, target);
    return true;
  } catch {
    // Another start, of other code, has just put its own in this one's place.
    rmSync(target, { recursive: true, force: true });
    return false;
  }
}

/** Keeps a copy of the assembly, whole or not at all, in place of those of other code. A repeat changes nothing. */
export function keepAssembly(kept: string, fingerprint: string, assembly: string): void {
  const place = placeOf(kept, fingerprint);
  const draft = `${place}.${process.pid}`;
  mkdirSync(kept, { recursive: true });
  try {
    copy(assembly, draft);
    renameSync(draft, place);
  } catch {
    // Two starts at the same time keep the same: the first has done it.
    rmSync(draft, { recursive: true, force: true });
  }
  for (const name of readdirSync(kept)) {
    const other = join(kept, name);
    if (!other.startsWith(place) && !name.includes('.')) rmSync(other, { recursive: true, force: true });
  }
}

const copy = (from: string, to: string): void =>
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
