import type { Recompute } from '../../contracts/http/priorities.ts';
import type { Rebuild } from '../../contracts/http/rebuilds.ts';
import { toIso } from '../core/instants.ts';
import type { ReadModel } from '../projections/rebuilder.ts';
import type { PrioritySettings } from '../samples/model.ts';
import { isActive, type RebuildJob, type RebuildProgress, type Recomputation } from './model.ts';
import { lastChangeOf } from './recompute.ts';

/** A rebuild as answers show it. */
export const toRebuildAnswer = (job: RebuildJob): Rebuild => ({
  rebuildId: job.rebuildId,
  state: job.state,
  code: job.failure ?? null,
  userId: job.plan.userId ?? null,
  models: [...job.plan.models],
  metrics: job.plan.metrics === undefined ? null : [...job.plan.metrics],
  from: job.plan.from ?? null,
  to: job.plan.to ?? null,
  ...job.counts,
  at: placeOf(job),
  createdAt: toIso(job.createdAtMs),
  updatedAt: toIso(job.updatedAtMs),
});

function placeOf(progress: RebuildProgress): Rebuild['at'] {
  const { userId } = progress.cursor;
  return userId === undefined || !isActive(progress) ? null : { userId, ...inHand(progress) };
}

const inHand = ({ plan, cursor: { modelIndex, at } }: RebuildProgress) => {
  const model = plan.models[modelIndex];
  return {
    ...(model === undefined ? {} : { model }),
    ...(at?.metric === undefined ? {} : { metric: at.metric }),
    ...(at === undefined ? {} : { throughDate: at.throughDate }),
  };
};

/**
 * How far the rows are that the last change of a user's orders touched. `found` may be of an earlier change: then
 * nothing is done yet. `metrics`: those of the user that have rollups, in the order in which they are taken.
 */
export function toRecomputeAnswer(
  priorities: PrioritySettings,
  found: Recomputation | undefined,
  metrics: readonly string[],
): Recompute {
  const seq = lastChangeOf(priorities);
  const none = { seq, computedCount: 0, doneCount: 0, totalCount: 0, at: null };
  if (seq <= (found?.doneSeq ?? 0) && (found === undefined || found.state === 'done'))
    return found === undefined
      ? { ...none, status: 'done' }
      : { ...summaryOf(found, metrics), seq, status: 'done' };
  if (found === undefined || found.seq < seq) return { ...none, status: 'running' };
  const status = found.state === 'failed' ? 'failed' : 'running';
  return { ...summaryOf(found, metrics), seq, status };
}

/** The parts of a walk: each metric that has rollups, and each other model. */
function summaryOf(found: Recomputation, metrics: readonly string[]): Omit<Recompute, 'seq' | 'status'> {
  const { plan, cursor, counts, state } = found;
  const touched = metrics.filter((metric) => plan.metrics?.includes(metric) ?? true);
  const parts = plan.models.flatMap((model): readonly { model: ReadModel; metric: string | undefined }[] =>
    model === 'rollups' ? touched.map((metric) => ({ model, metric })) : [{ model, metric: undefined }],
  );
  const isOver = state === 'done' || cursor.doneUserId !== undefined;
  const model = plan.models[cursor.modelIndex];
  const done = parts.filter(
    (part) =>
      isOver ||
      plan.models.indexOf(part.model) < cursor.modelIndex ||
      (part.model === model && part.metric !== undefined && part.metric < (cursor.at?.metric ?? '')),
  );
  return {
    computedCount: counts.computedCount,
    doneCount: done.length,
    totalCount: parts.length,
    at: isOver || model === undefined ? null : { model, ...inHand(found) },
  };
}
