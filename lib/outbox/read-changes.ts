import { CHANGE_HORIZON_DAYS } from '../../contracts/limits.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../core/instants.ts';
import type { ChangeFeed, HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { ChangeEntry } from './model.ts';

/**
 * Items of one committed transaction become visible to queries one by one, within milliseconds (DynamoDB,
 * USENIX ATC 2023, "Distributed Transactions at Scale", 4). A number that is missing below an entry older
 * than this is not late but gone.
 */
const SETTLED_AFTER_MS = MINUTE_MS;
/** Looks again this often, and no more, when the head is ahead of every entry that can be seen. */
const LATE_ENTRY_LOOKS = 4;
const LATE_ENTRY_WAIT_MS = SECOND_MS / 4;

export interface ReadChangesDeps {
  readonly feed: ChangeFeed;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly clock: Clock;
}

export type ChangesPage =
  | {
      readonly kind: 'page';
      /** In order and without a gap: the first has `since` + 1. */
      readonly changes: readonly ChangeEntry[];
      /** `since` of the next call: the last number of this page, or `since` again. */
      readonly nextSince: number;
    }
  /**
   * What follows `since` is past the horizon. The caller loads everything anew and then goes on from
   * `resumeSince`, the newest number at this moment.
   */
  | { readonly kind: 'gone'; readonly resumeSince: number }
  | { readonly kind: 'no_user' };

/**
 * The change entries after `since` (OBX7): ordered and gapless. It stops at the first missing number, since
 * an entry may become visible after a later one; the next call goes on there. Entries older than 90 days,
 * or swept already, answer `gone` (`changes.gone`, 410). Repeats give the same entries.
 */
export async function readChanges(
  { feed, heads, clock }: ReadChangesDeps,
  scope: UserScope,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<ChangesPage> {
  for (let look = 1; ; look += 1) {
    const head = await heads.load(scope);
    if (head === undefined || head.erasedAtMs !== undefined) return { kind: 'no_user' };
    const entries = await feed.loadAfter(scope, since, limit);
    const verdict = decideChanges(entries, { since, headSeq: head.seq, nowMs: clock.now() });
    if (verdict.kind !== 'late') return verdict;
    if (look === LATE_ENTRY_LOOKS) return { kind: 'gone', resumeSince: head.seq };
    await clock.sleep(LATE_ENTRY_WAIT_MS);
  }
}

/**
 * Pure part of `readChanges`. `late` is a head ahead of every visible entry: either the entry is about to
 * appear or all of them are swept, which only a second look can tell.
 */
export function decideChanges(
  entries: readonly ChangeEntry[],
  at: { readonly since: number; readonly headSeq: number; readonly nowMs: number },
): ChangesPage | { readonly kind: 'late' } {
  const [first] = entries;
  if (first === undefined) {
    return at.headSeq > at.since ? { kind: 'late' } : { kind: 'page', changes: [], nextSince: at.since };
  }
  const ageMs = at.nowMs - first.committedAtMs;
  const isMissing = first.seq !== at.since + 1;
  if (ageMs > CHANGE_HORIZON_DAYS * DAY_MS || (isMissing && ageMs > SETTLED_AFTER_MS)) {
    return { kind: 'gone', resumeSince: at.headSeq };
  }
  const gapAt = entries.findIndex((entry, index) => entry.seq !== at.since + 1 + index);
  const changes = gapAt === -1 ? entries : entries.slice(0, gapAt);
  return { kind: 'page', changes, nextSince: changes.at(-1)?.seq ?? at.since };
}
