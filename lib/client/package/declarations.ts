import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** A specifier of one of our own modules, in an import, an export or an import type. */
const OWN_MODULE = /(from |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/**
 * The declarations of a package by path: `<entry>.d.ts` for each entry, and under `types/` every module that one
 * of them names, as the compiler wrote it but for `.ts` in specifiers, which no consumer has.
 */
export async function declarationsOf(
  compiled: string,
  entries: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const waiting = entries.map((entry) => `lib/client/package/entries/${entry}`);
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    const path = `types/${module}.d.ts`;
    if (files.has(path)) continue;
    const text = await readFile(join(compiled, `${module}.d.ts`), 'utf8');
    files.set(path, text.replace(OWN_MODULE, '$1$2$3.js$2'));
    for (const [, , , specifier = ''] of text.matchAll(OWN_MODULE)) {
      waiting.push(posix.join(posix.dirname(module), specifier));
    }
  }
  for (const entry of entries) {
    files.set(`${entry}.d.ts`, `export * from './types/lib/client/package/entries/${entry}.js';\n`);
  }
  return files;
}
