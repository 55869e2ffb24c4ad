import { mapBounded } from '../core/map-bounded.ts';
import { AppError } from '../problems/app-error.ts';
import type { UserScope } from '../samples/model.ts';
import type { StoredRow, SyncHead } from '../sync/model.ts';
import type { ImpactDeps } from './impact-deps.ts';
import type { LogPosition, SessionFacts } from './model.ts';
import { readLog, withProducts } from './read-log.ts';
import type { SessionChange, SessionPointer } from './session-directory.ts';

/** Rows of a page of the snapshot, and tries of one entry against other followers. */
const SNAPSHOT_PAGE_COUNT = 200;
const MAX_TRY_COUNT = 5;
const SAVES_AT_ONCE_COUNT = 8;

export interface Followed {
  readonly kind: 'reached' | 'behind' | 'no_user';
  /** How far the directory is; undefined: nothing was ever synced. */
  readonly mark: LogPosition | undefined;
}

/** What is to be done before the mark moves on. */
export interface FollowHooks {
  /** For sessions that changed: their rows. */
  onSessions(sessions: readonly SessionFacts[]): Promise<void>;
  /** When all were read anew: whatever is not equal to its inputs. False when time ran out. */
  onSnapshot(): Promise<boolean>;
}

/**
 * Brings the directory up to the end of the log of device sync, page by page, until `deadlineMs` (SIP6). The
 * mark moves over a page after its entries and their rows are written: a run that is cut off is repeated from
 * there, and a repeat, another run at the same time, or an older one changes nothing that is newer. Where the
 * log does not reach back, all sessions are read anew.
 */
export async function followLog(
  deps: ImpactDeps,
  scope: UserScope,
  hooks: FollowHooks,
  deadlineMs: number,
): Promise<Followed> {
  const metrics = await metricCodes(deps, scope);
  for (;;) {
    const mark = await deps.directory.loadMark(scope);
    const page = await readLog(deps, scope, mark);
    if (page.kind === 'nothing') return { kind: mark === undefined ? 'reached' : 'no_user', mark };
    if (page.kind === 'resync') {
      if (await takeSnapshot(deps, scope, { head: page.head, mark, metrics, hooks })) continue;
      return { kind: 'behind', mark };
    }
    const isMoved = page.reached.seq !== mark?.seq;
    await takeChanges(deps, scope, page.changes, metrics);
    await hooks.onSessions(page.changes.flatMap(({ facts }) => facts ?? []));
    if (isMoved || mark === undefined) await deps.directory.advanceMark(scope, mark, page.reached);
    if (!page.isBehind) return { kind: 'reached', mark: page.reached };
    if (!isMoved || deps.clock.now() > deadlineMs) return { kind: 'behind', mark: page.reached };
  }
}

async function metricCodes({ heads }: ImpactDeps, scope: UserScope): Promise<readonly string[]> {
  const head = await heads.load(scope);
  return Object.keys(head?.series ?? {});
}

async function takeChanges(
  deps: ImpactDeps,
  scope: UserScope,
  changes: readonly SessionChange[],
  metrics: readonly string[],
): Promise<void> {
  const pointers = await deps.directory.loadPointers(
    scope,
    changes.map(({ sessionId }) => sessionId),
  );
  await mapBounded(changes, SAVES_AT_ONCE_COUNT, (change) =>
    takeChange(deps, scope, change, { read: pointers, metrics }),
  );
}

interface Known {
  readonly read: ReadonlyMap<string, SessionPointer>;
  readonly metrics: readonly string[];
}

/**
 * Rows of the place that a session leaves go first: cut off behind that, the next try finds the place again. So do
 * those of another log, whose versions may be higher than what is computed now.
 */
async function takeChange(
  deps: ImpactDeps,
  scope: UserScope,
  change: SessionChange,
  { read, metrics }: Known,
): Promise<void> {
  const { sessionId, facts } = change;
  let pointer = read.get(sessionId);
  for (let attempt = 0; attempt < MAX_TRY_COUNT; attempt += 1) {
    if (!isSuperseding(change, pointer)) return;
    const leftMs = pointer?.startedAtMs;
    const isLeft = leftMs !== facts?.startedAtMs || pointer?.asOf.epoch !== change.asOf.epoch;
    if (leftMs !== undefined && isLeft)
      await deps.impacts.remove(scope, { startedAtMs: leftMs, sessionId }, metrics);
    const outcome = await deps.directory.save(scope, change, pointer);
    if (outcome !== 'conflict') return;
    pointer = (await deps.directory.loadPointers(scope, [sessionId])).get(sessionId);
  }
  throw new AppError('server.unavailable', 'The session is being listed by others.', { retryAfterSec: 1 });
}

/** Of one log the later commit stands; of another log, what is read now does. */
const isSuperseding = ({ asOf }: SessionChange, pointer: SessionPointer | undefined): boolean =>
  pointer === undefined || pointer.asOf.epoch !== asOf.epoch || pointer.asOf.seq <= asOf.seq;

interface Snapshot {
  readonly head: SyncHead;
  readonly mark: LogPosition | undefined;
  readonly metrics: readonly string[];
  readonly hooks: FollowHooks;
}

/** All living sessions as they are; those that the directory has and the rows have not are deleted. */
async function takeSnapshot(deps: ImpactDeps, scope: UserScope, snapshot: Snapshot): Promise<boolean> {
  const { head, mark, metrics, hooks } = snapshot;
  const asOf = { epoch: head.epoch, seq: await deps.findSettledSeq(settling(deps), scope, head) };
  const seen = new Set<string>();
  for await (const rows of pagesOfSessions(deps, scope)) {
    const sessions = rows.filter(({ state }) => !state.deleted).map((row) => ({ id: row.id, row }));
    const changes = await withProducts(deps, scope, { sessions, consumptions: [], asOf });
    for (const { id } of sessions) seen.add(id);
    await takeChanges(deps, scope, changes, metrics);
  }
  for await (const pointers of pagesOfPointers(deps, scope)) {
    const changes = pointers
      .filter(({ sessionId, startedAtMs }) => startedAtMs !== undefined && !seen.has(sessionId))
      .map(({ sessionId }) => ({ sessionId, asOf, facts: undefined }));
    await takeChanges(deps, scope, changes, metrics);
  }
  if (!(await hooks.onSnapshot())) return false;
  await deps.directory.advanceMark(scope, mark, asOf);
  return true;
}

const settling = ({ synced, clock }: ImpactDeps) => ({ store: synced, clock });

async function* pagesOfSessions(
  { synced }: ImpactDeps,
  scope: UserScope,
): AsyncGenerator<readonly StoredRow[]> {
  let afterId: string | undefined;
  for (;;) {
    const rows = await synced.listRows(scope, 'sessions', { afterId, limit: SNAPSHOT_PAGE_COUNT });
    yield rows;
    if (rows.length < SNAPSHOT_PAGE_COUNT) return;
    afterId = rows.at(-1)?.id;
  }
}

async function* pagesOfPointers(
  { directory }: ImpactDeps,
  scope: UserScope,
): AsyncGenerator<readonly SessionPointer[]> {
  let afterId: string | undefined;
  for (;;) {
    const pointers = await directory.listPointers(scope, { afterId, limit: SNAPSHOT_PAGE_COUNT });
    yield pointers;
    if (pointers.length < SNAPSHOT_PAGE_COUNT) return;
    afterId = pointers.at(-1)?.sessionId;
  }
}
