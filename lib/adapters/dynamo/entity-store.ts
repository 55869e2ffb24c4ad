import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ChangeLog, Commit, CommitOutcome, EntityStore } from '../../sync/entity-store.ts';
import type { ConflictRecord, LogEntry, Operation, StoredRow, SyncHead } from '../../sync/model.ts';
import type { DataKey, DataKeys } from '../../vault/data-keys.ts';
import { batchGet } from './batch-get.ts';
import {
  ENTITY_ALIAS_PREFIX,
  ENTITY_CONFLICT_PREFIX,
  entitiesKey,
  entityAliasKey,
  entityConflictKey,
  entityLogSortKey,
  entityOperationKey,
  entityOperationPartKey,
  headKey,
  userPartition,
} from './core-keys.ts';
import { type Dynamo, type Item, S, stringOf } from './dynamo.ts';
import { buildEntityCommit, judgeEntityCommit } from './entity-commit.ts';
import { fromConflictItem } from './entity-conflict-item.ts';
import { fromEntitiesItem } from './entity-head-item.ts';
import { fromEntityItem, isDeletedItem, referencesOf } from './entity-item.ts';
import { fromLogItem } from './entity-log-item.ts';
import { fromOperationItem, partCountOf } from './entity-operation-item.ts';
import { queryPrefix } from './query-page.ts';
import { queryPages } from './query-pages.ts';
import { readItem } from './read-item.ts';
import { entityKey, entityPartition, entityPrefix } from './samples-keys.ts';
import { sendTransaction } from './transaction.ts';

export interface EntityStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  /** Where the rows are: a table without a stream. */
  readonly rowsTable: string;
  readonly dataKeys: Pick<DataKeys, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** A conflict holds three images of a row: so many fit one answer of 1 MB mostly. */
const CONFLICT_PAGE_COUNT = 25;

/** EntityStore and ChangeLog on the user's partition of `core`, and on that of the user's rows in `samples`. */
export const createEntityStore = (deps: EntityStoreDependencies): EntityStore & ChangeLog => ({
  loadHead: (scope) => loadHead(deps, scope),
  loadRows: async (scope, keys) => {
    const items = await getItems(
      deps,
      deps.rowsTable,
      keys.map(({ type, id }) => entityKey(scope, type, id)),
    );
    return opened(deps, scope, items, fromEntityItem);
  },
  loadAliases: async (scope, keys) => {
    const items = await getItems(
      deps,
      deps.coreTable,
      keys.map(({ type, id }) => entityAliasKey(scope, type, id)),
    );
    return new Map(
      items.map((item) => [stringOf(item, 'sk').slice(ENTITY_ALIAS_PREFIX.length), stringOf(item, 'id')]),
    );
  },
  listReferring: (scope, type, field, ids) => listReferring(deps, scope, { type, field, ids }),
  listRows: async (scope, type, { afterId, limit }) => {
    const prefix = entityPrefix(type);
    const page = { table: deps.rowsTable, partition: entityPartition(scope), prefix, after: afterId, limit };
    return opened(deps, scope, await queryPrefix(deps.dynamo, page), fromEntityItem);
  },
  loadOperation: (scope, operationId) => loadOperation(deps, scope, operationId),
  commit: (scope, commit) => sendCommit(deps, scope, commit),
  loadConflicts: async (scope, conflictIds) => {
    const keys = [...new Set(conflictIds)].map((id) => entityConflictKey(scope, id));
    return opened(deps, scope, await getItems(deps, deps.coreTable, keys), fromConflictItem);
  },
  listConflicts: (scope, page) => listConflicts(deps, scope, page),
  readEntries: (scope, afterSeq, limit) => readEntries(deps, scope, afterSeq, limit),
});

async function getItems(
  deps: EntityStoreDependencies,
  table: string,
  keys: readonly Item[],
): Promise<readonly Item[]> {
  const bySortKey = new Map(keys.map((key) => [stringOf(key, 'sk'), key]));
  if (bySortKey.size === 0) return [];
  const wanted = [...bySortKey.values()].map((key) => ({ table, key }));
  return (await batchGet(deps, wanted)).map(({ item }) => item);
}

/** Nothing of a user without a key: erased between two reads. */
async function opened<Value>(
  { dataKeys }: EntityStoreDependencies,
  scope: UserScope,
  items: readonly Item[],
  from: (item: Item, seal: { readonly scope: UserScope; readonly key: DataKey }) => Value,
): Promise<readonly Value[]> {
  if (items.length === 0) return [];
  const key = await dataKeys.load(scope);
  return key === undefined ? [] : items.map((item) => from(item, { scope, key }));
}

/** The head of the user is asked only where there is no counter: an erasure takes the counter with it. */
async function loadHead(
  { dynamo, coreTable, dataKeys }: EntityStoreDependencies,
  scope: UserScope,
): Promise<SyncHead | 'gone' | undefined> {
  const [item, key] = await Promise.all([
    readItem(dynamo, coreTable, entitiesKey(scope)),
    dataKeys.load(scope),
  ]);
  if (key === undefined) return 'gone';
  if (item !== undefined) return fromEntitiesItem(item, { scope, key });
  const head = await readItem(dynamo, coreTable, headKey(scope));
  return head === undefined || head['erasedAt'] !== undefined ? 'gone' : undefined;
}

async function listReferring(
  deps: EntityStoreDependencies,
  scope: UserScope,
  { type, field, ids }: { readonly type: string; readonly field: string; readonly ids: readonly string[] },
): Promise<readonly StoredRow[]> {
  const wanted = new Set(ids);
  const found: Item[] = [];
  const query = {
    TableName: deps.rowsTable,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': S(entityPartition(scope)), ':prefix': S(entityPrefix(type)) },
  };
  for await (const page of queryPages(deps.dynamo, query)) {
    for (const item of page) {
      if (!isDeletedItem(item) && wanted.has(referencesOf(item)[field] ?? '')) found.push(item);
    }
  }
  return opened(deps, scope, found, fromEntityItem);
}

async function loadOperation(
  deps: EntityStoreDependencies,
  scope: UserScope,
  operationId: string,
): Promise<Operation | undefined> {
  const item = await readItem(deps.dynamo, deps.coreTable, entityOperationKey(scope, operationId));
  if (item === undefined) return undefined;
  const partCount = partCountOf(item, deps.clock.now());
  const key = await deps.dataKeys.load(scope);
  if (partCount === undefined || key === undefined) return undefined;
  const keys = Array.from({ length: partCount }, (_, at) =>
    entityOperationPartKey(scope, operationId, at + 1),
  );
  const parts = [...(await getItems(deps, deps.coreTable, keys))].sort((a, b) =>
    stringOf(a, 'sk') < stringOf(b, 'sk') ? -1 : 1,
  );
  return fromOperationItem(operationId, item, parts, { scope, key });
}

async function sendCommit(
  { dynamo, coreTable, rowsTable, dataKeys, clock, randomness }: EntityStoreDependencies,
  scope: UserScope,
  commit: Commit,
): Promise<CommitOutcome> {
  const key = await dataKeys.load(scope);
  if (key === undefined) return 'gone';
  const planned = buildEntityCommit(commit, {
    coreTable,
    rowsTable,
    seal: { scope, key, randomness },
    nowMs: clock.now(),
  });
  const outcome = await sendTransaction(dynamo, { TransactItems: planned.map(({ item }) => item) });
  return outcome.kind === 'committed' ? 'committed' : judgeEntityCommit(planned, outcome.reasons);
}

async function listConflicts(
  deps: EntityStoreDependencies,
  scope: UserScope,
  { status, limit, before }: Parameters<EntityStore['listConflicts']>[1],
): Promise<readonly ConflictRecord[]> {
  const found: Item[] = [];
  const query = {
    TableName: deps.coreTable,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': S(userPartition(scope)),
      ':from': S(ENTITY_CONFLICT_PREFIX),
      ':to': S(ENTITY_CONFLICT_PREFIX + (before ?? '~')),
    },
    ScanIndexForward: false,
    Limit: CONFLICT_PAGE_COUNT,
  };
  const last = before === undefined ? undefined : ENTITY_CONFLICT_PREFIX + before;
  for await (const page of queryPages(deps.dynamo, query)) {
    for (const item of page) {
      const isWanted = status === 'all' || stringOf(item, 'status') === status;
      if (isWanted && stringOf(item, 'sk') !== last) found.push(item);
    }
    if (found.length >= limit) break;
  }
  return opened(deps, scope, found.slice(0, limit), fromConflictItem);
}

/** A transaction may be half visible: what follows a missing number waits for it (SYN7). */
async function readEntries(
  deps: EntityStoreDependencies,
  scope: UserScope,
  afterSeq: number,
  limit: number,
): Promise<readonly LogEntry[]> {
  const items: Item[] = [];
  const query = {
    TableName: deps.coreTable,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': S(userPartition(scope)),
      ':from': S(entityLogSortKey(afterSeq + 1)),
      ':to': S(entityLogSortKey(afterSeq + limit)),
    },
  };
  for await (const page of queryPages(deps.dynamo, query)) items.push(...page);
  const firstGap = items.findIndex(
    (item, index) => stringOf(item, 'sk') !== entityLogSortKey(afterSeq + 1 + index),
  );
  return opened(deps, scope, firstGap < 0 ? items : items.slice(0, firstGap), fromLogItem);
}
