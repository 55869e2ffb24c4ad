import type { DataGroup } from '../../connections/syncs/data-writer.ts';
import type { Head } from '../../samples/model.ts';
import { resolveTime, UserZone } from '../../samples/resolve-time.ts';
import type { SplitDependencies } from './split-group.ts';
import { type IngestItem, toTimedDeletion } from './to-ingest-items.ts';

/** Of no record of the group. */
const OF_NONE = -1;

/** Deletions of what is stored in the group's window and is not among its records (DataGroup.replaces). */
export async function replacedItems(
  listReadings: SplitDependencies['listReadings'],
  { provider, records, replaces }: DataGroup,
  head: Head,
): Promise<readonly IngestItem[]> {
  if (replaces === undefined) return [];
  const zone = new UserZone(head.timeZone);
  const offered = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'sample') continue;
    const start = resolveTime(record.start, record.zoneOffsetMinutes, zone);
    if (typeof start === 'object') offered.add(`${record.metric} ${start.instantMs}`);
  }
  const stored = await listReadings(replaces.metrics, replaces.window);
  return stored
    .filter(({ metric, startMs }) => !offered.has(`${metric} ${startMs}`))
    .flatMap((reading) => toTimedDeletion(head, provider, reading, OF_NONE));
}
