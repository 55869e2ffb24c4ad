import { addDays } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { ProjectionDeps } from './project-days.ts';
import { allDates, rebuildRange, rollupMetricsOf } from './rebuild.ts';
import type { Rebuilder, RebuilderRange, RebuilderStep } from './rebuilder.ts';

/** The daily rollups: metric by metric in the order of their codes, each from its oldest date (PRJ5). */
export const createRollupRebuilder = (deps: ProjectionDeps): Rebuilder => ({
  model: 'rollups',
  rebuild: (scope, range) => rebuildRollups(deps, scope, range),
});

async function* rebuildRollups(
  deps: ProjectionDeps,
  scope: UserScope,
  { metrics, after, ...dates }: RebuilderRange,
): AsyncGenerator<RebuilderStep> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) return;
  const range = { ...allDates(deps.clock.now()), ...dates };
  for (const metric of rollupMetricsOf(head)) {
    if (metrics !== undefined && !metrics.includes(metric.code)) continue;
    if (after !== undefined && metric.code < after.metric) continue;
    const from = metric.code === after?.metric ? addDays(after.throughDate, 1) : range.from;
    yield* rebuildRange(deps, scope, { metric, from, to: range.to });
  }
}
