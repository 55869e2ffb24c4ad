import type { LocalDate } from '../../core/instants.ts';
import type { DailyFigures, RollupRow } from '../../projections/model.ts';
import type { RollupStore } from '../../projections/rollup-store.ts';
import { rollupKey, rollupPartition } from './core-keys.ts';
import { S, stringOf } from './dynamo.ts';
import { fromProjectionItem, type ProjectionRowDependencies, saveProjectionRow } from './projection-row.ts';
import { queryPages } from './query-pages.ts';

/** RollupStore on the `core` table. A user without a data key is erased: no rows, and none is written. */
export const createRollupStore = (dependencies: ProjectionRowDependencies): RollupStore => ({
  save: async (scope, row) =>
    saveProjectionRow(dependencies, scope, rollupKey(scope, row.metric, row.date), row),
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
      for (const item of page) {
        const date = stringOf(item, 'sk') as LocalDate;
        rows.push({ metric, date, ...fromProjectionItem<DailyFigures>(item, key) });
      }
    }
    return rows;
  },
});
