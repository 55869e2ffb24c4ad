import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Head, UserScope } from '../samples/model.ts';
import type { ImpactDeps, SyncedRows } from './impact-deps.ts';
import { READER_LOG_PAGE_COUNT } from './limits.ts';
import type { SessionFacts, SessionPlace } from './model.ts';
import { readLog, withProducts } from './read-log.ts';
import type { SessionChange } from './session-directory.ts';

/** `user.not_found` for nobody and for the erased. */
export async function loadLivingUser(heads: Pick<HeadStore, 'load'>, scope: UserScope): Promise<Head> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined)
    throw new AppError('user.not_found', 'There is no user by this id.');
  return head;
}

export interface SessionRange {
  /** Sessions that began in [fromMs, toMs]. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly after?: SessionPlace | undefined;
  readonly limit: number;
}

export interface ListedSessions {
  readonly sessions: readonly SessionFacts[];
  /** More follow behind the last one. */
  readonly isMore: boolean;
  /** Sessions changed that a page of the log could not bring: what is listed may be older. */
  readonly isBehind: boolean;
}

/**
 * Sessions in the order of their start, as they are now: the directory, with what the log says after the
 * directory's mark laid over it (SIP6). Writes nothing. Three reads where nothing is behind.
 */
export async function listSessions(
  deps: Pick<ImpactDeps, 'directory' | 'synced' | 'clock'>,
  scope: UserScope,
  range: SessionRange,
): Promise<ListedSessions> {
  // The mark before the list: what it has not followed then is read after it, in the log.
  const mark = await deps.directory.loadMark(scope);
  const page = await readLog(deps, scope, mark, READER_LOG_PAGE_COUNT);
  if (page.kind === 'nothing') return { sessions: [], isMore: false, isBehind: false };
  const changes = page.kind === 'page' ? page.changes : [];
  const listed = await deps.directory.list(scope, { ...range, limit: range.limit + 1 });
  const isAll = listed.length <= range.limit;
  const laid = layOver(listed, changes, { ...range, upTo: isAll ? undefined : listed.at(-1) });
  const isBehind = page.kind === 'resync' || page.isBehind;
  return { sessions: laid.slice(0, range.limit), isMore: !isAll || laid.length > range.limit, isBehind };
}

interface Laid extends SessionRange {
  /** Behind it the directory has more, which was not read. */
  readonly upTo: SessionPlace | undefined;
}

function layOver(
  listed: readonly SessionFacts[],
  changes: readonly SessionChange[],
  { fromMs, toMs, after, upTo }: Laid,
): readonly SessionFacts[] {
  const changed = new Map(changes.map((change) => [change.sessionId, change.facts]));
  const isWithin = (facts: SessionFacts): boolean =>
    facts.startedAtMs >= fromMs &&
    facts.startedAtMs <= toMs &&
    (after === undefined || byPlace(after, facts) < 0) &&
    (upTo === undefined || byPlace(facts, upTo) <= 0);
  const rest = listed.filter(({ sessionId }) => !changed.has(sessionId));
  const added = [...changed.values()].filter((facts) => facts !== undefined).filter(isWithin);
  return [...rest, ...added].sort(byPlace);
}

export function byPlace(left: SessionPlace, right: SessionPlace): number {
  if (left.startedAtMs !== right.startedAtMs) return left.startedAtMs - right.startedAtMs;
  if (left.sessionId === right.sessionId) return 0;
  return left.sessionId < right.sessionId ? -1 : 1;
}

/** One session by its id, as its row is now; undefined where there is none, or none that lives. */
export async function findSession(
  deps: { readonly synced: Pick<SyncedRows, 'loadRows' | 'listReferring'> },
  scope: UserScope,
  sessionId: string,
): Promise<SessionFacts | undefined> {
  const [row] = await deps.synced.loadRows(scope, [{ type: 'sessions', id: sessionId }]);
  if (row === undefined) return undefined;
  const sessions = [{ id: sessionId, row }];
  const asOf = { epoch: '', seq: row.seq };
  const [change] = await withProducts(deps, scope, { sessions, consumptions: [], asOf });
  return change?.facts;
}
