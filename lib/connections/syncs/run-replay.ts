import { addDays, type LocalDate } from '../../core/instants.ts';
import type { Sync } from '../model.ts';
import { payloadOf } from './apply-entry.ts';
import { PageGroup } from './page-group.ts';
import type { SyncEntry } from './plan-sync.ts';
import { dataTypeOfRawKey, type RawStore, takenAtOfRawKey } from './raw-store.ts';
import type { TypesOutcome } from './run-types.ts';
import { addCounts, withType } from './sync-progress.ts';
import { commitSync, findType, isLate, type SyncSession } from './sync-session.ts';

type ReplayEntry = Extract<SyncEntry, { readonly kind: 'replay' }>;

/** Keys that one look at the store lists. */
const LISTED_COUNT = 100;

/**
 * Maps kept payloads again with today's mapping and stores what they say (CON38), one by one in the order of
 * their keys; the key behind which it goes on is committed with each.
 */
export async function runReplay(
  session: SyncSession,
  begun: Sync,
  entry: ReplayEntry,
): Promise<TypesOutcome> {
  let sync = begun;
  for await (const key of keptKeys(session, entry, begun.types[0]?.cursor)) {
    if (isLate(session)) return { kind: 'more', sync };
    sync = await replayOne(session, sync, key);
  }
  const [progress] = sync.types;
  if (progress === undefined) return { kind: 'ended', sync };
  return { kind: 'ended', sync: withType(sync, 0, { ...progress, status: 'succeeded', cursor: undefined }) };
}

/** Keys of the days from `from` to `to`, behind `after`. */
export async function* keptKeys(
  {
    deps,
    scope,
    connectionId,
  }: Pick<SyncSession, 'scope' | 'connectionId'> & {
    readonly deps: { readonly raw: Pick<RawStore, 'list'> };
  },
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
  after: string | undefined,
): AsyncGenerator<string> {
  const begunOn = after?.split('/')[1];
  let behind = after;
  for (
    let date = begunOn === undefined ? from : (begunOn as LocalDate);
    date <= to;
    date = addDays(date, 1)
  ) {
    for (;;) {
      const page = { after: behind, limit: LISTED_COUNT };
      const keys = await deps.raw.list(scope, { connectionId, date }, page);
      yield* keys;
      behind = keys.at(-1);
      if (behind === undefined) break;
    }
  }
}

async function replayOne(session: SyncSession, sync: Sync, key: string): Promise<Sync> {
  const { deps, scope } = session;
  const [progress] = sync.types;
  const type = findType(session, dataTypeOfRawKey(key) ?? '');
  const body = type === undefined ? undefined : await deps.raw.get(scope, key);
  if (progress === undefined || type === undefined || body === undefined) return sync;
  const groupKey = `${sync.syncId}:r:${progress.counts.pages}`;
  const group = new PageGroup(session, type, {
    syncId: sync.syncId,
    origin: sync.origin,
    groupKey,
    asOfMs: takenAtOfRawKey(key),
  });
  group.addKept(payloadOf(body), key);
  const counts = addCounts(progress.counts, await group.store());
  return commitSync(session, withType(sync, 0, { ...progress, status: 'running', cursor: key, counts }));
}
