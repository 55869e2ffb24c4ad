import type { Recomputation } from '../../rebuilds/model.ts';
import type { RecomputationStore } from '../../rebuilds/recomputation-store.ts';
import { headKey, recomputationKey } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf } from './dynamo.ts';
import { readItem } from './read-item.ts';
import { fromProgressItem, sameStep, toProgressAttributes } from './rebuild-progress-item.ts';
import { isErased, sendTransaction } from './transaction.ts';

/** RecomputationStore on the `core` table, in the partition of the user: an erasure takes it along. */
export const createRecomputationStore = (dynamo: Dynamo, coreTable: string): RecomputationStore => ({
  load: async (scope) => {
    const item = await readItem(dynamo, coreTable, recomputationKey(scope));
    return item === undefined ? undefined : fromItem(item);
  },
  save: async (scope, before, next) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        {
          ConditionCheck: {
            TableName: coreTable,
            Key: headKey(scope),
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        {
          Put: {
            TableName: coreTable,
            Item: { ...recomputationKey(scope), ...toAttributes(next) },
            ...(before === undefined
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : sameStep(before)),
          },
        },
      ],
    });
    if (outcome.kind === 'committed') return 'saved';
    return isErased(outcome.reasons[0]) ? 'gone' : 'conflict';
  },
});

const toAttributes = (next: Recomputation): Item => ({
  ...toProgressAttributes(next),
  seq: N(next.seq),
  doneSeq: N(next.doneSeq),
});

const fromItem = (item: Item): Recomputation => ({
  ...fromProgressItem(item),
  seq: numberOf(item, 'seq'),
  doneSeq: numberOf(item, 'doneSeq'),
});
