import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { assertNever } from '../../core/assert.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LeftoverPlace, LeftoverStore } from '../../users/remove-leftovers.ts';
import { connectionIdOf, lookupsOf } from './connection-item.ts';
import {
  CONNECTION_PREFIX,
  changeSortKey,
  headKey,
  impactPartition,
  providerUserKey,
  rollupPartition,
  sessionPartition,
  userPartition,
} from './core-keys.ts';
import { type Dynamo, type Item, S, stringOf, type TableNames } from './dynamo.ts';
import { queryPages } from './query-pages.ts';
import { entityPartition, metricPartition } from './samples-keys.ts';
import { rethrowStoreError } from './store-error.ts';
import { tokenKey } from './vault-keys.ts';

/** Items of a page are of up to 16 KB: 100 of them fit one answer of 1 MB mostly. */
const PAGE_COUNT = 100;
/** Deletes at the same time: a few hundred write units a second for one user, which a table takes at once. */
const DELETES_AT_ONCE_COUNT = 20;

/** Removes the items of erased users from `core` and `samples`, and what connections have beside their item. */
export const createLeftoverStore = (dynamo: Dynamo, tables: TableNames): LeftoverStore => ({
  remove: async (scope, place) => {
    const { table, partition } = locate(tables, scope, place);
    const keeps = keptSortKeys(place);
    let removedCount = 0;
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': S(partition) },
      Limit: PAGE_COUNT,
    };
    for await (const page of queryPages(dynamo, query)) {
      const doomed = page.filter((item) => !keeps.has(stringOf(item, 'sk')));
      await mapBounded(doomed, DELETES_AT_ONCE_COUNT, async (item) => {
        if (place.kind === 'user') await removeBeside(dynamo, tables, scope, item);
        await removeItem(dynamo, table, item);
      });
      removedCount += doomed.length;
    }
    return removedCount;
  },
  emptyHead: async (scope) => {
    await dynamo
      .send(
        new UpdateItemCommand({
          TableName: tables.core,
          Key: headKey(scope),
          UpdateExpression: 'SET series = :none, sources = :none, priorities = :orders REMOVE #zone',
          ConditionExpression: 'attribute_exists(erasedAt)',
          ExpressionAttributeNames: { '#zone': 'timeZone' },
          ExpressionAttributeValues: {
            ':none': S('{}'),
            ':orders': S(JSON.stringify({ orders: {}, changedAt: {} })),
          },
        }),
      )
      .catch(rethrowStoreError);
  },
});

async function removeItem(dynamo: Dynamo, table: string, item: Item): Promise<void> {
  const key = { pk: S(stringOf(item, 'pk')), sk: S(stringOf(item, 'sk')) };
  await dynamo.send(new DeleteItemCommand({ TableName: table, Key: key })).catch(rethrowStoreError);
}

/** Before the item itself, which alone names them: a sweep that is cut off finds them again. */
async function removeBeside(
  dynamo: Dynamo,
  { core, vault }: TableNames,
  scope: UserScope,
  item: Item,
): Promise<void> {
  if (!stringOf(item, 'sk').startsWith(CONNECTION_PREFIX)) return;
  const connectionId = connectionIdOf(item);
  for (const hash of lookupsOf(item))
    await removeItem(dynamo, core, providerUserKey(hash, scope, connectionId));
  await removeItem(dynamo, vault, tokenKey(scope, connectionId));
}

function locate(tables: Pick<TableNames, 'core' | 'samples'>, scope: UserScope, place: LeftoverPlace) {
  switch (place.kind) {
    case 'user':
      return { table: tables.core, partition: userPartition(scope) };
    case 'rollups':
      return { table: tables.core, partition: rollupPartition(scope, place.metric) };
    case 'impacts':
      return { table: tables.core, partition: impactPartition(scope, place.metric) };
    case 'sessions':
      return { table: tables.core, partition: sessionPartition(scope) };
    case 'rows':
      return { table: tables.samples, partition: entityPartition(scope) };
    case 'blocks':
      return { table: tables.samples, partition: metricPartition(scope, place.metric) };
    default:
      return assertNever(place);
  }
}

const keptSortKeys = (place: LeftoverPlace): ReadonlySet<string> =>
  place.kind === 'user' ? new Set(['HEAD', changeSortKey(place.keepSeq)]) : new Set();
