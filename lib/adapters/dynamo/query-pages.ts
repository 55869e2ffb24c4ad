import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Dynamo, Item } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

/** The pages of one Query, strongly consistent, each asked for when the one before was taken. */
export async function* queryPages(
  dynamo: Dynamo,
  input: QueryCommandInput,
): AsyncGenerator<readonly Item[], void, void> {
  let startKey: Item | undefined;
  do {
    const reply = await dynamo
      .send(
        new QueryCommand({
          ...input,
          ConsistentRead: true,
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      )
      .catch(rethrowStoreError);
    yield reply.Items ?? [];
    startKey = reply.LastEvaluatedKey;
  } while (startKey !== undefined);
}
