import { randomUUID } from 'node:crypto';
import { pullPage, pushOnce, type SyncDoor } from '../../peers/sync-door.ts';
import type { BenchCloud } from '../bench-cloud.ts';
import type { BenchRow } from './bench-rows.ts';

export const ENTITY_TYPE = 'journal_entries';
const PUSH_CHANGES = 1_000;
const PULL_ROWS = 1_000;

/** Somebody whose devices sync with the local cloud. */
export interface Person {
  readonly userId: string;
  readonly door: SyncDoor;
  /** Of all bodies that were answered, as they were sent. */
  receivedBytes(): number;
}

/** `encoding`: what the devices accept; fetch asks for gzip by itself. */
export async function createPerson(cloud: BenchCloud, encoding: 'gzip' | 'identity'): Promise<Person> {
  const made = await cloud.send('POST', '/v1/users', JSON.stringify({ externalId: randomUUID() }));
  const { id: userId } = JSON.parse(made.text) as { id: string };
  let byteCount = 0;
  const headers = { 'x-headwater-user': userId, 'accept-encoding': encoding };
  return {
    userId,
    receivedBytes: () => byteCount,
    door: async ({ method, path, query, body }) => {
      const target = query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
      const { status, text, wireBytes } = await cloud.send(method, target, body, headers);
      byteCount += wireBytes;
      return { status, body: text };
    },
  };
}

/** All rows as creates, in full pushes one after the other. */
export async function pushRows(door: SyncDoor, rows: readonly BenchRow[], deviceId: string): Promise<void> {
  const startMs = Date.now();
  for (let from = 0; from < rows.length; from += PUSH_CHANGES) {
    const changes = rows.slice(from, from + PUSH_CHANGES).map(({ id, data }, index) => ({
      requestId: `${from + index}`,
      entityType: ENTITY_TYPE,
      id,
      op: 'create' as const,
      data,
      hlc: `${startMs}-${index.toString(16).padStart(4, '0')}-${deviceId}`,
    }));
    const answer = await pushOnce(door, { deviceId, operationId: randomUUID(), changes });
    if (answer.successful.length !== changes.length)
      throw new Error(`a push failed: ${JSON.stringify(answer.failed[0])}`);
  }
}

/** From the beginning to the end, parsed and dropped. */
export async function pullRows(door: SyncDoor): Promise<number> {
  let rowCount = 0;
  let cursor: string | undefined;
  for (let hasMore = true; hasMore; ) {
    const page = await pullPage(door, { entityTypes: [ENTITY_TYPE], cursor, limit: PULL_ROWS });
    rowCount += page.changes.length;
    ({ cursor, hasMore } = page);
  }
  return rowCount;
}
