import type { Clock } from '../../core/clock.ts';
import { toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { RecordStore } from '../../records/record-store.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import { batchGet } from './batch-get.ts';
import { recordBodyPrefix, recordPointerKey, userPartition } from './core-keys.ts';
import { type Dynamo, type Item, S } from './dynamo.ts';
import { announceOnHead } from './head-announcement.ts';
import { queryPages } from './query-pages.ts';
import { markDays } from './record-days.ts';
import { fromPointerItem, fromRecordItem } from './record-item.ts';
import { recordItems } from './record-writes.ts';
import { isErased, sendTransaction } from './transaction.ts';

export interface RecordStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** RecordStore on the `core` table: a pointer by id, and the sealed record in the order of its start. */
export const createRecordStore = (deps: RecordStoreDependencies): RecordStore => ({
  loadPointers: async (scope, kind, recordIds) => {
    const keys = [...new Set(recordIds)].map((id) => ({
      table: deps.coreTable,
      key: recordPointerKey(scope, kind, id),
    }));
    const found = keys.length === 0 ? [] : await batchGet(deps, keys);
    const pointers = found.map(({ item }) => fromPointerItem(kind, item));
    return new Map(pointers.map((pointer) => [pointer.recordId, pointer]));
  },
  commit: async (scope, change, writes) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined) return 'erased';
    const outcome = await sendTransaction(deps.dynamo, {
      TransactItems: [
        ...announceOnHead(deps.coreTable, scope, change),
        ...writes.flatMap((write) => recordItems(deps, scope, write, key)),
        ...markDays(deps.coreTable, scope, change.seq, writes),
      ],
    });
    if (outcome.kind === 'committed') return 'committed';
    return isErased(outcome.reasons[0]) ? 'erased' : 'conflict';
  },
  list: async (scope, kind, { fromMs, toMs, after, limit }) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined || toMs <= fromMs) return [];
    const prefix = recordBodyPrefix(kind);
    const from = after === undefined ? toIso(fromMs) : `${toIso(after.startMs)}#${after.recordId}!`;
    const items: Item[] = [];
    const query = {
      TableName: deps.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(userPartition(scope)),
        ':from': S(prefix + from),
        // An instant's own records go on with `#`, so its bare text lies before all of them.
        ':to': S(prefix + toIso(toMs)),
      },
      Limit: limit,
    };
    for await (const page of queryPages(deps.dynamo, query)) {
      items.push(...page);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit).map((item) => fromRecordItem(scope, kind, item, key));
  },
});
