import type { LocalDate } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { NightFigures, NightRow } from '../../sleep/model.ts';
import type { NightStore } from '../../sleep/night-store.ts';
import { rollupKey, rollupPartition } from './core-keys.ts';
import { S, stringOf } from './dynamo.ts';
import { fromProjectionItem, type ProjectionRowDependencies, saveProjectionRow } from './projection-row.ts';
import { queryPages } from './query-pages.ts';

/** A metric without rollups, whose partition an erasure removes as that of any other. */
const NIGHTS = 'sleep_session';

/** NightStore on the `core` table. A user without a data key is erased: no nights, and none is written. */
export const createNightStore = (dependencies: ProjectionRowDependencies): NightStore => ({
  save: async (scope, row) => {
    const { date, ...stored } = row;
    return saveProjectionRow(dependencies, scope, rollupKey(scope, NIGHTS, date), stored);
  },
  load: async (scope: UserScope, { from, to }) => {
    const key = await dependencies.dataKeys.load(scope);
    const nights: NightRow[] = [];
    if (key === undefined) return nights;
    const query = {
      TableName: dependencies.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(rollupPartition(scope, NIGHTS)),
        ':from': S(from),
        ':to': S(to),
      },
    };
    for await (const page of queryPages(dependencies.dynamo, query)) {
      for (const item of page) {
        const date = stringOf(item, 'sk') as LocalDate;
        nights.push({ date, ...fromProjectionItem<NightFigures>(item, key) });
      }
    }
    return nights;
  },
});
