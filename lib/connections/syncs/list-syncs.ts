import type { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { QuarantinedRecord, Sync } from '../model.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { SyncStore } from './sync-store.ts';

export interface HistoryDependencies {
  readonly connections: Pick<ConnectionStore, 'load' | 'list'>;
  readonly syncs: Pick<SyncStore, 'load' | 'list'>;
  readonly quarantine: Pick<QuarantineStore, 'list'>;
}

const LOOKS_AT_A_TIME = 10;

/** The newest first. Throws connection.not_found. */
export async function listSyncs(
  deps: HistoryDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  page: { readonly before: SyncId | undefined; readonly limit: number },
): Promise<readonly Sync[]> {
  await requireConnection(deps, scope, connectionId);
  return deps.syncs.list(scope, connectionId, page);
}

/** One sync, as far as it has come; of any of the user's connections when none is named. Throws sync.not_found. */
export async function getSync(
  deps: HistoryDependencies,
  scope: UserScope,
  connectionId: ConnectionId | undefined,
  syncId: SyncId,
): Promise<Sync> {
  const connectionIds =
    connectionId === undefined
      ? (await deps.connections.list(scope)).map((connection) => connection.connectionId)
      : [connectionId];
  const found = await mapBounded(connectionIds, LOOKS_AT_A_TIME, (id) => deps.syncs.load(scope, id, syncId));
  const sync = found.find((each) => each !== undefined);
  if (sync === undefined) throw new AppError('sync.not_found', 'There is no sync by this id.');
  return sync;
}

/** Throws connection.not_found. */
export async function listQuarantine(
  deps: HistoryDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly QuarantinedRecord[]> {
  await requireConnection(deps, scope, connectionId);
  return deps.quarantine.list(scope, connectionId, page);
}

async function requireConnection(
  { connections }: HistoryDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
): Promise<void> {
  if ((await connections.load(scope, connectionId)) === undefined) {
    throw new AppError('connection.not_found', 'There is no connection by this id.');
  }
}
