import { metricOf } from '../../../contracts/metrics/catalog.ts';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import { allDates, rebuildRange, rollupMetricsOf } from '../../../lib/projections/rebuild.ts';
import type { UserStore } from '../../../lib/users/user-store.ts';
import type { OperateCommand } from './arguments.ts';

export interface RebuildDependencies {
  readonly projection: ProjectionDeps;
  readonly users: Pick<UserStore, 'listUserIds'>;
}

type RebuildOptions = Extract<OperateCommand, { name: 'projections rebuild' }>['options'];
const USERS_PER_PAGE = 100;

/**
 * Rebuilds rollups of one user or of all, with a line for each step that had something to do, and one for
 * each user with the `--after` to go on from (PRJ5). A repeat computes only what is not current.
 */
export async function rebuild(
  options: RebuildOptions,
  { projection, users }: RebuildDependencies,
  print: (line: string) => void,
): Promise<void> {
  const totals = { users: 0, computed: 0, unsettled: 0 };
  for await (const userId of usersOf(options, users)) {
    totals.users += 1;
    for await (const step of rebuildUser(options, userId, projection)) {
      totals.computed += step.computedCount;
      totals.unsettled += step.unsettledCount;
      if (step.computedCount + step.unsettledCount > 0)
        print(`${userId} ${step.metric} through ${step.throughDate}: ${step.computedCount} days`);
    }
    if (options.user === undefined) print(`${totals.users} users  --after ${userId}`);
  }
  print(`${totals.users} users, ${totals.computed} days computed, ${totals.unsettled} not settled yet`);
}

async function* usersOf(
  { workspace, user, after: resumeAfter }: RebuildOptions,
  users: Pick<UserStore, 'listUserIds'>,
): AsyncGenerator<UserId> {
  if (user !== undefined) return yield user;
  let after: UserId | undefined = resumeAfter;
  do {
    const page: readonly UserId[] = await users.listUserIds(workspace as WorkspaceId, after, USERS_PER_PAGE);
    yield* page;
    after = page.at(-1);
  } while (after !== undefined);
}

async function* rebuildUser(options: RebuildOptions, userId: UserId, projection: ProjectionDeps) {
  const scope = { workspaceId: options.workspace, userId };
  const head = await projection.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) return;
  const wanted = options.metric === undefined ? undefined : metricOf(options.metric);
  const { from, to } = { ...allDates(projection.clock.now()), ...definedOnly(options) };
  for (const metric of rollupMetricsOf(head)) {
    if (wanted !== undefined && metric.code !== wanted.code) continue;
    yield* rebuildRange(projection, scope, { metric, from, to });
  }
}

const definedOnly = ({ from, to }: RebuildOptions) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
