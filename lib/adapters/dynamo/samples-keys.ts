import { type BlockRef, blockName, type SourceId, type UserScope } from '../../samples/model.ts';
import { userPartition } from './core-keys.ts';
import { type Item, S } from './dynamo.ts';

/**
 * Every key of the `samples` table: one partition per (user, metric), blocks in bucket order, and one per user
 * for the rows that devices sync. A metric's partition goes on with `#M#`, so that no block meets a row.
 */
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

/** Rows lie here since this table has no stream (ADR 18); their counter, log and ledger are in `core`. */
export const entityPartition = (scope: UserScope): string => `${userPartition(scope)}#ENTITIES`;
export const entityPrefix = (type: string): string => `ENTITY#${type}#`;
export const entityKey = (scope: UserScope, type: string, id: string): Item => ({
  pk: S(entityPartition(scope)),
  sk: S(entityPrefix(type) + id),
});
