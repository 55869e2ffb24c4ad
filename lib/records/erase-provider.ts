import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { RecordOp } from './plan-records.ts';
import { type WriteRecordsDependencies, writeRecords } from './write-records.ts';

const PAGE_COUNT = 100;
/** All instants whose ISO text has four digits of a year. */
const FIRST_MS = 0 as EpochMs;
const LAST_MS = 253_402_300_799_999 as EpochMs;

/**
 * Deletes every living record of a provider, page by page, and answers how many. Safe to repeat: what is
 * deleted is listed no more. A consent given later brings them back with the first sync, unless the
 * provider's own revisions are older than the deletion's.
 */
export async function eraseProviderRecords(
  deps: WriteRecordsDependencies,
  scope: UserScope,
  provider: string,
  correlationId: string,
): Promise<number> {
  let erasedCount = 0;
  for (const kind of ['sleep', 'workout'] as const) {
    let after: { readonly startMs: EpochMs; readonly recordId: string } | undefined;
    for (;;) {
      const page = await deps.store.list(scope, kind, {
        fromMs: FIRST_MS,
        toMs: LAST_MS,
        after,
        limit: PAGE_COUNT,
      });
      const ops = page
        .filter((record) => record.provider === provider)
        .map(({ recordId }): RecordOp => ({ kind: 'forget', of: kind, recordId }));
      const results = await writeRecords(deps, scope, ops, { origin: 'live', correlationId });
      erasedCount += results.filter(({ outcome }) => outcome === 'deleted').length;
      after = page.at(-1);
      if (page.length < PAGE_COUNT) break;
    }
  }
  return erasedCount;
}
