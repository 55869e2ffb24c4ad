import * as z from 'zod';
import { callDynamo } from '../dynamodb/json-call.ts';
import { streamArnOf } from '../dynamodb/tables.ts';
import { StreamRecord } from './stream-record.ts';

const Stream = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Page = z.object({ Records: z.array(StreamRecord), NextShardIterator: z.string().nullish() });

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  readonly nextIterator: string | undefined;
}

/** The stream of one table, over HTTP. */
export interface StreamApi {
  listShards(): Promise<readonly string[]>;
  /** Behind `sequenceNumber`, or where a new mapping begins. */
  openIterator(
    shardId: string,
    from: { readonly after: string } | 'TRIM_HORIZON' | 'LATEST',
  ): Promise<string>;
  read(iterator: string): Promise<StreamPage>;
}

/** Images are up to 400 KB each: pages stay small enough to hold. */
export const PAGE_RECORD_COUNT = 200;

export async function openStream(endpoint: string, tableName: string): Promise<StreamApi> {
  const streamArn = await streamArnOf(endpoint, tableName);
  const call = (operation: string, input: object) =>
    callDynamo(endpoint, `DynamoDBStreams_20120810.${operation}`, input);
  return {
    async listShards() {
      const described = Stream.parse(await call('DescribeStream', { StreamArn: streamArn }));
      return described.StreamDescription.Shards.map(({ ShardId }) => ShardId);
    },
    async openIterator(shardId, from) {
      const position =
        typeof from === 'string'
          ? { ShardIteratorType: from }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from.after };
      const opened = await call('GetShardIterator', { StreamArn: streamArn, ShardId: shardId, ...position });
      return Iterator.parse(opened).ShardIterator;
    },
    async read(iterator) {
      const page = Page.parse(
        await call('GetRecords', { ShardIterator: iterator, Limit: PAGE_RECORD_COUNT }),
      );
      return { records: page.Records, nextIterator: page.NextShardIterator ?? undefined };
    },
  };
}
