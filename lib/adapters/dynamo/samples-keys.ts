import { type BlockRef, blockName, type SourceId, type UserScope } from '../../samples/model.ts';
import { userPartition } from './core-keys.ts';
import { type Item, S } from './dynamo.ts';

/** Every key of the `samples` table: one partition per (user, metric), blocks in bucket order. */
export const metricPartition = (scope: UserScope, metric: string): string =>
  `${userPartition(scope)}#M#${metric}`;

export const blockKey = (scope: UserScope, ref: BlockRef): Item => ({
  pk: S(metricPartition(scope, ref.metric)),
  sk: S(blockName(ref)),
});

export function parseBlockName(metric: string, name: string): BlockRef {
  const [bucket = '', sourceId = '', part = ''] = name.split('#');
  return { metric, bucket, sourceId: sourceId as SourceId, part };
}
