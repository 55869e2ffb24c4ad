import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LogEntry, SyncHead } from '../model.ts';
import { type ChangePage, createChangePage, renderInline, renderRow } from './change-page.ts';
import { createLargeRows } from './large-rows.ts';
import { type CursorBinding, decodeLogCursor, encodeLogCursor, type LogPosition } from './sync-cursor.ts';
import {
  checkEntityTypes,
  checkPosition,
  loadLivingHead,
  type PageQuery,
  type PullDeps,
  refuseCursor,
} from './sync-reader.ts';

/** Entries are asked for by what the ones before held: at first few, since 97 rows of 1 KB may be in each. */
const FIRST_ENTRY_COUNT = 16;
const MAX_ENTRY_COUNT = 128;
/** A filter that little passes ends its page here, with a cursor further on. */
const MAX_ROUND_COUNT = 8;
/** The counter may be seen before its entry: looked at again so often, then the page is empty. */
const LATE_LOOK_COUNT = 3;
const LATE_LOOK_WAIT_MS = 50;
const START: LogPosition = { epoch: '', seq: 0, offset: 0 };

export interface PulledPage {
  /** JSON of `SyncChangesAnswer`. */
  readonly body: string;
  /** When the first commit of the page was made; undefined of an empty one. */
  readonly oldestMs: EpochMs | undefined;
}

/**
 * The changes after a cursor (SYN7) as the JSON text of `SyncChangesAnswer`: in commit order, each row once per
 * page in its last state, tombstones included. It ends at `limit` rows, at 3 MB, before the first number that
 * is missing and before a row that is older than its entry; its cursor never is beyond what it holds. Takes no
 * lock; a repeat reads what is there by then. `request.bad_cursor`, `sync.unknown_entity_type`,
 * `sync.resync_required`, `user.not_found`.
 */
export async function pullChanges(deps: PullDeps, scope: UserScope, query: PageQuery): Promise<PulledPage> {
  const binding = { scope, entityTypes: checkEntityTypes(deps.schema, query.entityTypes) };
  const from = readPosition(query.cursor, binding);
  const [head, first] = await Promise.all([
    loadLivingHead(deps, scope),
    deps.store.readEntries(scope, from.seq, FIRST_ENTRY_COUNT),
  ]);
  checkPosition(head, from);
  if (head === undefined) {
    const cursor = query.cursor ?? encodeLogCursor(START, binding);
    return { body: answer([], cursor, first.length > 0), oldestMs: undefined };
  }
  const page = createChangePage({ rowCount: query.limit, bytes: MAX_PULL_BYTES });
  const filter = binding.entityTypes === undefined ? undefined : new Set(binding.entityTypes);
  const log = { deps, scope, head, page, limit: query.limit, filter };
  const reached = await readLog(log, { ...from, epoch: head.epoch }, first);
  const isMoved = reached.seq !== from.seq || reached.offset !== from.offset;
  const cursor = isMoved ? undefined : query.cursor;
  const hasMore = reached.seq < head.seq || first.some(({ seq }) => seq > head.seq);
  const body = answer(page.texts(), cursor ?? encodeLogCursor(reached, binding), hasMore);
  return { body, oldestMs: page.size === 0 ? undefined : first[0]?.committedAtMs };
}

function readPosition(cursor: string | undefined, binding: CursorBinding): LogPosition {
  if (cursor === undefined) return START;
  const position = decodeLogCursor(cursor, binding);
  if (!position.ok) throw refuseCursor(position.failure);
  return position.value;
}

/** The rows are JSON already: parsing and printing them again would be half of the work. */
const answer = (changes: readonly string[], cursor: string, hasMore: boolean): string =>
  `{"changes":[${changes.join(',')}],"cursor":"${cursor}","hasMore":${hasMore}}`;

interface Reading {
  readonly deps: PullDeps;
  readonly scope: UserScope;
  readonly head: SyncHead;
  readonly page: ChangePage;
  readonly limit: number;
  /** Undefined: all types. */
  readonly filter: ReadonlySet<string> | undefined;
}

/** Fills the page; answers how far it came. */
async function readLog(
  reading: Reading,
  from: LogPosition,
  first: readonly LogEntry[],
): Promise<LogPosition> {
  const { deps, scope, head, page, limit } = reading;
  let at = from;
  let entries = await awaitFirst(reading, from, first);
  let askedCount = FIRST_ENTRY_COUNT;
  let readCount = 0;
  for (let round = 1; ; round += 1) {
    const known = gapless(entries, at.seq, head.seq);
    const taken = await takeEntries(reading, at, known);
    at = taken.at;
    readCount += known.length;
    const isEnd = taken.isFull || known.length < askedCount || at.seq === head.seq;
    if (isEnd || page.size >= limit || round === MAX_ROUND_COUNT) return at;
    askedCount = nextCount(limit - page.size, page.size / Math.max(1, readCount));
    entries = await deps.store.readEntries(scope, at.seq, askedCount);
  }
}

/** The first entries, or those that a later look finds where the counter says that there are some. */
async function awaitFirst(
  { deps, scope, head }: Reading,
  from: LogPosition,
  first: readonly LogEntry[],
): Promise<readonly LogEntry[]> {
  let entries = first;
  for (let look = 1; entries.length === 0 && head.seq > from.seq && look <= LATE_LOOK_COUNT; look += 1) {
    await deps.clock.sleep(LATE_LOOK_WAIT_MS);
    entries = await deps.store.readEntries(scope, from.seq, FIRST_ENTRY_COUNT);
  }
  return entries;
}

/** Up to the first missing number, and not beyond the head: so a cursor never is ahead of its log. */
function gapless(entries: readonly LogEntry[], afterSeq: number, headSeq: number): readonly LogEntry[] {
  const end = entries.findIndex(({ seq }, index) => seq !== afterSeq + 1 + index || seq > headSeq);
  return end === -1 ? entries : entries.slice(0, end);
}

function nextCount(missingRowCount: number, rowsPerEntry: number): number {
  const wanted = Math.ceil(missingRowCount / Math.max(rowsPerEntry, 1 / MAX_ENTRY_COUNT));
  return Math.min(MAX_ENTRY_COUNT, Math.max(FIRST_ENTRY_COUNT, wanted));
}

/** Puts changes on the page until it is full, or until a row cannot be read as its entry says. */
async function takeEntries(
  { deps, scope, page, limit, filter }: Reading,
  from: LogPosition,
  entries: readonly LogEntry[],
): Promise<{ readonly at: LogPosition; readonly isFull: boolean }> {
  const { epoch } = from;
  const wanted = entries.flatMap((entry, position) =>
    entry.changes
      .slice(position === 0 ? from.offset : 0)
      .filter(({ type, op, row }) => op === 'upsert' && row === undefined && (filter?.has(type) ?? true))
      .map(({ type, id }) => ({ type, id, seq: entry.seq })),
  );
  const largeRow = createLargeRows(deps, scope, { wanted, batchCount: limit });
  let at = from;
  for (const entry of entries) {
    for (let offset = at.offset; offset < entry.changes.length; offset += 1) {
      const change = entry.changes[offset];
      if (change === undefined || filter?.has(change.type) === false) continue;
      const inline = renderInline(entry, change);
      const row = inline ?? (await largeRow({ type: change.type, id: change.id, seq: entry.seq }));
      const rendered = row === undefined || 'text' in row ? row : renderRow(row);
      if (rendered === undefined || !page.add(rendered))
        return { at: { epoch, seq: at.seq, offset }, isFull: true };
    }
    at = { epoch, seq: entry.seq, offset: 0 };
  }
  return { at, isFull: false };
}
