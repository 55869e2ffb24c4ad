import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { Commit, CommitOutcome } from '../../sync/entity-store.ts';
import type { SyncHead } from '../../sync/model.ts';
import { entitiesKey, entityAliasKey, headKey, logDuePartition } from './core-keys.ts';
import { B, type Item, N, S } from './dynamo.ts';
import { toConflictItem } from './entity-conflict-item.ts';
import { logDueText, logShardOf, sealDigests, toEntitiesItem } from './entity-head-item.ts';
import { toEntityItem } from './entity-item.ts';
import { toLogItem } from './entity-log-item.ts';
import { toOperationItems } from './entity-operation-item.ts';
import type { EntitySeal } from './entity-seal.ts';
import { isErased } from './transaction.ts';

export interface CommitContext {
  readonly coreTable: string;
  readonly rowsTable: string;
  readonly seal: EntitySeal;
  readonly nowMs: EpochMs;
}

type Part = 'counter' | 'user' | 'operation' | 'other';
export interface PlannedItem {
  readonly part: Part;
  readonly item: TransactWriteItem;
}

/**
 * The one transaction of a commit (SYN1). Every line has a window that another writer can move in between our
 * read and this write, and the condition that closes it:
 *
 *   read ledger ──────── a twin begins or takes over the operation ─> operation: absent, or with our token
 *     read counter ───── another push takes seq + 1 ────────────────> counter: seq and epoch are those read
 *               ──────── compaction forgets tombstones, and a row
 *                        that is not there any more is made
 *                        behind the forgotten version of before ────> counter: horizonSeq is the one read, which
 *                                                                     is raised before any tombstone goes
 *               ──────── the user is erased ────────────────────────> counter: still there; of the first
 *                                                                     commit: head there and not erased
 *     read rows ──────── (covered by the counter; looked at again) ─> row: version is the one read, or absent
 *                        a conflict is resolved twice ──────────────> conflict: still open
 *                                                                     log entry: absent
 */
export function buildEntityCommit(commit: Commit, context: CommitContext): readonly PlannedItem[] {
  const { coreTable, rowsTable, seal } = context;
  const put = (Item: Item): TransactWriteItem => ({ Put: { TableName: coreTable, Item } });
  const other = (item: TransactWriteItem): PlannedItem => ({ part: 'other', item });
  const { entry } = commit;
  return [
    ...writeCounter(commit, context),
    ...writeOperation(commit, context),
    ...(entry === undefined ? [] : [other(putNew(coreTable, toLogItem(entry, seal)))]),
    ...commit.rows.map(({ row, readVersion }) =>
      other(
        readVersion === undefined
          ? putNew(rowsTable, toEntityItem(row, seal))
          : putOver(rowsTable, toEntityItem(row, seal), {
              ConditionExpression: 'version = :read',
              ExpressionAttributeValues: { ':read': N(readVersion) },
            }),
      ),
    ),
    ...commit.aliases.map(({ type, clientId, id }) =>
      other(put({ ...entityAliasKey(seal.scope, type, clientId), id: S(id) })),
    ),
    ...commit.conflicts.map(({ record, isNew }) => other(writeConflict(context, record, isNew))),
  ];
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
}

const putOver = (TableName: string, item: Item, condition: Condition): TransactWriteItem => ({
  Put: { TableName, Item: item, ...condition },
});
const putNew = (TableName: string, item: Item): TransactWriteItem =>
  putOver(TableName, item, { ConditionExpression: 'attribute_not_exists(pk)' });

const writeConflict = (
  { coreTable, seal }: CommitContext,
  record: Commit['conflicts'][number]['record'],
  isNew: boolean,
): TransactWriteItem =>
  isNew
    ? putNew(coreTable, toConflictItem(record, seal))
    : putOver(coreTable, toConflictItem(record, seal), {
        ConditionExpression: '#status = :open',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':open': S('open') },
      });

/** The counter, with the check of the user's head beside it while there is none. */
function writeCounter(commit: Commit, context: CommitContext): readonly PlannedItem[] {
  const { coreTable, seal } = context;
  const { read, head, entry } = commit;
  if (read !== undefined) return [{ part: 'counter', item: moveCounter(read, commit, context) }];
  const check = {
    TableName: coreTable,
    Key: headKey(seal.scope),
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  return [
    { part: 'counter', item: putNew(coreTable, toEntitiesItem(head, seal, entry?.committedAtMs)) },
    { part: 'user', item: { ConditionCheck: check } },
  ];
}

/**
 * A commit of the ledger alone only looks whether the counter is there. Open conflicts are added, so that a
 * commit which leaves `seq` as it is loses none of another. The horizon and the forgotten version belong to
 * compaction.
 */
function moveCounter(
  read: SyncHead,
  { head, entry, conflicts, aliases }: Commit,
  context: CommitContext,
): TransactWriteItem {
  const { coreTable, seal } = context;
  const base = {
    TableName: coreTable,
    Key: entitiesKey(seal.scope),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const epoch = { ':epoch': S(read.epoch) };
  if (entry === undefined && conflicts.length + aliases.length === 0)
    return {
      ConditionCheck: { ...base, ConditionExpression: 'epoch = :epoch', ExpressionAttributeValues: epoch },
    };
  const guard = {
    ConditionExpression: 'seq = :read AND epoch = :epoch AND horizonSeq = :horizon',
    ExpressionAttributeValues: {
      ...epoch,
      ':read': N(read.seq),
      ':horizon': N(read.horizonSeq),
      ':opened': N(head.openConflictCount - read.openConflictCount),
    },
  };
  if (entry === undefined)
    return { Update: { ...base, ...guard, UpdateExpression: 'ADD openConflicts :opened' } };
  return {
    Update: {
      ...base,
      ...guard,
      UpdateExpression:
        'SET seq = :next, digests = :digests, gsi1pk = if_not_exists(gsi1pk, :shard), gsi1sk = if_not_exists(gsi1sk, :due) ADD openConflicts :opened',
      ExpressionAttributeValues: {
        ...guard.ExpressionAttributeValues,
        ':next': N(head.seq),
        ':digests': B(sealDigests(head, seal)),
        ':shard': S(logDuePartition(logShardOf(seal.scope))),
        ':due': S(logDueText(seal.scope, entry.committedAtMs)),
      },
    },
  };
}

function writeOperation({ operation }: Commit, context: CommitContext): readonly PlannedItem[] {
  if (operation === undefined) return [];
  const { coreTable, seal, nowMs } = context;
  const [row = {}, ...parts] = toOperationItems(operation.next, nowMs, seal);
  const condition: Condition =
    operation.readToken === undefined
      ? {
          // An expired row may still lie there.
          ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':now': N(toEpochSec(nowMs)) },
        }
      : {
          ConditionExpression: 'tk = :token AND st = :running',
          ExpressionAttributeValues: { ':token': S(operation.readToken), ':running': S('running') },
        };
  return [
    { part: 'operation', item: putOver(coreTable, row, condition) },
    ...parts.map(
      (Item): PlannedItem => ({
        part: 'other',
        item: { Put: { TableName: coreTable, Item } },
      }),
    ),
  ];
}

/** What the failed conditions of a commit mean to the one who planned it. */
export function judgeEntityCommit(
  planned: readonly PlannedItem[],
  reasons: readonly CancellationReason[],
): Exclude<CommitOutcome, 'committed'> {
  const failed = planned.flatMap(({ part }, index) =>
    reasons[index]?.Code === 'ConditionalCheckFailed' ? [{ part, reason: reasons[index] }] : [],
  );
  const reasonOf = (part: Part) => failed.find((failure) => failure.part === part)?.reason;
  if (isErased(reasonOf('user'))) return 'gone';
  const isFirst = planned.some(({ part }) => part === 'user');
  const counter = reasonOf('counter');
  // The user's counter was there when it was read: erased since.
  if (!isFirst && counter !== undefined && counter.Item === undefined) return 'gone';
  return reasonOf('operation') === undefined ? 'conflict' : 'operation_lost';
}
