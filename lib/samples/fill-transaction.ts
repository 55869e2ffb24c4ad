import { type Blocks, firstPartOf, type Merged, mergeBuckets } from './bucket-merges.ts';
import { UNITS_PER_LOAD } from './limits.ts';
import type { MergeContext } from './merge-bucket.ts';
import type { Head, RequestId, Source, UserScope } from './model.ts';
import { opCountOf, type Position, sliceUnit } from './progress.ts';
import type { SampleStore } from './sample-store.ts';
import { TransactionDraft } from './transaction-draft.ts';
import type { WorkUnit } from './work.ts';

export interface Filling {
  readonly store: SampleStore;
  readonly scope: UserScope;
  readonly requestId: RequestId;
  readonly head: Head;
  readonly sources: ReadonlyMap<string, Source>;
  readonly context: MergeContext;
  readonly isBlocked: (metric: string) => boolean;
}

export interface Filled {
  readonly draft: TransactionDraft;
  /** Where the next transaction goes on; undefined when all is done. */
  readonly next: Position | undefined;
  /** Where each metric that is blocked was met first (ING10). */
  readonly blockedFrom: Readonly<Record<string, Position>>;
}

/**
 * As much of `units` as one transaction takes (ING5): units that change nothing cost no room, so a replay
 * of any size is one ledger row. `offset` is where the first unit was cut off before. A unit too large for
 * a transaction of its own is halved until it fits. `moved`: a bucket changed while it was read.
 */
export async function fillTransaction(
  filling: Filling,
  units: readonly WorkUnit[],
  offset: number,
  firstParts: Blocks,
): Promise<Filled | 'moved'> {
  const draft = new TransactionDraft(filling.head, filling.sources);
  const blockedFrom: Record<string, Position> = {};
  for (let from = 0; from < units.length; from += UNITS_PER_LOAD) {
    const batch = units.slice(from, from + UNITS_PER_LOAD);
    const blocks = from === 0 ? firstParts : await loadFirstParts(filling, batch);
    for (const { ref, key } of batch) {
      if (filling.isBlocked(ref.metric))
        blockedFrom[ref.metric] ??= { key, offset: key === units[0]?.key ? offset : 0 };
    }
    const allowed = batch.filter(({ ref }) => !filling.isBlocked(ref.metric));
    const merges = await mergeBuckets(filling, allowed, blocks, filling.context);
    if (merges === 'moved') return 'moved';
    for (const [position, unit] of allowed.entries()) {
      const merged = merges[position];
      if (merged === undefined || draft.add(unit, merged, blocks)) continue;
      const start = unit.key === units[0]?.key ? offset : 0;
      const done = draft.isEmpty ? await addPart(filling, draft, unit, blocks) : 0;
      if (done === 'moved') return 'moved';
      return { draft, next: { key: unit.key, offset: start + done }, blockedFrom };
    }
  }
  return { draft, next: undefined, blockedFrom };
}

async function loadFirstParts(filling: Filling, units: readonly WorkUnit[]): Promise<Blocks> {
  const { store, scope, requestId } = filling;
  const { blocks } = await store.load(
    scope,
    requestId,
    units.map(({ ref }) => firstPartOf(ref)),
  );
  return blocks;
}

/** Adds the largest half, quarter, ... of a unit that fits an empty transaction, and says how much it was. */
async function addPart(
  filling: Filling,
  draft: TransactionDraft,
  unit: WorkUnit,
  blocks: Blocks,
): Promise<number | 'moved'> {
  for (let count = Math.ceil(opCountOf(unit) / 2); ; count = Math.ceil(count / 2)) {
    const part = sliceUnit(unit, 0, count);
    const merges: readonly Merged[] | 'moved' = await mergeBuckets(filling, [part], blocks, filling.context);
    if (merges === 'moved') return 'moved';
    const [merged] = merges;
    if (merged !== undefined && draft.add(part, merged, blocks)) return count;
    if (count === 1) throw new Error('one sample does not fit a transaction');
  }
}
