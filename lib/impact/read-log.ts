import { MINUTE_MS } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { LogEntry, StoredRow, SyncHead } from '../sync/model.ts';
import type { ImpactDeps, SyncedRows } from './impact-deps.ts';
import { LOG_PAGE_COUNT, LOG_PAGE_ROW_COUNT } from './limits.ts';
import type { LogPosition } from './model.ts';
import type { SessionChange } from './session-directory.ts';
import { needsConsumptions, sessionFacts } from './session-facts.ts';

/** What the log says after a position; `changes` are whole up to `reached`. */
export type LogPage =
  | {
      readonly kind: 'page';
      readonly changes: readonly SessionChange[];
      readonly reached: LogPosition;
      /** The log goes on, or what it names is half visible. */
      readonly isBehind: boolean;
    }
  /** What follows the position is gone, or the log began anew: read the rows instead. */
  | { readonly kind: 'resync'; readonly head: SyncHead }
  /** Nothing was ever synced, or the user is gone. */
  | { readonly kind: 'nothing' };

/** A row that an entry names is visible within this; later, a row that is not there was deleted and forgotten. */
const VISIBLE_AFTER_MS = MINUTE_MS;

/**
 * The sessions that changed after `mark`, each as it is now (SIP6): three to five reads of up to `entryCount`
 * log entries. A repeat reads what is there by then. An entry whose rows are half visible ends the page before it.
 */
export async function readLog(
  deps: Pick<ImpactDeps, 'synced' | 'clock'>,
  scope: UserScope,
  mark: LogPosition | undefined,
  entryCount: number = LOG_PAGE_COUNT,
): Promise<LogPage> {
  const afterSeq = mark?.seq ?? 0;
  const [head, entries] = await Promise.all([
    deps.synced.loadHead(scope),
    deps.synced.readEntries(scope, afterSeq, entryCount),
  ]);
  if (head === undefined || head === 'gone') return { kind: 'nothing' };
  const isSameLog = mark === undefined || mark.epoch === head.epoch;
  if (!isSameLog || afterSeq < head.horizonSeq || afterSeq > head.seq) return { kind: 'resync', head };
  const known = boundedPage(gapless(entries, afterSeq, head.seq));
  const rows = await loadNamedRows(deps, scope, known);
  const seen = visible(known, rows, deps.clock.now());
  const reached = { epoch: head.epoch, seq: seen.at(-1)?.seq ?? afterSeq };
  const changes = await changesOf(deps, scope, { entries: seen, rows, reached });
  return { kind: 'page', changes, reached, isBehind: reached.seq < head.seq };
}

/** Up to the first missing number, and not beyond the head. */
function gapless(entries: readonly LogEntry[], afterSeq: number, headSeq: number): readonly LogEntry[] {
  const end = entries.findIndex(({ seq }, index) => seq !== afterSeq + 1 + index || seq > headSeq);
  return end === -1 ? entries : entries.slice(0, end);
}

const isOurs = ({ type }: { readonly type: string }): boolean =>
  type === 'sessions' || type === 'consumptions';

/** One entry at least, and no more than make a few hundred rows. */
function boundedPage(entries: readonly LogEntry[]): readonly LogEntry[] {
  let rowCount = 0;
  const end = entries.findIndex(({ changes }, index) => {
    rowCount += changes.filter(isOurs).length;
    return index > 0 && rowCount > LOG_PAGE_ROW_COUNT;
  });
  return end === -1 ? entries : entries.slice(0, end);
}

type Rows = ReadonlyMap<string, StoredRow>;
const nameOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}/${id}`;

async function loadRows(
  { synced }: Pick<ImpactDeps, 'synced'>,
  scope: UserScope,
  keys: readonly { readonly type: string; readonly id: string }[],
): Promise<Rows> {
  const wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const rows = wanted.length === 0 ? [] : await synced.loadRows(scope, wanted);
  return new Map(rows.map((row) => [nameOf(row), row]));
}

const loadNamedRows = (
  deps: Pick<ImpactDeps, 'synced'>,
  scope: UserScope,
  entries: readonly LogEntry[],
): Promise<Rows> =>
  loadRows(
    deps,
    scope,
    entries.flatMap(({ changes }) => changes.filter(isOurs).map(({ type, id }) => ({ type, id }))),
  );

/** Entries up to the first with a row that is older than the entry says. */
function visible(entries: readonly LogEntry[], rows: Rows, nowMs: number): readonly LogEntry[] {
  const end = entries.findIndex(({ seq, committedAtMs, changes }) =>
    changes.filter(isOurs).some((change) => {
      const row = rows.get(nameOf(change));
      return row === undefined ? committedAtMs > nowMs - VISIBLE_AFTER_MS : row.seq < seq;
    }),
  );
  return end === -1 ? entries : entries.slice(0, end);
}

/** A change of a consumption is one of its session; moves and deletions change the session's own tallies. */
async function changesOf(
  deps: Pick<ImpactDeps, 'synced'>,
  scope: UserScope,
  page: { readonly entries: readonly LogEntry[]; readonly rows: Rows; readonly reached: LogPosition },
): Promise<readonly SessionChange[]> {
  const ids = new Set<string>();
  const consumptions: StoredRow[] = [];
  for (const change of page.entries.flatMap(({ changes }) => changes.filter(isOurs))) {
    const row = page.rows.get(nameOf(change));
    if (change.type === 'sessions') ids.add(change.id);
    else if (row !== undefined) consumptions.push(row);
  }
  for (const { references } of consumptions) {
    const sessionId = references['sessionId'];
    if (sessionId !== undefined) ids.add(sessionId);
  }
  const missing = [...ids].filter((id) => !page.rows.has(nameOf({ type: 'sessions', id })));
  const others = await loadRows(
    deps,
    scope,
    missing.map((id) => ({ type: 'sessions', id })),
  );
  const sessions = [...ids].map((id) => {
    const name = nameOf({ type: 'sessions', id });
    return { id, row: page.rows.get(name) ?? others.get(name) };
  });
  return withProducts(deps, scope, { sessions, consumptions, asOf: page.reached });
}

interface Found {
  readonly sessions: readonly { readonly id: string; readonly row: StoredRow | undefined }[];
  /** Read already, and maybe newer than what a list says. */
  readonly consumptions: readonly StoredRow[];
  readonly asOf: LogPosition;
}

/** The sessions with what they are credited to: their consumptions are read once for all that need them. */
export async function withProducts(
  { synced }: { readonly synced: Pick<SyncedRows, 'listReferring'> },
  scope: UserScope,
  { sessions, consumptions, asOf }: Found,
): Promise<readonly SessionChange[]> {
  const needy = sessions.flatMap(({ id, row }) => (row !== undefined && needsConsumptions(row) ? id : []));
  const listed =
    needy.length === 0 ? [] : await synced.listReferring(scope, 'consumptions', 'sessionId', needy);
  const newest = new Map(listed.map((row) => [row.id, row]));
  for (const row of consumptions) {
    if ((newest.get(row.id)?.seq ?? 0) <= row.seq) newest.set(row.id, row);
  }
  const living = [...newest.values()].filter(({ state }) => !state.deleted);
  const bySession = Map.groupBy(living, ({ references }) => references['sessionId']);
  return sessions.map(({ id, row }) => ({
    sessionId: id,
    asOf,
    facts: row === undefined ? undefined : sessionFacts(row, bySession.get(id) ?? []),
  }));
}
