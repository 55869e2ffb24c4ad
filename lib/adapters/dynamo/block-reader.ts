import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { BlockSummary, StoredBlock, UserScope } from '../../samples/model.ts';
import type { BlockRange, BlockReader } from '../../samples/sample-store.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import { BLOCK_SUMMARY_ATTRIBUTES, fromBlockItem, fromSummaryItem, sealedBytesOf } from './block-item.ts';
import { type Dynamo, S, stringOf } from './dynamo.ts';
import { queryPages } from './query-pages.ts';
import { metricPartition, parseBlockName } from './samples-keys.ts';
import { rethrowStoreError } from './store-error.ts';

export interface BlockReaderDependencies {
  readonly dynamo: Dynamo;
  readonly samplesTable: string;
  readonly dataKeys: DataKeys;
}

/** BlockReader on the `samples` table. A user without a data key was erased and has no blocks to read. */
export const createBlockReader = (dependencies: BlockReaderDependencies): BlockReader => ({
  listBlocks: async (scope, range) => {
    const summaries: BlockSummary[] = [];
    const query = {
      ...rangeQuery(dependencies.samplesTable, scope, range),
      ProjectionExpression: BLOCK_SUMMARY_ATTRIBUTES,
    };
    for await (const page of queryPages(dependencies.dynamo, query)) {
      for (const item of page) summaries.push(fromSummaryItem(range.metric, item));
    }
    return summaries;
  },
  nextBucket: async (scope, metric, fromBucket) => {
    const { dynamo, samplesTable } = dependencies;
    const reply = await dynamo
      .send(
        new QueryCommand({
          TableName: samplesTable,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk >= :from',
          ExpressionAttributeValues: { ':pk': S(metricPartition(scope, metric)), ':from': S(fromBucket) },
          ProjectionExpression: 'sk',
          Limit: 1,
        }),
      )
      .catch(rethrowStoreError);
    const [item] = reply.Items ?? [];
    return item === undefined ? undefined : parseBlockName(metric, stringOf(item, 'sk')).bucket;
  },
  readBlocks: async (scope, range, maxBytes) => {
    const key = await dependencies.dataKeys.load(scope);
    const blocks: StoredBlock[] = [];
    if (key === undefined) return { blocks, complete: true };
    let usedBytes = 0;
    const query = rangeQuery(dependencies.samplesTable, scope, range);
    for await (const page of queryPages(dependencies.dynamo, query)) {
      for (const item of page) {
        usedBytes += sealedBytesOf(item);
        if (usedBytes > maxBytes) return { blocks, complete: false };
        blocks.push(fromBlockItem(scope, range.metric, item, key));
      }
    }
    return { blocks, complete: true };
  },
});

/** A name goes on after its bucket with `#`, and `$` is the character after it. */
const rangeQuery = (table: string, scope: UserScope, range: BlockRange): QueryCommandInput => ({
  TableName: table,
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: {
    ':pk': S(metricPartition(scope, range.metric)),
    ':from': S(range.fromBucket),
    ':to': S(`${range.toBucket}$`),
  },
});
