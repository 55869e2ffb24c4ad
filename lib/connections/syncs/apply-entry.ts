import { assertNever } from '../../core/assert.ts';
import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import type { DataType } from '../../providers/definition.ts';
import { type InboxEntry, NO_COUNTS } from '../model.ts';
import { PageGroup } from './page-group.ts';
import { isGranted } from './plan-sync.ts';
import { type PushLedger, placeOf, recordPush, type TargetEntry } from './push-ledger.ts';
import { storeWindow, takeTurn } from './push-window.ts';
import { PUSH_WINDOW_PART_MS } from './sync-limits.ts';
import { fetchContextOf, findType, type SyncSession } from './sync-session.ts';

export const isTarget = (entry: InboxEntry): entry is TargetEntry => 'dataType' in entry;

/** A record whose provider fetches none by id: it lies in what was added of late. */
const AROUND_NOW_MS = 3 * DAY_MS;

/**
 * Does what one entry asks for and commits it: counts and removal of the entry together, so that an entry that
 * was counted is gone and one that is there was not (CON28). Types that are unknown or not granted ask for
 * nothing. Throws ProviderFault as it came; the entry is then still there.
 */
export async function applyTarget(
  session: SyncSession,
  ledger: PushLedger,
  entry: TargetEntry,
): Promise<void> {
  const type = findType(session, entry.dataType);
  if (type === undefined || !isGranted(type, session.connection.account.grantedScopes)) {
    await recordPush(session, ledger, { entry, counts: undefined });
    return;
  }
  if (entry.kind === 'window') {
    await applyWindow(session, ledger, { entry, type });
    return;
  }
  const group = new PageGroup(session, type, placeOf(ledger, entry));
  await gather(session, { entry, type, group });
  await recordPush(session, ledger, { entry, counts: await group.store() });
}

type WindowEntry = Extract<TargetEntry, { readonly kind: 'window' }>;

interface Target<Entry extends TargetEntry> {
  readonly entry: Entry;
  readonly type: DataType;
  readonly group: PageGroup;
}

async function gather(
  session: SyncSession,
  { entry, type, group }: Target<Exclude<TargetEntry, WindowEntry>>,
): Promise<void> {
  switch (entry.kind) {
    case 'record':
      await gatherRecord(session, { entry, type, group });
      return;
    case 'deletion':
      group.addRecords(type.deletionOf?.(entry.id) ?? []);
      return;
    case 'callback': {
      const answer = await session.http.jsonAt(entry.origin, entry.url);
      await group.addPage(answer, entry.entryId);
      return;
    }
    case 'payload': {
      const body = await session.deps.raw.get(session.scope, entry.rawKey);
      if (body !== undefined) group.addKept(payloadOf(body), entry.rawKey);
      return;
    }
    default:
      assertNever(entry);
  }
}

/** What is no JSON is handed on as nothing: the mapping sets it aside. */
export function payloadOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** A record that is gone when it is asked for was deleted: its own push of that is under way, or was lost. */
async function gatherRecord(
  session: SyncSession,
  { entry, type, group }: Target<Extract<TargetEntry, { readonly kind: 'record' }>>,
): Promise<void> {
  if (type.source.kind !== 'pull') return;
  const context = fetchContextOf(session);
  if (type.source.fetchRecord === undefined) {
    const window = { fromMs: (context.nowMs - AROUND_NOW_MS) as EpochMs, toMs: context.nowMs };
    let count = 0;
    const turn = takeTurn(session);
    for await (const page of type.source.fetchPages(context, window, undefined)) {
      turn.check();
      await group.addPage(page, `${entry.entryId}-${count}`);
      count += 1;
      if (page.next === undefined || group.isFull) break;
    }
    return;
  }
  const page = await type.source.fetchRecord(context, entry.id);
  if (page === undefined) group.addRecords(type.deletionOf?.(entry.id) ?? []);
  else await group.addPage(page, entry.entryId);
}

/**
 * A window is fetched in parts of a week. When more is left, the entry is written with the rest in the same
 * commit. Nothing is fetched of a type that can only be asked to send.
 */
async function applyWindow(
  session: SyncSession,
  ledger: PushLedger,
  { entry, type }: { readonly entry: WindowEntry; readonly type: DataType },
): Promise<void> {
  const { fromMs, toMs } = entry.window;
  const part = { fromMs, toMs: Math.min(toMs, fromMs + PUSH_WINDOW_PART_MS) as EpochMs };
  const counts =
    type.source.kind === 'pull' ? await storeWindow(session, ledger, entry, type, part) : NO_COUNTS;
  const rest = part.toMs < toMs ? { ...entry, window: { fromMs: part.toMs, toMs } } : undefined;
  await recordPush(session, ledger, { entry, counts, rest });
}
