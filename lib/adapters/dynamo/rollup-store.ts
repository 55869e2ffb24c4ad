import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Randomness } from '../../core/randomness.ts';
import type { RollupRow } from '../../projections/model.ts';
import type { RollupStore } from '../../projections/rollup-store.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import { rollupPartition } from './core-keys.ts';
import { type Dynamo, N, S } from './dynamo.ts';
import { queryPages } from './query-pages.ts';
import { fromRollupItem, toRollupItem } from './rollup-item.ts';
import { rethrowStoreError } from './store-error.ts';

export interface RollupStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: DataKeys;
  readonly randomness: Randomness;
}

/**
 * Of two projectors the one with the newer inputs wins, whichever writes last (PRJ2):
 *
 *   A reads (sum 7) ───────────────────────── A writes 7: refused, 9 stands
 *        B reads (sum 9) ──── B writes 9: saved
 */
const IS_OLDER = 'attribute_not_exists(pk) OR c < :c OR (c = :c AND m < :m)';

/** RollupStore on the `core` table. A user without a data key is erased: no rows, and none is written. */
export const createRollupStore = (dependencies: RollupStoreDependencies): RollupStore => ({
  save: async (scope, row) => {
    const { dynamo, coreTable, dataKeys, randomness } = dependencies;
    const key = await dataKeys.load(scope);
    if (key === undefined) return 'superseded';
    const command = new PutItemCommand({
      TableName: coreTable,
      Item: toRollupItem(scope, row, key, randomness),
      ConditionExpression: IS_OLDER,
      ExpressionAttributeValues: { ':c': N(row.computeVersion), ':m': N(row.inputs.sum) },
    });
    try {
      await dynamo.send(command).catch(rethrowStoreError);
      return 'saved';
    } catch (error) {
      if (isConditionFailure(error)) return 'superseded';
      throw error;
    }
  },
  load: async (scope, { metric, from, to }) => {
    const key = await dependencies.dataKeys.load(scope);
    const rows: RollupRow[] = [];
    if (key === undefined) return rows;
    const query = {
      TableName: dependencies.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(rollupPartition(scope, metric)),
        ':from': S(from),
        ':to': S(to),
      },
    };
    for await (const page of queryPages(dependencies.dynamo, query)) {
      for (const item of page) rows.push(fromRollupItem(scope, metric, item, key));
    }
    return rows;
  },
});

const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
