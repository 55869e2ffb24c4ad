import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { type Dynamo, type Item, S } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

/** Sort keys from `prefix + after` (not included) on; a page may end early at 1 MB, so it is asked on. */
export interface PrefixPage {
  readonly table: string;
  readonly partition: string;
  /** Of the sort keys; ids follow it. */
  readonly prefix: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** `~` sorts behind every character of our ids, `!` before them and behind the end of one. */
const LAST = '~';
const JUST_AFTER = '!';

/** At most `limit` items of one partition in key order, strongly consistent. */
export async function queryPrefix(dynamo: Dynamo, page: PrefixPage): Promise<readonly Item[]> {
  const { table, partition, prefix, after, limit } = page;
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const reply = await dynamo
      .send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': S(partition),
            ':from': S(after === undefined ? prefix || JUST_AFTER : prefix + after + JUST_AFTER),
            ':to': S(prefix + LAST),
          },
          Limit: limit - items.length,
          ConsistentRead: true,
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      )
      .catch(rethrowStoreError);
    items.push(...(reply.Items ?? []));
    startKey = reply.LastEvaluatedKey;
  } while (startKey !== undefined && items.length < limit);
  return items;
}
