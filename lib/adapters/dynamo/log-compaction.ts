import {
  DeleteItemCommand,
  type DeleteItemCommandInput,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { toIso } from '../../core/instants.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LogCompaction, LogHorizon } from '../../sync/compaction/log-compaction.ts';
import type { LogAnnouncement } from '../../sync/model.ts';
import {
  DUE_INDEX,
  ENTITY_LOG_PREFIX,
  entitiesKey,
  entityLogKey,
  logDuePartition,
  parseUserPartition,
  userPartition,
} from './core-keys.ts';
import { BOOL, type Dynamo, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { logDueText, logShardOf } from './entity-head-item.ts';
import { announcementOf } from './entity-log-item.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { entityKey } from './samples-keys.ts';
import { rethrowStoreError } from './store-error.ts';

const DELETES_AT_A_TIME = 10;

export interface LogCompactionDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  /** Where the rows are, and so their tombstones. */
  readonly rowsTable: string;
}

/** LogCompaction on the `core` table, its index `due` and the table of the rows, without any user's key. */
export const createLogCompaction = ({
  dynamo,
  coreTable,
  rowsTable,
}: LogCompactionDependencies): LogCompaction => ({
  listDue: async (shard, nowMs, limit) => {
    const query = new QueryCommand({
      TableName: coreTable,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'gsi1pk = :shard AND gsi1sk <= :now',
      ExpressionAttributeValues: { ':shard': S(logDuePartition(shard)), ':now': S(`${toIso(nowMs)}~`) },
      Limit: limit,
    });
    const reply = await dynamo.send(query).catch(rethrowStoreError);
    return (reply.Items ?? []).map((item) => parseUserPartition(stringOf(item, 'pk')));
  },
  loadHorizon: async (scope) => {
    const item = await readItem(dynamo, coreTable, entitiesKey(scope));
    return item === undefined
      ? undefined
      : {
          epoch: stringOf(item, 'epoch'),
          horizonSeq: numberOf(item, 'horizonSeq'),
          forgottenVersion: optionalNumberOf(item, 'forgottenVersion') ?? 0,
        };
  },
  readOldest: async (scope, limit) => {
    const place = { table: coreTable, partition: userPartition(scope), prefix: ENTITY_LOG_PREFIX };
    const items = await queryPrefix(dynamo, { ...place, after: undefined, limit });
    return items.map(announcementOf);
  },
  raiseHorizon: async (scope, read, next) => {
    const written = await send(dynamo, new UpdateItemCommand(raise(coreTable, scope, { read, next })));
    return written === 'done' ? 'raised' : 'conflict';
  },
  removeEntries: async (scope, entries) => {
    const tombstones = [...tombstonesOf(rowsTable, scope, entries)];
    const logItems = entries.map(({ seq }) => ({ TableName: coreTable, Key: entityLogKey(scope, seq) }));
    for (const deletes of [tombstones, logItems]) {
      const outcomes = await mapBounded(deletes, DELETES_AT_A_TIME, (input) =>
        send(dynamo, new DeleteItemCommand(input)),
      );
      if (outcomes.includes('busy')) return 'conflict';
    }
    return 'removed';
  },
  schedule: async (scope, read, oldestMs) => {
    const input = {
      TableName: coreTable,
      Key: entitiesKey(scope),
      UpdateExpression: 'SET gsi1pk = :shard, gsi1sk = :due',
      // Not of a counter that is gone with its user.
      ConditionExpression: 'epoch = :epoch',
      ExpressionAttributeValues: {
        ':shard': S(logDuePartition(logShardOf(scope))),
        ':due': S(logDueText(scope, oldestMs)),
        ':epoch': S(read.epoch),
      },
    };
    await send(dynamo, new UpdateItemCommand(input));
  },
});

const raise = (
  TableName: string,
  scope: UserScope,
  { read, next }: { readonly read: LogHorizon; readonly next: Omit<LogHorizon, 'epoch'> },
): UpdateItemCommandInput => ({
  TableName,
  Key: entitiesKey(scope),
  UpdateExpression: 'SET horizonSeq = :next, forgottenVersion = :forgotten',
  ConditionExpression: 'epoch = :epoch AND horizonSeq = :read',
  ExpressionAttributeValues: {
    ':next': N(next.horizonSeq),
    ':forgotten': N(next.forgottenVersion),
    ':epoch': S(read.epoch),
    ':read': N(read.horizonSeq),
  },
});

/** Each row once, at the newest version that the entries name: a tombstone that was written since stays. */
function tombstonesOf(
  TableName: string,
  scope: UserScope,
  entries: readonly LogAnnouncement[],
): Iterable<DeleteItemCommandInput> {
  const deletes = new Map<string, DeleteItemCommandInput>();
  for (const { type, id, op, version } of entries.flatMap(({ changes }) => changes)) {
    if (op === 'upsert') deletes.delete(`${type}#${id}`);
    else
      deletes.set(`${type}#${id}`, {
        TableName,
        Key: entityKey(scope, type, id),
        ConditionExpression: 'version = :version AND deleted = :yes',
        ExpressionAttributeValues: { ':version': N(version), ':yes': BOOL(true) },
      });
  }
  return deletes.values();
}

/** `refused`: by its condition. `busy`: a transaction holds the item; nothing was written. */
async function send(
  dynamo: Dynamo,
  command: UpdateItemCommand | DeleteItemCommand,
): Promise<'done' | 'refused' | 'busy'> {
  try {
    await (command instanceof UpdateItemCommand ? dynamo.send(command) : dynamo.send(command));
    return 'done';
  } catch (error) {
    if (isFailedCondition(error)) return 'refused';
    if (error instanceof Error && error.name === 'TransactionConflictException') return 'busy';
    return rethrowStoreError(error);
  }
}
