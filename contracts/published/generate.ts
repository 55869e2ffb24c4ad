import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncRegistry } from '../description/sync-registry.ts';

const syncFolder = join(import.meta.dirname, '..', 'sync');

/**
 * `npm run contracts`: writes what is generated from the contracts, beside this file, and the registry of synced
 * entities beside them.
 */
writeFileSync(join(syncFolder, 'registry.ts'), syncRegistry(join(syncFolder, 'entities')));
// The rest describes what the registry names, so that it is read when that is written.
const { publishedFiles } = await import('../description/published-files.ts');
for (const [name, content] of publishedFiles()) {
  const path = join(import.meta.dirname, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
