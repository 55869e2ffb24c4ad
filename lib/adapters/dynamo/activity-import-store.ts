import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ACTIVITY_FAULTS, ActivityImportStatus } from '../../../contracts/http/activity-imports.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ImportStore } from '../../workouts/imports/import-store.ts';
import { IMPORT_ROW_DAYS } from '../../workouts/imports/limits.ts';
import type { ActivityImportRow, ImportResult } from '../../workouts/imports/model.ts';
import { activityImportKey } from './core-keys.ts';
import { type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { checkUser, type RunStoreDependencies, sendForUser } from './run-store.ts';
import { rethrowStoreError } from './store-error.ts';

export type ActivityImportStoreDependencies = Omit<RunStoreDependencies, 'dataKeys'>;

const count = z.int().nonnegative();
/** What `finish` wrote: outcomes, counts and places in a file, no value of the user's. */
const StoredResult = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('done'),
    workouts: z.array(
      z.object({
        id: z.string(),
        outcome: z.enum(['created', 'updated', 'unchanged', 'refused']),
        reason: z.string().exactOptional(),
      }),
    ),
    samples: z.object({ accepted: count, updated: count, duplicate: count, refused: count }),
    droppedCount: count,
    damage: z.object({ where: z.string(), reason: z.string() }).exactOptional(),
  }),
  z.object({ status: z.literal('failed'), code: z.enum(ACTIVITY_FAULTS), detail: z.string() }),
]);

/** ImportStore in the `core` table, in the user's own partition: provider, damage, st, res (JSON), at, ttl. */
export const createActivityImportStore = (deps: ActivityImportStoreDependencies): ImportStore => ({
  create: async (scope, row) => {
    const { coreTable } = deps;
    await sendForUser(deps, [
      checkUser(coreTable, scope),
      { Put: { TableName: coreTable, Item: toItem(scope, row) } },
    ]);
  },
  load: async (scope, importId) => {
    const item = await readItem(deps.dynamo, deps.coreTable, activityImportKey(scope, importId));
    return item === undefined ? undefined : fromItem(importId, item);
  },
  markQueued: (scope, importId) =>
    change(deps, scope, importId, { set: 'st = :next REMOVE res', values: { ':next': S('queued') } }),
  markRunning: async (scope, importId) => {
    await change(deps, scope, importId, { set: 'st = :next', values: { ':next': S('running') } });
  },
  finish: async (scope, importId, result) => {
    const values = { ':next': S(result.status), ':res': S(JSON.stringify(result)) };
    await change(deps, scope, importId, { set: 'st = :next, res = :res', values });
  },
});

/** False when the import is done, or is not there. */
async function change(
  { dynamo, coreTable }: ActivityImportStoreDependencies,
  scope: UserScope,
  importId: string,
  { set, values }: { readonly set: string; readonly values: Readonly<Record<string, AttributeValue>> },
): Promise<boolean> {
  try {
    await dynamo.send(
      new UpdateItemCommand({
        TableName: coreTable,
        Key: activityImportKey(scope, importId),
        UpdateExpression: `SET ${set}`,
        ConditionExpression: 'attribute_exists(pk) AND st <> :done',
        ExpressionAttributeValues: { ...values, ':done': S('done') },
      }),
    );
    return true;
  } catch (error) {
    if (isFailedCondition(error)) return false;
    return rethrowStoreError(error);
  }
}

function toItem(scope: UserScope, row: ActivityImportRow): Item {
  return {
    ...activityImportKey(scope, row.importId),
    provider: S(row.provider),
    damage: S(row.onDamage),
    st: S(row.status),
    at: N(row.createdAtMs),
    ttl: N(toEpochSec((row.createdAtMs + IMPORT_ROW_DAYS * DAY_MS) as EpochMs)),
    ...(row.format === undefined ? {} : { format: S(row.format) }),
  };
}

const Format = z.enum(['fit', 'tcx', 'gpx']).optional();
const OnDamage = z.enum(['refuse', 'summary', 'keep']);

function fromItem(importId: string, item: Item): ActivityImportRow {
  return {
    importId,
    provider: stringOf(item, 'provider'),
    format: Format.parse(optionalStringOf(item, 'format')),
    onDamage: OnDamage.parse(stringOf(item, 'damage')),
    createdAtMs: numberOf(item, 'at') as EpochMs,
    status: ActivityImportStatus.parse(stringOf(item, 'st')),
    result: resultOf(optionalStringOf(item, 'res')),
  };
}

const resultOf = (text: string | undefined): ImportResult | undefined =>
  text === undefined ? undefined : StoredResult.parse(JSON.parse(text));
