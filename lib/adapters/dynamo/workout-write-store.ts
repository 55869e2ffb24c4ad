import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import type { WorkoutCommit, WorkoutWriteStore } from '../../workouts/writes/write-store.ts';
import { batchGet } from './batch-get.ts';
import { toChangeItem } from './change-item.ts';
import { ledgerWrite } from './commit-transaction.ts';
import {
  headKey,
  ledgerKey,
  recordPointerKey,
  userPartition,
  WORKOUT_SYNC_PREFIX,
  workoutSyncKey,
} from './core-keys.ts';
import { type Item, N, S, stringOf } from './dynamo.ts';
import { fromHeadItem } from './head-item.ts';
import { fromLedgerItem } from './ledger-item.ts';
import { queryPages } from './query-pages.ts';
import { fromPointerItem } from './record-item.ts';
import type { RecordStoreDependencies } from './record-store.ts';
import { recordItems } from './record-writes.ts';
import { isErased, sendTransaction } from './transaction.ts';
import { fromWorkoutSyncItem, toWorkoutSyncItem } from './workout-sync-item.ts';

/** Where the head stands in the transaction, and so its cancellation reason. */
const HEAD_INDEX = 1;

/** WorkoutWriteStore on the `core` table: one BatchGetItem to load, one transaction to commit. */
export const createWorkoutWriteStore = (deps: RecordStoreDependencies): WorkoutWriteStore => ({
  load: async (scope, { requestId, recordIds, sourceId }) => {
    const keys = [
      headKey(scope),
      ledgerKey(scope, requestId),
      workoutSyncKey(scope, sourceId),
      ...new Set(recordIds),
    ].map((key) => (typeof key === 'string' ? recordPointerKey(scope, 'workout', key) : key));
    const [found, key] = await Promise.all([
      batchGet(
        deps,
        keys.map((each) => ({ table: deps.coreTable, key: each })),
      ),
      deps.dataKeys.load(scope),
    ]);
    const items = new Map(found.map(({ item }) => [stringOf(item, 'sk'), item]));
    return readLoaded(deps, { scope, requestId, sourceId }, items, key);
  },
  commit: async (scope, commit) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined) return 'erased';
    const outcome = await sendTransaction(deps.dynamo, { TransactItems: itemsOf(deps, scope, commit, key) });
    if (outcome.kind === 'committed') return 'committed';
    return isErased(outcome.reasons[HEAD_INDEX]) ? 'erased' : 'conflict';
  },
  listSyncStates: async (scope, { afterId, limit }) => {
    const key = await deps.dataKeys.load(scope);
    if (key === undefined) return [];
    const items: Item[] = [];
    const pages = queryPages(deps.dynamo, {
      TableName: deps.coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(userPartition(scope)),
        // `!` sorts before every character of an id, `~` behind: the one after it, to the last.
        ':from': S(WORKOUT_SYNC_PREFIX + (afterId === undefined ? '' : `${afterId}!`)),
        ':to': S(`${WORKOUT_SYNC_PREFIX}~`),
      },
      Limit: limit,
    });
    for await (const page of pages) {
      items.push(...page);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit).map((item) => fromWorkoutSyncItem(scope, item, key));
  },
});

/** Without a key nothing can be opened: right for an erased user, a fault for any other. */
function readLoaded(
  { clock }: RecordStoreDependencies,
  place: { readonly scope: UserScope; readonly requestId: string; readonly sourceId: string },
  items: ReadonlyMap<string, Item>,
  key: DataKey | undefined,
): Awaited<ReturnType<WorkoutWriteStore['load']>> {
  const { scope, requestId, sourceId } = place;
  const headItem = items.get('HEAD');
  const head = headItem === undefined ? undefined : fromHeadItem(headItem);
  if (key === undefined) {
    if (head !== undefined && head.erasedAtMs === undefined)
      throw new AppError('server.internal', 'the user has no data key');
    return { head, ledger: undefined, known: new Map(), syncState: undefined };
  }
  const ledgerItem = items.get(stringOf(ledgerKey(scope, requestId), 'sk'));
  const syncItem = items.get(stringOf(workoutSyncKey(scope, sourceId), 'sk'));
  const pointers = [...items]
    .filter(([sk]) => sk.startsWith('RECORD#'))
    .map(([, item]) => fromPointerItem('workout', item));
  return {
    head,
    ledger: ledgerItem === undefined ? undefined : fromLedgerItem(place, ledgerItem, key, clock.now()),
    known: new Map(pointers.map((pointer) => [pointer.recordId, pointer])),
    syncState: syncItem === undefined ? undefined : fromWorkoutSyncItem(scope, syncItem, key),
  };
}

/**
 * Every window between our reads and this write, and the condition that closes it:
 *
 *   read ledger ───── twin commits the same request ────> ledger: absent, or the row that was read
 *     read head ───── another change of the user ───────> head: seq is the one read
 *               ───── privacy or zone is changed ───────> head: settingsVersion is the one read
 *               ───── user is erased ───────────────────> head: no erasedAt
 *  read pointer ───── another source of the record ─────> pointer: version is the one read, or absent
 *    read state ───── another request of the source ────> sync state: version is the one read, or absent
 */
function itemsOf(
  deps: RecordStoreDependencies,
  scope: UserScope,
  commit: WorkoutCommit,
  key: DataKey,
): TransactWriteItem[] {
  const { clock, randomness, coreTable } = deps;
  const context = { coreTable, key, nowMs: clock.now(), randomness };
  return [
    ledgerWrite(scope, commit, context),
    ...headItems(coreTable, scope, commit),
    ...commit.writes.flatMap((write) => recordItems(deps, scope, write, key)),
    ...syncStateItems(deps, scope, commit, key),
  ];
}

/** As `announceOnHead`, with the settings as a further condition; without a change the head is only checked. */
function headItems(
  coreTable: string,
  scope: UserScope,
  { change, readHead }: WorkoutCommit,
): readonly TransactWriteItem[] {
  const head = { TableName: coreTable, Key: headKey(scope) };
  const settings = 'settingsVersion = :settings AND attribute_not_exists(erasedAt)';
  const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
  const values = { ':settings': N(readHead.settingsVersion) };
  if (change === undefined) {
    const ConditionCheck = {
      ...head,
      ConditionExpression: settings,
      ExpressionAttributeValues: values,
      ReturnValuesOnConditionCheckFailure,
    } as const;
    return [{ ConditionCheck }];
  }
  const Update = {
    ...head,
    UpdateExpression: 'SET seq = :next',
    ConditionExpression: `seq = :read AND ${settings}`,
    ExpressionAttributeValues: { ...values, ':next': N(change.seq), ':read': N(readHead.seq) },
    ReturnValuesOnConditionCheckFailure,
  } as const;
  const entry = {
    TableName: coreTable,
    Item: toChangeItem(scope, change),
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  return [{ Update }, { Put: entry }];
}

function syncStateItems(
  { coreTable, randomness }: RecordStoreDependencies,
  scope: UserScope,
  { syncState }: WorkoutCommit,
  key: DataKey,
): readonly TransactWriteItem[] {
  if (syncState === undefined) return [];
  const Item = toWorkoutSyncItem(scope, syncState, key, randomness);
  const condition =
    syncState.version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'version = :version',
          ExpressionAttributeValues: { ':version': N(syncState.version - 1) },
        };
  return [{ Put: { TableName: coreTable, Item, ...condition } }];
}
