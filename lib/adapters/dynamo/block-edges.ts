import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { BlockEdges } from '../../reads/block-edges.ts';
import { BLOCK_SUMMARY_ATTRIBUTES, fromSummaryItem } from './block-item.ts';
import { type Dynamo, S } from './dynamo.ts';
import { metricPartition } from './samples-keys.ts';
import { rethrowStoreError } from './store-error.ts';

/** A hundred blocks of a day are about 150 KB: a fifth of what one Query may return. */
const EDGE_BLOCK_COUNT = 100;

/** BlockEdges on the `samples` table. */
export const createBlockEdges = (dynamo: Dynamo, samplesTable: string): BlockEdges => ({
  loadEdges: async (scope, metric) => {
    const query = async (isForward: boolean) => {
      const input: QueryCommandInput = {
        TableName: samplesTable,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S(metricPartition(scope, metric)) },
        ProjectionExpression: BLOCK_SUMMARY_ATTRIBUTES,
        ScanIndexForward: isForward,
        Limit: EDGE_BLOCK_COUNT,
      };
      const reply = await dynamo.send(new QueryCommand(input)).catch(rethrowStoreError);
      return (reply.Items ?? []).map((item) => fromSummaryItem(metric, item));
    };
    const [first, last] = await Promise.all([query(true), query(false)]);
    return { first, last };
  },
});
