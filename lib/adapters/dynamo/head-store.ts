import {
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { ChangeEntry } from '../../outbox/model.ts';
import type { ChangeFeed, HeadStore } from '../../samples/head-store.ts';
import type { PrioritySettings, PrivacySettings, UserScope } from '../../samples/model.ts';
import { parseChangeItem, toChangeItem } from './change-item.ts';
import { CHANGE_PREFIX, changeSortKey, headKey, userPartition } from './core-keys.ts';
import { type Dynamo, type Item, N, S } from './dynamo.ts';
import { fromHeadItem } from './head-item.ts';
import { queryPages } from './query-pages.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { isErased, sendTransaction } from './transaction.ts';

/** HeadStore and ChangeFeed on the `core` table. */
export const createHeadStore = (dynamo: Dynamo, coreTable: string): HeadStore & ChangeFeed => ({
  load: async (scope) => {
    const item = await readItem(dynamo, coreTable, headKey(scope));
    return item === undefined ? undefined : fromHeadItem(item);
  },
  saveSettings: async (scope, readSettingsVersion, settings) => {
    const input = buildSettingsUpdate(coreTable, scope, readSettingsVersion, settings);
    try {
      await dynamo.send(new UpdateItemCommand(input));
      return 'saved';
    } catch (error) {
      if (!isFailedCondition(error)) return rethrowStoreError(error);
      return isGone(error.Item) ? 'erased' : 'conflict';
    }
  },
  savePriorities: async (scope, readSeq, priorities, change) => {
    const input = buildPrioritiesTransaction(coreTable, scope, { readSeq, priorities, change });
    const outcome = await sendTransaction(dynamo, input);
    if (outcome.kind === 'committed') return 'saved';
    return isErased(outcome.reasons[0]) ? 'erased' : 'conflict';
  },
  loadAfter: async (scope, sinceSeq, limit) => {
    const entries: ChangeEntry[] = [];
    const query = {
      TableName: coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(userPartition(scope)),
        ':from': S(changeSortKey(sinceSeq + 1)),
        ':to': S(`${CHANGE_PREFIX}:`),
      },
      Limit: limit,
    };
    for await (const page of queryPages(dynamo, query)) {
      for (const item of page) entries.push(parseChangeItem(item).entry);
      if (entries.length >= limit) break;
    }
    return entries.slice(0, limit);
  },
});

interface SettingsToSave {
  readonly timeZone?: string | null | undefined;
  readonly privacy?: PrivacySettings;
}

/** Only what is given is set; the conditions are those of HeadStore.saveSettings. */
export function buildSettingsUpdate(
  coreTable: string,
  scope: UserScope,
  readSettingsVersion: number,
  { timeZone, privacy }: SettingsToSave,
): UpdateItemCommandInput {
  const sets = ['settingsVersion = :next'];
  const values: Record<string, Item[string]> = {
    ':next': N(readSettingsVersion + 1),
    ':read': N(readSettingsVersion),
  };
  if (typeof timeZone === 'string') {
    sets.push('#zone = :zone');
    values[':zone'] = S(timeZone);
  }
  if (privacy !== undefined) {
    sets.push('privacy = :privacy');
    values[':privacy'] = S(JSON.stringify(privacy));
  }
  return {
    TableName: coreTable,
    Key: headKey(scope),
    UpdateExpression: `SET ${sets.join(', ')}${timeZone === null ? ' REMOVE #zone' : ''}`,
    ConditionExpression: 'settingsVersion = :read AND attribute_not_exists(erasedAt)',
    ...(timeZone === undefined ? {} : { ExpressionAttributeNames: { '#zone': 'timeZone' } }),
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function buildPrioritiesTransaction(
  coreTable: string,
  scope: UserScope,
  next: {
    readonly readSeq: number;
    readonly priorities: PrioritySettings;
    readonly change: ChangeEntry;
  },
): TransactWriteItemsCommandInput {
  return {
    TransactItems: [
      {
        Update: {
          TableName: coreTable,
          Key: headKey(scope),
          UpdateExpression: 'SET seq = :next, priorities = :priorities',
          ConditionExpression: 'seq = :read AND attribute_not_exists(erasedAt)',
          ExpressionAttributeValues: {
            ':next': N(next.readSeq + 1),
            ':priorities': S(JSON.stringify(next.priorities)),
            ':read': N(next.readSeq),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      {
        Put: {
          TableName: coreTable,
          Item: toChangeItem(scope, next.change),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ],
  };
}

const isGone = (item: Item | undefined): boolean => item === undefined || item['erasedAt'] !== undefined;
