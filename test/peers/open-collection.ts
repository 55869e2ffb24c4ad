import { randomUUID } from 'node:crypto';
import { createRxDatabase, type RxCollection, type RxJsonSchema } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import type { PeerDocument } from './rxdb-replication.ts';

export interface OpenCollection {
  readonly collection: RxCollection<PeerDocument>;
  close(): Promise<unknown>;
}

/** An RxDB database of its own with one collection in memory, for rows of these fields. */
export async function openCollection(fields: readonly string[]): Promise<OpenCollection> {
  const database = await createRxDatabase({
    name: randomUUID(),
    storage: getRxStorageMemory(),
    multiInstance: false,
  });
  const { rows } = await database.addCollections({ rows: { schema: schemaOf(fields) } });
  return { collection: rows as unknown as RxCollection<PeerDocument>, close: () => database.close() };
}

/** What the values are is the server's to check. */
const schemaOf = (fields: readonly string[]): RxJsonSchema<PeerDocument> => ({
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 128 },
    rowVersion: { type: 'number' },
    ...Object.fromEntries(fields.map((field) => [field, {}])),
  },
});
