import { assertNever } from '../../core/assert.ts';
import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import type { DataType, ProviderDefinition } from '../../providers/definition.ts';
import type { TimeWindow } from '../../providers/model.ts';
import type { Connection, InboxEntry, TypeProgress } from '../model.ts';
import { INLINE_WINDOW_MS } from './sync-limits.ts';
import { newProgress } from './sync-progress.ts';

export type SyncEntry = Extract<InboxEntry, { readonly kind: 'sync' | 'backfill' | 'replay' }>;

/** Whether one of the type's scopes is granted; a provider that does not say grants all (CON22). */
export function isGranted({ scopes }: DataType, grantedScopes: readonly string[] | undefined): boolean {
  return (
    scopes.length === 0 ||
    grantedScopes === undefined ||
    scopes.some((scope) => grantedScopes.includes(scope))
  );
}

/**
 * The types and windows of a sync that begins now (CON21). A first sync reaches `firstDays` back; later ones go
 * from what was fetched last, less the provider's overlap, but not further back than the provider goes. Types
 * without a granted scope are skipped. A backfill's window was judged when it was asked for.
 */
export function planTypes(
  definition: ProviderDefinition,
  connection: Connection,
  entry: SyncEntry,
  nowMs: EpochMs,
): readonly TypeProgress[] {
  switch (entry.kind) {
    case 'replay':
      return [newProgress(REPLAY_TYPE, { fromMs: nowMs, toMs: nowMs })];
    case 'sync':
    case 'backfill':
      return wantedTypes(definition, entry).map((type) => {
        const window =
          entry.kind === 'backfill' ? entry.window : windowOf(definition, connection, type, nowMs);
        const progress = newProgress(type.code, window);
        return isGranted(type, connection.account.grantedScopes)
          ? progress
          : { ...progress, status: 'skipped' };
      });
    default:
      return assertNever(entry);
  }
}

/** A replay is no data type of a provider: it goes through what is kept of all of them. */
export const REPLAY_TYPE = 'kept payloads';

function wantedTypes(definition: ProviderDefinition, entry: SyncEntry): readonly DataType[] {
  if (entry.kind !== 'backfill' || entry.types.length === 0) return definition.dataTypes;
  return definition.dataTypes.filter(({ code }) => entry.types.includes(code));
}

function windowOf(
  { windows }: ProviderDefinition,
  connection: Connection,
  { code }: DataType,
  nowMs: EpochMs,
): TimeWindow {
  const syncedToMs = connection.syncedTo[code];
  const firstMs = nowMs - windows.firstDays * DAY_MS;
  if (syncedToMs === undefined) return { fromMs: firstMs as EpochMs, toMs: nowMs };
  const furthestMs = nowMs - Math.max(windows.backfillDays ?? 3_650, windows.firstDays) * DAY_MS;
  const fromMs = Math.max(Math.min(syncedToMs, nowMs) - windows.overlapMs, furthestMs);
  return { fromMs: fromMs as EpochMs, toMs: nowMs };
}

/** Whether a queue consumer may run the planned sync itself (CON23): no first sync, no backfill, no long window. */
export const isSmall = (entry: SyncEntry, connection: Connection, types: readonly TypeProgress[]): boolean =>
  entry.kind === 'sync' &&
  types.every(
    ({ type, status, window }) =>
      status === 'skipped' ||
      (connection.syncedTo[type] !== undefined && window.toMs - window.fromMs <= INLINE_WINDOW_MS),
  );

/** The part of the window that is fetched next: at most `maxWindowDays`, the oldest first. */
export const nextChunk = (
  { chunkFromMs, window }: TypeProgress,
  { maxWindowDays }: DataType,
): TimeWindow => ({
  fromMs: chunkFromMs,
  toMs: Math.min(chunkFromMs + maxWindowDays * DAY_MS, window.toMs) as EpochMs,
});
