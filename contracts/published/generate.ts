import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publishedFiles } from '../description/published-files.ts';

/** `npm run contracts`: writes what is generated from the contracts beside this file. */
for (const [name, content] of publishedFiles()) {
  const path = join(import.meta.dirname, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
