import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { LocalDate } from '../../core/instants.ts';
import { changedDates, type RecordDays } from '../../records/record-days.ts';
import type { RecordWrite } from '../../records/record-store.ts';
import type { UserScope } from '../../samples/model.ts';
import { recordDaysKey, recordDaysSortKey, userPartition } from './core-keys.ts';
import { type Dynamo, N, numberOf, S, stringOf } from './dynamo.ts';
import { queryPages } from './query-pages.ts';

const KIND = 'sleep';
const DAY_PREFIX = 'd';

/** RecordDays on the `core` table: one small item a month, with an attribute `d<DD>` for each marked date. */
export const createRecordDays = (dynamo: Dynamo, coreTable: string): RecordDays => ({
  loadSleepDays: async (scope, { from, to }) => {
    const days = new Map<LocalDate, number>();
    if (from > to) return days;
    const query = {
      TableName: coreTable,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': S(userPartition(scope)),
        ':from': S(recordDaysSortKey(KIND, monthOf(from))),
        ':to': S(recordDaysSortKey(KIND, monthOf(to))),
      },
    };
    for await (const page of queryPages(dynamo, query)) {
      for (const item of page) {
        const month = stringOf(item, 'sk').slice(recordDaysSortKey(KIND, '').length);
        for (const name of Object.keys(item)) {
          const date = `${month}-${name.slice(DAY_PREFIX.length)}` as LocalDate;
          if (name.startsWith(DAY_PREFIX) && date >= from && date <= to) days.set(date, numberOf(item, name));
        }
      }
    }
    return days;
  },
});

const monthOf = (date: string): string => date.slice(0, 7);

/**
 * Marks the dates of written sleep records with the number of the transaction, in that transaction: those
 * that its event names. The head orders transactions, so the numbers only rise.
 */
export function markDays(
  coreTable: string,
  scope: UserScope,
  seq: number,
  writes: readonly RecordWrite[],
): readonly TransactWriteItem[] {
  const dates = writes.filter(({ pointer }) => pointer.kind === KIND).flatMap(changedDates);
  const byMonth = Map.groupBy([...new Set(dates)].sort(), monthOf);
  return Array.from(byMonth, ([month, days]) => {
    const names = days.map((date) => DAY_PREFIX + date.slice(8));
    return {
      Update: {
        TableName: coreTable,
        Key: recordDaysKey(scope, KIND, month),
        UpdateExpression: `SET ${names.map((name) => `${name} = :seq`).join(', ')}`,
        ExpressionAttributeValues: { ':seq': N(seq) },
      },
    };
  });
}
