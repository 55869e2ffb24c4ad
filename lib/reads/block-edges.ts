import type { BlockSummary, UserScope } from '../samples/model.ts';

export interface BlockEdges {
  /**
   * The first and the last hundred block summaries of a metric in key order, which is by bucket: two bounded
   * Queries, strongly consistent. The same block may be in both.
   */
  loadEdges(
    scope: UserScope,
    metric: string,
  ): Promise<{ readonly first: readonly BlockSummary[]; readonly last: readonly BlockSummary[] }>;
}
