import { jitteredDelayMs } from '../../core/backoff.ts';
import type { UserScope } from '../../samples/model.ts';
import type { RowKey, StoredRow } from '../model.ts';
import type { PullDeps } from './sync-reader.ts';

/** Of 64 KB each they are as much as a page takes. */
const MAX_BATCH_COUNT = 50;
const MAX_ATTEMPT_COUNT = 4;
const BACKOFF = { baseMs: 20, capMs: 200 };

/** A row and the commit that must be seen in it. */
export interface WantedRow extends RowKey {
  readonly seq: number;
}

export type LargeRows = (wanted: WantedRow) => Promise<StoredRow | undefined>;

/**
 * Rows that lie in no log entry, read a batch ahead in the order of `wanted`. A row that is older than its
 * entry, or not there, is one whose transaction is half visible: it is read again, and undefined when it stays
 * so (SYN7).
 */
export function createLargeRows(
  deps: Pick<PullDeps, 'store' | 'clock' | 'randomness'>,
  scope: UserScope,
  { wanted, batchCount }: { readonly wanted: readonly WantedRow[]; readonly batchCount: number },
): LargeRows {
  const loaded = new Map<string, StoredRow>();
  let place = 0;
  const load = async (first: WantedRow): Promise<void> => {
    const keys = new Map<string, RowKey>([[nameOf(first), first]]);
    for (const each of wanted.slice(place)) {
      if (keys.size >= Math.min(batchCount, MAX_BATCH_COUNT)) break;
      if (!loaded.has(nameOf(each))) keys.set(nameOf(each), each);
    }
    const names = [...keys.values()].map(({ type, id }) => ({ type, id }));
    for (const row of await deps.store.loadRows(scope, names)) loaded.set(nameOf(row), row);
  };
  return async (row) => {
    place += 1;
    for (let attempt = 0; attempt < MAX_ATTEMPT_COUNT; attempt += 1) {
      const known = loaded.get(nameOf(row));
      if (known !== undefined && known.seq >= row.seq) return known;
      if (attempt > 0) await deps.clock.sleep(jitteredDelayMs(attempt, BACKOFF, deps.randomness));
      await load(row);
    }
    const last = loaded.get(nameOf(row));
    return last !== undefined && last.seq >= row.seq ? last : undefined;
  };
}

const nameOf = ({ type, id }: RowKey): string => `${type}/${id}`;
