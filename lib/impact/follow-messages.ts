import type { SyncChangedV1 } from '../../contracts/events/sync-changed.v1.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { UserScope } from '../samples/model.ts';
import { followLog } from './follow-log.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { InputsNotVisibleError, impactHooks } from './impact-hooks.ts';
import { rebuildSessions } from './impact-rebuilder.ts';
import { byPlace } from './list-sessions.ts';
import type { SessionFacts } from './model.ts';

/** Sessions that begin at one instant, and those looked for at once. */
const SAME_START_COUNT = 200;
const LOOK_CONCURRENCY_COUNT = 8;

/** Messages that are to come again, each with what stopped it. */
export type Faults = ReadonlyMap<string, unknown>;

export interface Run {
  readonly deadlineMs: number;
  readonly onSaved: (count: number) => void;
}

export interface SyncedMessage {
  readonly messageId: string;
  readonly detail: SyncChangedV1;
}

/**
 * Follows the log of device sync to its end, and then looks after the sessions that the messages name: a message
 * fails when the log does not show its commit yet, or when rows of a session that it names cannot be computed.
 */
export async function followTo(
  deps: ImpactDeps,
  scope: UserScope,
  messages: readonly SyncedMessage[],
  run: Run,
): Promise<Faults> {
  const settled = new Set<string>();
  const hooks = impactHooks(deps, scope, { ...run, onSettled: (sessionId) => settled.add(sessionId) });
  const { kind, mark } = await followLog(deps, scope, hooks, run.deadlineMs);
  const isGone = kind === 'no_user' || (mark === undefined && (await deps.synced.loadHead(scope)) === 'gone');
  const faults = new Map<string, unknown>();
  if (isGone) return faults;
  const late =
    kind === 'behind' ? new Error('following the log takes too long') : new InputsNotVisibleError();
  for (const { messageId, detail } of messages) {
    const isReached = (mark?.seq ?? 0) >= detail.seq;
    const fault = isReached ? await settleNamed(deps, scope, { detail, settled, ...run }) : late;
    if (fault !== undefined) faults.set(messageId, fault);
  }
  return faults;
}

/** Sessions of an event that was followed before, or whose rows failed just now: whatever of them is not current. */
async function settleNamed(
  deps: ImpactDeps,
  scope: UserScope,
  {
    detail,
    settled,
    onSaved,
  }: Run & { readonly detail: SyncChangedV1; readonly settled: ReadonlySet<string> },
): Promise<unknown> {
  const ids = detail.changes
    .filter(({ entityType, id }) => entityType === 'sessions' && !settled.has(id))
    .map(({ id }) => id);
  try {
    const sessions = await findListed(deps, scope, ids);
    const step = sessions.length === 0 ? undefined : await rebuildSessions(deps, scope, sessions, undefined);
    onSaved(step?.computedCount ?? 0);
    return (step?.unsettledCount ?? 0) > 0 ? new InputsNotVisibleError() : undefined;
  } catch (fault) {
    return fault;
  }
}

/** Those of the ids that are listed, in the order of their start. */
async function findListed(
  { directory }: ImpactDeps,
  scope: UserScope,
  ids: readonly string[],
): Promise<readonly SessionFacts[]> {
  const pointers = await directory.loadPointers(scope, ids);
  const found = await mapBounded(
    [...pointers.values()],
    LOOK_CONCURRENCY_COUNT,
    async ({ sessionId, startedAtMs }) => {
      if (startedAtMs === undefined) return [];
      const range = { fromMs: startedAtMs, toMs: startedAtMs, limit: SAME_START_COUNT };
      return (await directory.list(scope, range)).filter((facts) => facts.sessionId === sessionId);
    },
  );
  return found.flat().sort(byPlace);
}
