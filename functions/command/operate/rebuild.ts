import type { WorkspaceStore } from '../../../lib/access/workspace.ts';
import { definedFields } from '../../../lib/core/defined-fields.ts';
import { ALL_MODELS, FIRST_CURSOR, type RebuildPlan } from '../../../lib/rebuilds/model.ts';
import { type WalkDeps, type WalkMove, walk } from '../../../lib/rebuilds/walk.ts';
import type { HeadStore } from '../../../lib/samples/head-store.ts';
import type { OperateCommand } from './arguments.ts';

export interface RebuildDependencies extends WalkDeps {
  readonly workspaces: Pick<WorkspaceStore, 'load'>;
  readonly heads: Pick<HeadStore, 'load'>;
}

type RebuildOptions = Extract<OperateCommand, { name: 'projections rebuild' }>['options'];

/**
 * Rebuilds read models of one user or of all, with a line for each step that had something to do, and one for
 * each user with the `--after` to go on from (PRJ5). A repeat computes only what is not current. Throws where
 * there is no such workspace or user: "0 users" would tell an operator who mistyped an id that all is done.
 */
export async function rebuild(
  options: RebuildOptions,
  deps: RebuildDependencies,
  print: (line: string) => void,
): Promise<void> {
  await requireThem(options, deps);
  const totals = { users: 0, computed: 0, unsettled: 0 };
  const { workspace, user, after } = options;
  const start =
    after === undefined || user !== undefined ? FIRST_CURSOR : { ...FIRST_CURSOR, doneUserId: after };
  for await (const move of walk(deps, workspace, planOf(options), start)) {
    totals.users += move.isUserDone ? 1 : 0;
    totals.computed += move.step?.computedCount ?? 0;
    totals.unsettled += move.step?.unsettledCount ?? 0;
    const line = lineOf(move);
    if (line !== undefined) print(line);
    if (move.isUserDone && options.user === undefined) print(`${totals.users} users  --after ${move.userId}`);
  }
  print(`${totals.users} users, ${totals.computed} days computed, ${totals.unsettled} not settled yet`);
}

async function requireThem(
  { workspace, user }: RebuildOptions,
  { workspaces, heads }: RebuildDependencies,
): Promise<void> {
  if ((await workspaces.load(workspace)) === undefined) throw new Error(`there is no workspace ${workspace}`);
  if (user === undefined) return;
  const head = await heads.load({ workspaceId: workspace, userId: user });
  if (head === undefined || head.erasedAtMs !== undefined)
    throw new Error(`there is no user ${user} in workspace ${workspace}`);
}

const planOf = ({ user, model, metric, from, to }: RebuildOptions): RebuildPlan => ({
  models: model === undefined ? ALL_MODELS : [model],
  ...definedFields({
    userId: user,
    metrics: metric === undefined ? undefined : [metric],
    from,
    to,
  }),
});

/** Steps that found everything current say nothing. */
function lineOf({ userId, model, step }: WalkMove): string | undefined {
  if (step === undefined || step.computedCount + step.unsettledCount === 0) return undefined;
  return `${userId} ${step.metric ?? model} through ${step.throughDate}: ${step.computedCount} days`;
}
