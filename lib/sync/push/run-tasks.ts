import { jitteredDelayMs } from '../../core/backoff.ts';
import { newSortableId } from '../../core/ids.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { awaitVisible } from './await-visible.ts';
import { beginOperation } from './begin-operation.ts';
import { keepAnswer, releaseOperation } from './keep-answer.ts';
import { KnownRows } from './known-rows.ts';
import type { Run, TasksRequest } from './run-model.ts';
import { resultOf, workChunk } from './work-chunk.ts';
import type { WriteAnswer } from './write-model.ts';

/** Rounds without progress in which somebody else was first; each waits longer, about 3 s in all. */
const MAX_ROUND_COUNT = 16;
const ROUND_DELAY = { baseMs: 20, capMs: 500 };

/**
 * Works a list of tasks off in chunks and keeps the ledger (SYN1, SYN5). Between our commits the counter shows
 * whether somebody else committed: then everything is read anew, the ledger too, which also tells whether a
 * commit of ours went through whose reply was lost.
 */
export async function runTasks(
  deps: SyncDeps,
  scope: UserScope,
  request: TasksRequest,
): Promise<WriteAnswer> {
  const token = newSortableId(deps.clock.now(), deps.randomness);
  const run: Run = {
    ...{ deps, scope, request, token, read: undefined, known: new KnownRows() },
    ...{ outcomes: [], readToken: undefined, takesAsNew: true, isCommitting: false },
  };
  let retryCount = 0;
  let idleCount = 0;
  try {
    while (idleCount < MAX_ROUND_COUNT) {
      const decidedCount = run.outcomes.length;
      const done = (await begin(run)) ?? (await workSettled(run));
      if (done !== undefined) return { ...done, retryCount };
      retryCount += 1;
      run.takesAsNew = false;
      idleCount = run.outcomes.length > decidedCount ? 0 : idleCount + 1;
      await deps.clock.sleep(jitteredDelayMs(idleCount, ROUND_DELAY, deps.randomness));
    }
  } catch (error) {
    await releaseOperation(run);
    throw error;
  }
  await releaseOperation(run);
  throw new AppError('sync.contention', 'Other devices keep writing; try again.', { retryAfterSec: 1 });
}

type Done = Omit<WriteAnswer, 'retryCount'>;

/** Reads where things stand; the answer of an operation that was done before. */
async function begin(run: Run): Promise<Done | undefined> {
  const { deps, scope, request, token } = run;
  const { operation, tasks } = request;
  // Rows are read behind the counter: they are those of its seq while it stands there.
  const [read, stored] = await Promise.all([
    deps.store.loadHead(scope),
    operation === undefined ? undefined : deps.store.loadOperation(scope, operation.operationId),
  ]);
  if (read === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
  run.read = read;
  run.known = new KnownRows();
  if (operation === undefined) return undefined;
  const beginning = beginOperation(operation, stored, { token, nowMs: deps.clock.now(), tasks });
  if (beginning.kind === 'done') return { result: undefined, text: beginning.text };
  run.outcomes = beginning.outcomes;
  run.readToken = beginning.readToken;
  return undefined;
}

/** Looks at rows when the commits before are seen whole. */
async function workSettled(run: Run): Promise<Done | undefined> {
  const { deps, scope, request, read, outcomes, takesAsNew } = run;
  const tasks = request.tasks.slice(outcomes.length);
  if (read !== undefined) await awaitVisible(deps, scope, read, { ...request, tasks, takesAsNew });
  return workOff(run);
}

/** Undefined: somebody else was first. */
async function workOff(run: Run): Promise<Done | undefined> {
  const { tasks, operation } = run.request;
  while (run.outcomes.length < tasks.length) {
    const chunk = await workChunk(run);
    if (chunk === 'conflict') return undefined;
    if (chunk.answer !== undefined) return chunk.answer;
  }
  const result = await resultOf(run, run.read, run.outcomes);
  if (operation === undefined) return { result, text: undefined };
  const text = operation.render(result);
  return (await keepAnswer(run, text)) ? { result, text } : undefined;
}
