import { createHash } from 'node:crypto';
import type { RebuildId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import { newSortableId } from '../core/ids.ts';
import { HOUR_MS } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import { ALL_MODELS, FIRST_CURSOR, isActive, NO_COUNTS, type RebuildJob, type RebuildPlan } from './model.ts';
import type { RebuildQueue } from './rebuild-queue.ts';
import type { RebuildRequest, RebuildStore } from './rebuild-store.ts';

export interface StartRebuildDeps {
  readonly rebuilds: RebuildStore;
  readonly queue: RebuildQueue;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface RebuildWanted {
  readonly workspaceId: WorkspaceId;
  readonly plan: Omit<RebuildPlan, 'models'> & { readonly models?: RebuildPlan['models'] };
  /** The same key is the same rebuild, for 30 days. */
  readonly requestKey?: string;
  /** What the system asks for itself always has a place. */
  readonly isOwn?: boolean;
}

/** Rebuilds of one workspace at a time: each reads as much as its users have. */
export const MAX_ACTIVE_COUNT = 5;
/** A message comes again for half an hour at most; a rebuild that nobody touched for this long is lost. */
export const STALLED_AFTER_MS = 2 * HOUR_MS;
const LOOK_BACK_COUNT = 50;

/**
 * Makes a rebuild and sends for its first step. A repeat with the same key answers the same rebuild, as far as it is;
 * with another plan `rebuild.request_conflict`. `rebuild.limit_reached` when five of the workspace are at work, not
 * counting lost ones, which fail here as `stalled`; `server.unavailable` when the queue does not answer: the
 * repeat sends again.
 */
export async function startRebuild(deps: StartRebuildDeps, wanted: RebuildWanted): Promise<RebuildJob> {
  const job = newJob(deps, wanted);
  const { requestKey, workspaceId } = wanted;
  const request =
    requestKey === undefined ? undefined : { key: requestKey, payloadHash: payloadHashOf(job.plan) };
  const outcome = await createWithPlace(deps, job, request, wanted.isOwn === true);
  const started = outcome === 'created' ? job : await findRepeated(deps, workspaceId, outcome, request);
  if (started.state === 'queued') {
    const { rebuildId, step } = started;
    await deps.queue.send({ kind: 'rebuild', workspaceId, rebuildId, step });
  }
  return started;
}

function newJob({ clock, randomness }: StartRebuildDeps, { workspaceId, plan }: RebuildWanted): RebuildJob {
  const nowMs = clock.now();
  return {
    workspaceId,
    rebuildId: `rbd_${newSortableId(nowMs, randomness)}` as RebuildId,
    state: 'queued',
    step: 0,
    plan: { ...plan, models: ALL_MODELS.filter((model) => plan.models?.includes(model) ?? true) },
    cursor: FIRST_CURSOR,
    counts: NO_COUNTS,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

const payloadHashOf = (plan: RebuildPlan): string =>
  createHash('sha256').update(canonicalJson(plan)).digest('hex');

type Created = Exclude<Awaited<ReturnType<RebuildStore['create']>>, 'full'>;

async function createWithPlace(
  deps: StartRebuildDeps,
  job: RebuildJob,
  request: RebuildRequest | undefined,
  isOwn: boolean,
): Promise<Created> {
  const create = () => deps.rebuilds.create(job, request, isOwn ? undefined : MAX_ACTIVE_COUNT);
  const first = await create();
  if (first !== 'full') return first;
  const second = (await endStalled(deps, job.workspaceId)) > 0 ? await create() : 'full';
  if (second !== 'full') return second;
  throw new AppError(
    'rebuild.limit_reached',
    `${MAX_ACTIVE_COUNT} rebuilds of the workspace are at work; wait for one to end.`,
  );
}

/** Rebuilds whose message is lost give their places back. How many did. */
async function endStalled({ rebuilds, clock }: StartRebuildDeps, workspaceId: WorkspaceId): Promise<number> {
  const nowMs = clock.now();
  const jobs = await rebuilds.list(workspaceId, { before: undefined, limit: LOOK_BACK_COUNT });
  let endedCount = 0;
  for (const job of jobs) {
    if (!isActive(job) || nowMs - job.updatedAtMs < STALLED_AFTER_MS) continue;
    const ended = await rebuilds.save(job, {
      ...job,
      state: 'failed',
      failure: 'stalled',
      updatedAtMs: nowMs,
    });
    if (ended === 'saved') endedCount += 1;
  }
  return endedCount;
}

async function findRepeated(
  { rebuilds }: StartRebuildDeps,
  workspaceId: WorkspaceId,
  existing: Exclude<Created, 'created'>,
  request: RebuildRequest | undefined,
): Promise<RebuildJob> {
  if (existing.payloadHash !== request?.payloadHash)
    throw new AppError('rebuild.request_conflict', 'The request id was used for another rebuild.');
  return loadRebuild({ rebuilds }, workspaceId, existing.rebuildId);
}

/** One rebuild of the workspace; `rebuild.not_found`. */
export async function loadRebuild(
  { rebuilds }: Pick<StartRebuildDeps, 'rebuilds'>,
  workspaceId: WorkspaceId,
  rebuildId: RebuildId,
): Promise<RebuildJob> {
  const job = await rebuilds.load(workspaceId, rebuildId);
  if (job === undefined) throw new AppError('rebuild.not_found', 'There is no rebuild by this id.');
  return job;
}
