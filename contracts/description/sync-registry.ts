import { readdirSync } from 'node:fs';

/** `journal-entries` to `journalEntries`: what a file of that name exports. */
const exportOf = (file: string): string =>
  file.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The text of contracts/sync/registry.ts for the entity files of a folder: one file, one entity, exported under
 * the file's name in camel case. Deterministic: in the order of file names.
 */
export function syncRegistry(entityFolder: string): string {
  const files = readdirSync(entityFolder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
  return `// Written by \`npm run contracts\` from the files of contracts/sync/entities: do not edit.
${files.map((file) => `import { ${exportOf(file)} } from './entities/${file}.ts';`).join('\n')}
import type { EntityDefinition, SyncSchema } from './entity.ts';
import { PROTOCOL_VERSION } from './protocol.ts';

/** Every entity that syncs, in the order of their names. */
export const ENTITIES: readonly EntityDefinition[] = [
${files.map((file) => `  ${exportOf(file)},`).join('\n')}
];

export const SYNC_SCHEMA: SyncSchema = {
  protocolVersion: PROTOCOL_VERSION,
  entities: new Map(ENTITIES.map((entity) => [entity.type, entity])),
};
`;
}
