import type { DataType } from '../providers/definition.ts';
import type { TimeWindow } from '../providers/model.ts';
import { NO_COUNTS, type SyncCounts } from './model.ts';
import { PageGroup } from './page-group.ts';
import { type PushLedger, placeOf, type TargetEntry } from './push-ledger.ts';
import { addCounts } from './sync-progress.ts';
import { fetchContextOf, type SyncSession } from './sync-session.ts';

/**
 * Fetches and stores a part of a pushed window, group by group, and answers the counts of all. A run that dies
 * in between does the part again, under the same keys. Of an entry that `replaces`, readings that are stored in
 * the part and no longer offered are removed, when the part is one group: such a part is small.
 */
export async function storeWindow(
  session: SyncSession,
  ledger: PushLedger,
  entry: Extract<TargetEntry, { readonly kind: 'window' }>,
  type: DataType,
  part: TimeWindow,
): Promise<SyncCounts> {
  if (type.source.kind !== 'pull') return NO_COUNTS;
  const newGroup = (pageCount: number) =>
    new PageGroup(session, type, placeOf(ledger, entry, `:${part.fromMs}:${pageCount}`));
  let counts = NO_COUNTS;
  let group = newGroup(0);
  let pageCount = 0;
  for await (const page of type.source.fetchPages(fetchContextOf(session), part, undefined)) {
    await group.addPage(page, `${entry.entryId}-${part.fromMs}-${pageCount}`);
    pageCount += 1;
    if (group.isFull) {
      counts = addCounts(counts, await group.store());
      group = newGroup(pageCount);
    }
    if (page.next === undefined) break;
  }
  const isWhole = counts === NO_COUNTS;
  const replaces =
    entry.replaces && isWhole ? { metrics: ownMetrics(session, type), window: part } : undefined;
  return addCounts(counts, await group.store(replaces));
}

/** A metric that another type of the provider gives too may be stored in the window from there. */
function ownMetrics(session: SyncSession, type: DataType): readonly string[] {
  const others = session.provider.definition.dataTypes.filter(({ code }) => code !== type.code);
  return type.produces.metrics.filter(
    (metric) => !others.some(({ produces }) => produces.metrics.includes(metric)),
  );
}
