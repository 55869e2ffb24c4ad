import {
  DeleteItemCommand,
  type TransactWriteItem,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { InboxEntry, Lease } from '../../connections/model.ts';
import type { RunStore } from '../../connections/syncs/run-store.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey, DataKeys } from '../../vault/data-keys.ts';
import { headKey, inboxKey, inboxPrefix, runKey, userPartition } from './core-keys.ts';
import {
  BOOL,
  type Dynamo,
  type Item,
  N,
  numberOf,
  optionalNumberOf,
  optionalStringOf,
  S,
  stringOf,
} from './dynamo.ts';
import { fromInboxItem, toInboxItem } from './inbox-item.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { isErased, sendTransaction } from './transaction.ts';

export interface RunStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: Pick<DataKeys, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** A transaction takes 100 items; head and run go along. */
const ENTRIES_PER_TRANSACTION = 90;
const DELETES_AT_A_TIME = 20;
/** The head moves with every ingest of the user, the run with everybody who comes. */
const MAX_ROUND_COUNT = 10;
const ROUND_DELAY = { baseMs: 20, capMs: 400 };

/**
 * RunStore on the `core` table. The item `RUN#<connection>` is made with the first entry, in a transaction that
 * sees the user alive, and holds: fence, holder, heldUntil, again, waitingSync.
 *
 *   A takes (fence 7) ──── its time is over ────────────── A commits: refused, fence is 8
 *                                   B takes (fence 8) ──── B commits: written
 */
export function createRunStore(deps: RunStoreDependencies): RunStore {
  return {
    addToInbox: async (scope, connectionId, entries) => {
      for (let start = 0; start < entries.length; start += ENTRIES_PER_TRANSACTION) {
        await addEntries(deps, scope, connectionId, entries.slice(start, start + ENTRIES_PER_TRANSACTION));
      }
    },
    readInbox: (scope, connectionId, limit) => readInbox(deps, scope, connectionId, limit),
    removeFromInbox: async (scope, connectionId, entryIds) => {
      await mapBounded(entryIds, DELETES_AT_A_TIME, (entryId) => {
        const Key = inboxKey(scope, connectionId, entryId);
        return deps.dynamo
          .send(new DeleteItemCommand({ TableName: deps.coreTable, Key }))
          .catch(rethrowStoreError);
      });
    },
    takeLease: (scope, connectionId, wanted) => takeLease(deps, runKey(scope, connectionId), wanted),
    renewLease: (scope, connectionId, lease, next) =>
      renewLease(deps, runKey(scope, connectionId), lease, next),
    releaseLease: (scope, connectionId, lease) => releaseLease(deps, runKey(scope, connectionId), lease),
    loadLease: async (scope, connectionId) => {
      const item = await readItem(deps.dynamo, deps.coreTable, runKey(scope, connectionId));
      return item === undefined ? undefined : leaseOf(item);
    },
  };
}

export async function requireKey(dataKeys: Pick<DataKeys, 'load'>, scope: UserScope): Promise<DataKey> {
  const key = await dataKeys.load(scope);
  if (key === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
  return key;
}

/** First in a transaction: nothing is written for a user who is gone. */
export const checkUser = (coreTable: string, scope: UserScope): TransactWriteItem => ({
  ConditionCheck: {
    TableName: coreTable,
    Key: headKey(scope),
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

/** The transaction, again while others are in the way; its first item is `checkUser`. */
export async function sendForUser(
  { dynamo, clock, randomness }: Pick<RunStoreDependencies, 'dynamo' | 'clock' | 'randomness'>,
  items: readonly TransactWriteItem[],
): Promise<'committed' | { readonly refused: readonly (Item | undefined)[] }> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const outcome = await sendTransaction(dynamo, { TransactItems: [...items] });
    if (outcome.kind === 'committed') return 'committed';
    if (isErased(outcome.reasons[0])) throw new AppError('user.not_found', 'There is no user by this id.');
    const refused = outcome.reasons.map(({ Code, Item: item }) =>
      Code === 'ConditionalCheckFailed' ? (item ?? {}) : undefined,
    );
    if (refused.some((item) => item !== undefined)) return { refused };
    await clock.sleep(jitteredDelayMs(round, ROUND_DELAY, randomness));
  }
  throw new AppError('server.unavailable', 'Others keep writing for this user.', { retryAfterSec: 1 });
}

async function addEntries(
  deps: RunStoreDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  entries: readonly InboxEntry[],
): Promise<void> {
  const { coreTable, randomness } = deps;
  const key = await requireKey(deps.dataKeys, scope);
  const puts = new Map(
    entries.map((entry): [string, TransactWriteItem] => [
      entry.entryId,
      { Put: { TableName: coreTable, Item: toInboxItem(scope, connectionId, entry, { key, randomness }) } },
    ]),
  );
  const run = {
    TableName: coreTable,
    Key: runKey(scope, connectionId),
    UpdateExpression: 'SET fence = if_not_exists(fence, :zero)',
    ExpressionAttributeValues: { ':zero': N(0) },
  };
  await sendForUser(deps, [checkUser(coreTable, scope), { Update: run }, ...puts.values()]);
}

/** Of more than `limit` those come first whose ids do. */
async function readInbox(
  { dynamo, coreTable, dataKeys }: RunStoreDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  limit: number,
): Promise<readonly InboxEntry[]> {
  const page = { prefix: inboxPrefix(connectionId), after: undefined, limit };
  const items = await queryPrefix(dynamo, { table: coreTable, partition: userPartition(scope), ...page });
  const key = items.length === 0 ? undefined : await dataKeys.load(scope);
  if (key === undefined) return [];
  return items
    .map((item) => fromInboxItem(scope, connectionId, item, key))
    .toSorted((a, b) => a.receivedAtMs - b.receivedAtMs || (a.entryId < b.entryId ? -1 : 1));
}

type Update = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
>;

async function update(
  { dynamo, coreTable }: RunStoreDependencies,
  key: Item,
  change: Update,
): Promise<{ readonly written: Item } | { readonly refused: Item | undefined }> {
  try {
    const reply = await dynamo.send(
      new UpdateItemCommand({
        TableName: coreTable,
        Key: key,
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...change,
      }),
    );
    return { written: reply.Attributes ?? {} };
  } catch (error) {
    return isFailedCondition(error) ? { refused: error.Item } : rethrowStoreError(error);
  }
}

const holderOf = (item: Item): SyncId => SyncId.parse(stringOf(item, 'holder'));

const leaseOf = (item: Item): Lease | undefined =>
  optionalStringOf(item, 'holder') === undefined
    ? undefined
    : {
        owner: holderOf(item),
        untilMs: numberOf(item, 'heldUntil') as EpochMs,
        fence: numberOf(item, 'fence'),
        again: item['again']?.BOOL === true,
      };

type Wanted = Parameters<RunStore['takeLease']>[2];
type Taken = Awaited<ReturnType<RunStore['takeLease']>>;

async function takeLease(deps: RunStoreDependencies, key: Item, wanted: Wanted): Promise<Taken> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const free = await update(deps, key, {
      UpdateExpression: 'SET holder = :me, heldUntil = :until ADD fence :one REMOVE again',
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(holder) OR heldUntil <= :now)',
      ExpressionAttributeValues: {
        ':me': S(wanted.owner),
        ':until': N(wanted.untilMs),
        ':one': N(1),
        ':now': N(wanted.nowMs),
      },
    });
    if ('written' in free) return taken(wanted, numberOf(free.written, 'fence') + 1);
    const held = free.refused === undefined ? undefined : leaseOf(free.refused);
    if (free.refused === undefined) return { kind: 'none' };
    const outcome =
      held === undefined
        ? undefined
        : held.owner === wanted.owner
          ? await keepLease(deps, key, held, wanted)
          : await markAgain(deps, key, held);
    if (outcome !== undefined) return outcome;
  }
  throw new AppError('server.unavailable', 'The lease keeps changing hands.', { retryAfterSec: 1 });
}

const taken = ({ owner, untilMs }: Wanted, fence: number): Taken => ({
  kind: 'taken',
  lease: { owner, untilMs, fence, again: false },
});

const isMine = { condition: 'holder = :me AND fence = :fence' };
const mine = ({ owner, fence }: Pick<Lease, 'owner' | 'fence'>): Item => ({
  ':me': S(owner),
  ':fence': N(fence),
});

async function keepLease(
  deps: RunStoreDependencies,
  key: Item,
  held: Lease,
  wanted: Wanted,
): Promise<Taken | undefined> {
  const kept = await update(deps, key, {
    UpdateExpression: 'SET heldUntil = :until',
    ConditionExpression: isMine.condition,
    ExpressionAttributeValues: { ...mine(held), ':until': N(wanted.untilMs) },
  });
  return 'written' in kept ? taken(wanted, held.fence) : undefined;
}

async function markAgain(deps: RunStoreDependencies, key: Item, held: Lease): Promise<Taken | undefined> {
  const marked = await update(deps, key, {
    UpdateExpression: 'SET again = :true',
    ConditionExpression: isMine.condition,
    ExpressionAttributeValues: { ...mine(held), ':true': BOOL(true) },
  });
  if (!('written' in marked)) return undefined;
  const isFirst = marked.written['again']?.BOOL !== true;
  const untilMs = (optionalNumberOf(marked.written, 'heldUntil') ?? held.untilMs) as EpochMs;
  return { kind: 'held', by: held.owner, untilMs, isFirst };
}

async function renewLease(
  deps: RunStoreDependencies,
  key: Item,
  lease: Lease,
  next: { readonly untilMs: EpochMs; readonly clearAgain: boolean },
): Promise<'renewed' | 'lost'> {
  const renewed = await update(deps, key, {
    UpdateExpression: `SET heldUntil = :until${next.clearAgain ? ' REMOVE again' : ''}`,
    ConditionExpression: isMine.condition,
    ExpressionAttributeValues: { ...mine(lease), ':until': N(next.untilMs) },
  });
  return 'written' in renewed ? 'renewed' : 'lost';
}

async function releaseLease(
  deps: RunStoreDependencies,
  key: Item,
  lease: Lease,
): Promise<'released' | 'again' | 'lost'> {
  const released = await update(deps, key, {
    UpdateExpression: 'REMOVE holder, heldUntil',
    ConditionExpression: `${isMine.condition} AND attribute_not_exists(again)`,
    ExpressionAttributeValues: mine(lease),
  });
  if ('written' in released) return 'released';
  const stored = released.refused === undefined ? undefined : leaseOf(released.refused);
  if (stored === undefined) {
    const fence = released.refused === undefined ? undefined : optionalNumberOf(released.refused, 'fence');
    return fence === lease.fence ? 'released' : 'lost';
  }
  return stored.owner === lease.owner && stored.fence === lease.fence ? 'again' : 'lost';
}
