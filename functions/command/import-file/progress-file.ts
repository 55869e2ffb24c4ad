import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { COUNT_NAMES, type CountName, type ImportProgress } from '../../../lib/imports/run-import.ts';
import type { ImportArguments } from './arguments.ts';

const StoredProgress = z.object({
  runId: z.string(),
  answeredBelow: z.int().nonnegative(),
  counts: z.record(z.enum(COUNT_NAMES), z.int().nonnegative()),
});

export interface ProgressFile {
  /** Where an earlier, broken-off import of the same file came to; undefined when there is none. */
  load(): Promise<ImportProgress | undefined>;
  /** Replaces the file in one rename, so that a kill leaves the old progress or the new. */
  save(progress: ImportProgress): Promise<void>;
  /** The import is complete: the next one of the same file starts anew, and changes nothing. */
  remove(): Promise<void>;
}

export const NO_COUNTS: Readonly<Record<CountName, number>> = {
  accepted: 0,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
  refused: 0,
};

/** One file per (API, import file as it is now, user, zone, split) under `<data-dir>/imports`. */
export async function openProgressFile(request: ImportArguments, apiUrl: string): Promise<ProgressFile> {
  const { size, mtimeMs } = await stat(request.file);
  const identity = [
    apiUrl,
    resolve(request.file),
    size,
    mtimeMs,
    request.externalId,
    request.zone ?? '',
    request.split,
  ];
  const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  const folder = join(request.dataDir, 'imports');
  const path = join(folder, `${name}.json`);
  return {
    async load() {
      try {
        return StoredProgress.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch {
        return undefined;
      }
    },
    async save(progress) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(progress));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
