import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import {
  type BlockRef,
  blockName,
  type Head,
  type Ledger,
  type StoredBlock,
  type UserScope,
} from '../../samples/model.ts';
import type { SampleStore } from '../../samples/sample-store.ts';
import type { DataKey, DataKeys } from '../../vault/data-keys.ts';
import { batchGet, type TableItem, type TableKey } from './batch-get.ts';
import { fromBlockItem } from './block-item.ts';
import { buildCommit, HEAD_INDEX } from './commit-transaction.ts';
import { headKey, ledgerKey } from './core-keys.ts';
import { type Dynamo, stringOf, type TableNames } from './dynamo.ts';
import { fromHeadItem } from './head-item.ts';
import { fromLedgerItem } from './ledger-item.ts';
import { blockKey, metricPartition } from './samples-keys.ts';
import { isErased, sendTransaction } from './transaction.ts';

export interface SampleStoreDependencies {
  readonly dynamo: Dynamo;
  readonly tables: TableNames;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** SampleStore on the `core` and `samples` tables: one BatchGetItem to load, one transaction to commit. */
export const createSampleStore = (dependencies: SampleStoreDependencies): SampleStore => ({
  load: async (scope, requestId, refs) => {
    const [found, key] = await Promise.all([
      batchGet(dependencies, keysToLoad(dependencies.tables, { scope, requestId }, refs)),
      dependencies.dataKeys.load(scope),
    ]);
    return readLoaded(dependencies, { scope, requestId }, found, key);
  },
  commit: async (scope, commit) => {
    const { dynamo, tables, clock, randomness } = dependencies;
    const key = await dependencies.dataKeys.load(scope);
    if (key === undefined) return 'erased';
    const input = buildCommit(scope, commit, { tables, key, nowMs: clock.now(), randomness });
    const outcome = await sendTransaction(dynamo, input);
    if (outcome.kind === 'committed') return 'committed';
    return isErased(outcome.reasons[HEAD_INDEX]) ? 'erased' : 'conflict';
  },
});

interface Place {
  readonly scope: UserScope;
  readonly requestId: string;
}

/** Head, ledger row and each block once: DynamoDB refuses a batch that names a key twice. */
function keysToLoad(
  tables: TableNames,
  { scope, requestId }: Place,
  refs: readonly BlockRef[],
): readonly TableKey[] {
  const distinct = new Map(refs.map((ref) => [mapKeyOf(ref), ref]));
  return [
    { table: tables.core, key: headKey(scope) },
    { table: tables.core, key: ledgerKey(scope, requestId) },
    ...Array.from(distinct.values(), (ref) => ({ table: tables.samples, key: blockKey(scope, ref) })),
  ];
}

const mapKeyOf = (ref: BlockRef): string => `${ref.metric}/${blockName(ref)}`;

/** Without a key nothing can be opened: right for an erased user, a fault for any other. */
function readLoaded(
  { tables, clock }: SampleStoreDependencies,
  place: Place,
  found: readonly TableItem[],
  key: DataKey | undefined,
): { head: Head | undefined; ledger: Ledger | undefined; blocks: ReadonlyMap<string, StoredBlock> } {
  const core = found.filter(({ table }) => table === tables.core).map(({ item }) => item);
  const headItem = core.find((item) => stringOf(item, 'sk') === 'HEAD');
  const ledgerItem = core.find((item) => stringOf(item, 'sk') !== 'HEAD');
  const head = headItem === undefined ? undefined : fromHeadItem(headItem);
  const blocks = new Map<string, StoredBlock>();
  if (key === undefined) {
    if (head !== undefined && head.erasedAtMs === undefined) {
      throw new AppError('server.internal', 'the user has no data key');
    }
    return { head, ledger: undefined, blocks };
  }
  const partitionPrefix = metricPartition(place.scope, '');
  for (const { table, item } of found) {
    if (table !== tables.samples) continue;
    const metric = stringOf(item, 'pk').slice(partitionPrefix.length);
    const block = fromBlockItem(place.scope, metric, item, key);
    blocks.set(mapKeyOf(block.ref), block);
  }
  const ledger = ledgerItem === undefined ? undefined : fromLedgerItem(place, ledgerItem, key, clock.now());
  return { head, ledger, blocks };
}
