import { PutItemCommand, QueryCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { RebuildId, type WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { isActive, type RebuildJob } from '../../rebuilds/model.ts';
import type { RebuildRequest, RebuildStore } from '../../rebuilds/rebuild-store.ts';
import {
  REBUILD_PREFIX,
  rebuildKey,
  rebuildPlacesKey,
  rebuildRequestKey,
  workspacePartition,
} from './core-keys.ts';
import { type Dynamo, type Item, N, S, stringOf } from './dynamo.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { fromProgressItem, sameStep, toProgressAttributes } from './rebuild-progress-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { sendTransaction } from './transaction.ts';

/** A rebuild is kept this long after its last step, and so is a caller's key. */
const KEPT_MS = 30 * DAY_MS;
/** Others of the workspace count places at the same time. */
const MAX_ROUND_COUNT = 10;
/** Sorts behind every id. */
const LAST = '~';

/** RebuildStore on the `core` table, in the partition of the workspace. */
export const createRebuildStore = (dynamo: Dynamo, coreTable: string): RebuildStore => ({
  create: (job, request, placeCount) => create({ dynamo, coreTable }, job, request, placeCount),
  load: async (workspaceId, rebuildId) => {
    const item = await readItem(dynamo, coreTable, rebuildKey(workspaceId, rebuildId));
    return item === undefined ? undefined : fromItem(workspaceId, item);
  },
  list: async (workspaceId, { before, limit }) => {
    const reply = await dynamo
      .send(
        new QueryCommand({
          TableName: coreTable,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': S(workspacePartition(workspaceId)),
            ':from': S(REBUILD_PREFIX),
            ':to': S(REBUILD_PREFIX + (before ?? LAST)),
          },
          ScanIndexForward: false,
          ConsistentRead: true,
          // BETWEEN includes the one that the page before ended with.
          Limit: limit + (before === undefined ? 0 : 1),
        }),
      )
      .catch(rethrowStoreError);
    const jobs = (reply.Items ?? []).map((item) => fromItem(workspaceId, item));
    return jobs.filter(({ rebuildId }) => rebuildId !== before).slice(0, limit);
  },
  save: (before, next) => save({ dynamo, coreTable }, before, next),
});

interface Store {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
}

async function create(
  { dynamo, coreTable }: Store,
  job: RebuildJob,
  request: RebuildRequest | undefined,
  placeCount: number | undefined,
): ReturnType<RebuildStore['create']> {
  const items: TransactWriteItem[] = [
    placesUpdate(coreTable, job.workspaceId, 1, placeCount),
    { Put: { TableName: coreTable, Item: toItem(job), ConditionExpression: 'attribute_not_exists(pk)' } },
  ];
  if (request !== undefined) items.push(requestPut(coreTable, job, request));
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const outcome = await sendTransaction(dynamo, { TransactItems: items });
    if (outcome.kind === 'committed') return 'created';
    const [places, , known] = outcome.reasons;
    if (known?.Code === 'ConditionalCheckFailed' && known.Item !== undefined) return existing(known.Item);
    if (places?.Code === 'ConditionalCheckFailed') return 'full';
  }
  throw new AppError('server.unavailable', 'Others keep starting rebuilds.', { retryAfterSec: 1 });
}

const existing = (item: Item) => ({
  kind: 'exists' as const,
  rebuildId: RebuildId.parse(stringOf(item, 'rebuildId')),
  payloadHash: stringOf(item, 'payloadHash'),
});

/** A rebuild that ends gives its place back in the transaction that says so; one that begins again takes one. */
async function save({ dynamo, coreTable }: Store, before: RebuildJob, next: RebuildJob) {
  const put = { TableName: coreTable, Item: toItem(next), ...sameStep(before) };
  const change = (isActive(next) ? 1 : 0) - (isActive(before) ? 1 : 0);
  if (change === 0) {
    try {
      await dynamo.send(new PutItemCommand(put));
      return 'saved';
    } catch (error) {
      return isFailedCondition(error) ? 'conflict' : rethrowStoreError(error);
    }
  }
  const items = [{ Put: put }, placesUpdate(coreTable, next.workspaceId, change, undefined)];
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const outcome = await sendTransaction(dynamo, { TransactItems: items });
    if (outcome.kind === 'committed') return 'saved';
    if (outcome.reasons[0]?.Code === 'ConditionalCheckFailed') return 'conflict';
  }
  throw new AppError('server.unavailable', 'Others keep starting rebuilds.', { retryAfterSec: 1 });
}

const placesUpdate = (
  coreTable: string,
  workspaceId: string,
  change: number,
  placeCount: number | undefined,
): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: rebuildPlacesKey(workspaceId),
    UpdateExpression: 'ADD taken :change',
    ExpressionAttributeValues: {
      ':change': N(change),
      ...(placeCount === undefined ? {} : { ':count': N(placeCount) }),
    },
    ...(placeCount === undefined
      ? {}
      : { ConditionExpression: 'attribute_not_exists(taken) OR taken < :count' }),
  },
});

const requestPut = (coreTable: string, job: RebuildJob, request: RebuildRequest): TransactWriteItem => ({
  Put: {
    TableName: coreTable,
    Item: {
      ...rebuildRequestKey(job.workspaceId, request.key),
      rebuildId: S(job.rebuildId),
      payloadHash: S(request.payloadHash),
      ttl: N(toEpochSec((job.createdAtMs + KEPT_MS) as EpochMs)),
    },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

const toItem = (job: RebuildJob): Item => ({
  ...rebuildKey(job.workspaceId, job.rebuildId),
  ...toProgressAttributes(job),
  ttl: N(toEpochSec((job.updatedAtMs + KEPT_MS) as EpochMs)),
});

const fromItem = (workspaceId: WorkspaceId, item: Item): RebuildJob => ({
  ...fromProgressItem(item),
  workspaceId,
  rebuildId: RebuildId.parse(stringOf(item, 'sk').slice(REBUILD_PREFIX.length)),
});
