import { PutItemCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/clock.ts';
import type { LogPosition } from '../../impact/model.ts';
import type { SessionChange, SessionDirectory, SessionPointer } from '../../impact/session-directory.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { batchGet } from './batch-get.ts';
import {
  SESSION_PLACE_PREFIX,
  SESSION_POINTER_PREFIX,
  sessionMarkKey,
  sessionPartition,
  sessionPlaceKey,
  sessionPointerKey,
} from './core-keys.ts';
import { type Item, N, S } from './dynamo.ts';
import type { ProjectionRowDependencies } from './projection-row.ts';
import { queryPrefix } from './query-page.ts';
import { queryPages } from './query-pages.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import {
  fromPlaceItem,
  fromPointerItem,
  fromPosition,
  toPlaceItem,
  toPointerItem,
  toPosition,
} from './session-item.ts';
import { placesBetween, sessionPlaceName } from './session-place.ts';
import { rethrowStoreError } from './store-error.ts';
import { sendTransaction } from './transaction.ts';

export interface SessionDirectoryDependencies extends ProjectionRowDependencies {
  readonly clock: Clock;
}

/** SessionDirectory in a partition of the `core` table. A user without a data key is erased: nothing is written. */
export const createSessionDirectory = (deps: SessionDirectoryDependencies): SessionDirectory => ({
  loadMark: async (scope) => {
    const item = await readItem(deps.dynamo, deps.coreTable, sessionMarkKey(scope));
    return item === undefined ? undefined : fromPosition(item);
  },
  advanceMark: (scope, from, to) => advanceMark(deps, scope, from, to),
  loadPointers: async (scope, sessionIds) => {
    const keys = [...new Set(sessionIds)].map((id) => ({
      table: deps.coreTable,
      key: sessionPointerKey(scope, id),
    }));
    const found = keys.length === 0 ? [] : await batchGet(deps, keys);
    return new Map(
      found.map(({ item }) => fromPointerItem(item)).map((pointer) => [pointer.sessionId, pointer]),
    );
  },
  listPointers: async (scope, { afterId, limit }) => {
    const partition = sessionPartition(scope);
    const page = { table: deps.coreTable, partition, prefix: SESSION_POINTER_PREFIX, after: afterId, limit };
    return (await queryPrefix(deps.dynamo, page)).map(fromPointerItem);
  },
  save: async (scope, change, read) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined) return 'gone';
    const outcome = await sendTransaction(deps.dynamo, {
      TransactItems: writesOf(deps, scope, { change, read, key }),
    });
    return outcome.kind === 'committed' ? 'saved' : 'conflict';
  },
  list: async (scope, { fromMs, toMs, after, limit }) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined || toMs < fromMs || limit < 1) return [];
    const { from, to } = placesBetween(fromMs, toMs);
    const isWithin = after !== undefined && after.startedAtMs >= fromMs;
    const first = isWithin ? `${sessionPlaceName(after)}!` : from;
    const query = {
      TableName: deps.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(sessionPartition(scope)),
        ':from': S(SESSION_PLACE_PREFIX + first),
        ':to': S(SESSION_PLACE_PREFIX + to),
      },
      Limit: limit,
    };
    const items: Item[] = [];
    for await (const page of queryPages(deps.dynamo, query)) {
      items.push(...page);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit).map((item) => fromPlaceItem(item, key));
  },
});

interface Write {
  readonly change: SessionChange;
  readonly read: SessionPointer | undefined;
  readonly key: DataKey;
}

function writesOf(
  { coreTable, randomness }: SessionDirectoryDependencies,
  scope: UserScope,
  { change, read, key }: Write,
): TransactWriteItem[] {
  const { sessionId, asOf, facts } = change;
  const pointer = toPointerItem(scope, { sessionId, asOf, startedAtMs: facts?.startedAtMs });
  const writes: TransactWriteItem[] = [
    { Put: { TableName: coreTable, Item: pointer, ...isPointerAsRead(read) } },
  ];
  if (facts !== undefined)
    writes.push({ Put: { TableName: coreTable, Item: toPlaceItem(scope, facts, key, randomness) } });
  const leftMs = read?.startedAtMs;
  if (leftMs !== undefined && leftMs !== facts?.startedAtMs) {
    const left = sessionPlaceKey(scope, sessionPlaceName({ startedAtMs: leftMs, sessionId }));
    writes.push({ Delete: { TableName: coreTable, Key: left } });
  }
  return writes;
}

/** The place too: two followers that read as of one commit may have seen different states after it. */
function isPointerAsRead(read: SessionPointer | undefined) {
  if (read === undefined) return isAsRead(undefined);
  const { ConditionExpression, ExpressionAttributeValues } = isAsRead(read.asOf);
  const { startedAtMs } = read;
  return startedAtMs === undefined
    ? { ConditionExpression: `${ConditionExpression} AND attribute_not_exists(s)`, ExpressionAttributeValues }
    : {
        ConditionExpression: `${ConditionExpression} AND s = :s`,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':s': N(startedAtMs) },
      };
}

const isAsRead = (read: LogPosition | undefined) =>
  read === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'e = :e AND n = :n',
        ExpressionAttributeValues: { ':e': S(read.epoch), ':n': N(read.seq) },
      };

async function advanceMark(
  { dynamo, coreTable, dataKeys }: SessionDirectoryDependencies,
  scope: UserScope,
  from: LogPosition | undefined,
  to: LogPosition,
): Promise<void> {
  if ((await dataKeys.load(scope)) === undefined) return;
  const item = { ...sessionMarkKey(scope), ...toPosition(to) };
  const command = new PutItemCommand({ TableName: coreTable, Item: item, ...isAsRead(from) });
  try {
    await dynamo.send(command).catch(rethrowStoreError);
  } catch (error) {
    if (!isFailedCondition(error)) throw error;
  }
}
