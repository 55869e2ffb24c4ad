import type { OutboxEntry } from '../../outbox/model.ts';
import type { ReplayFeed } from '../../outbox/replay.ts';
import { ENTITY_LOG_PREFIX, entityLogSortKey, userPartition } from './core-keys.ts';
import { type Dynamo, type Item, S } from './dynamo.ts';
import { announcementOf, isLogItem } from './entity-log-item.ts';
import { queryPages } from './query-pages.ts';

/**
 * What an entry of the sync log says in the open: names and versions of rows, never a value (OBX3). Throws
 * for any other item, and for an entry that says nothing: to the relay both are poison (OBX5).
 */
export function parseAnnouncement(item: Item): OutboxEntry {
  const announcement = announcementOf(item);
  if (!isLogItem(item) || announcement.changes.length === 0) throw new Error('not an entry of the sync log');
  return { kind: 'sync', ...announcement };
}

/** The sync log of each user as a replay reads it (OBX8). */
export const createSyncAnnouncements = (dynamo: Dynamo, coreTable: string): ReplayFeed => ({
  loadAfter: async (scope, sinceSeq, limit) => {
    const entries: OutboxEntry[] = [];
    const query = {
      TableName: coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(userPartition(scope)),
        ':from': S(entityLogSortKey(sinceSeq + 1)),
        ':to': S(`${ENTITY_LOG_PREFIX}:`),
      },
      Limit: limit,
    };
    for await (const page of queryPages(dynamo, query)) {
      for (const item of page) entries.push(parseAnnouncement(item));
      if (entries.length >= limit) break;
    }
    return entries.slice(0, limit);
  },
});
