import { SECOND_MS } from '../../core/instants.ts';
import type { DataType } from '../../providers/definition.ts';
import { ProviderFault, type TimeWindow } from '../../providers/model.ts';
import { NO_COUNTS, type SyncCounts } from '../model.ts';
import { PageGroup } from './page-group.ts';
import { type PushLedger, placeOf, type TargetEntry } from './push-ledger.ts';
import { addCounts } from './sync-progress.ts';
import { fetchContextOf, type SyncSession } from './sync-session.ts';

/**
 * Fetches and stores a part of a pushed window, group by group, and answers the counts of all. A run that dies
 * in between does the part again, under the same keys. Of an entry that `replaces`, readings that are stored in
 * the part and no longer offered are removed, when the part is one group: such a part is small. Throws
 * ProviderFault `unavailable` when its turn is over before its pages are.
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
  const turn = takeTurn(session);
  for await (const page of type.source.fetchPages(fetchContextOf(session), part, undefined)) {
    turn.check();
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

/** What a turn leaves of a session's time to the entries behind it: half, where there is less than twice this. */
const LEFT_MS = 15 * SECOND_MS;

/**
 * The time that one entry of a session may take with its pages: such as do not end, or are too many, keep what
 * waits behind them from nothing. `check` throws ProviderFault `unavailable` when it is over.
 */
export function takeTurn({ deps, deadlineMs }: Pick<SyncSession, 'deps' | 'deadlineMs'>): {
  readonly check: () => void;
} {
  const nowMs = deps.clock.now();
  const untilMs = deadlineMs - Math.min(LEFT_MS, Math.max(0, deadlineMs - nowMs) / 2);
  return {
    check: () => {
      if (deps.clock.now() > untilMs) throw new ProviderFault('unavailable', { reason: 'too_many_pages' });
    },
  };
}

/** A metric that another type of the provider gives too may be stored in the window from there. */
function ownMetrics(session: SyncSession, type: DataType): readonly string[] {
  const others = session.provider.definition.dataTypes.filter(({ code }) => code !== type.code);
  return type.produces.metrics.filter(
    (metric) => !others.some(({ produces }) => produces.metrics.includes(metric)),
  );
}
