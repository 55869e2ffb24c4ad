import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { mapBounded } from '../../core/map-bounded.ts';
import type { ImpactStore } from '../../impact/impact-store.ts';
import type { ImpactFigures, ImpactRow } from '../../impact/model.ts';
import type { UserScope } from '../../samples/model.ts';
import { impactPartition } from './core-keys.ts';
import { type Item, S, stringOf } from './dynamo.ts';
import { fromProjectionItem, type ProjectionRowDependencies, saveProjectionRow } from './projection-row.ts';
import { queryPages } from './query-pages.ts';
import { parseSessionPlace, placesBetween, sessionPlaceName } from './session-place.ts';
import { rethrowStoreError } from './store-error.ts';

const DELETES_AT_ONCE_COUNT = 8;

/** ImpactStore on the `core` table, one partition per (user, metric). */
export const createImpactStore = (dependencies: ProjectionRowDependencies): ImpactStore => ({
  save: async (scope, row) =>
    saveProjectionRow(dependencies, scope, rowKey(scope, row.metric, sessionPlaceName(row)), row),
  load: async (scope, { metric, fromMs, toMs }) => {
    const key = await dependencies.dataKeys.load(scope);
    const rows: ImpactRow[] = [];
    if (key === undefined || toMs < fromMs) return rows;
    const { from, to } = placesBetween(fromMs, toMs);
    const query = {
      TableName: dependencies.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(impactPartition(scope, metric)),
        ':from': S(from),
        ':to': S(to),
      },
    };
    for await (const page of queryPages(dependencies.dynamo, query)) {
      for (const item of page) {
        const place = parseSessionPlace(stringOf(item, 'sk'));
        rows.push({ metric, ...place, ...fromProjectionItem<ImpactFigures>(item, key) });
      }
    }
    return rows;
  },
  remove: async (scope, place, metrics) => {
    await mapBounded(metrics, DELETES_AT_ONCE_COUNT, async (metric) => {
      const key = rowKey(scope, metric, sessionPlaceName(place));
      const command = new DeleteItemCommand({ TableName: dependencies.coreTable, Key: key });
      await dependencies.dynamo.send(command).catch(rethrowStoreError);
    });
  },
});

const rowKey = (scope: UserScope, metric: string, place: string): Item => ({
  pk: S(impactPartition(scope, metric)),
  sk: S(place),
});
