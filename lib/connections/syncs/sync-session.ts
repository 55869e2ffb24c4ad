import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Log } from '../../observability/log.ts';
import type { Meter } from '../../observability/metrics.ts';
import { AppError } from '../../problems/app-error.ts';
import type { DataType, FetchContext, MapContext } from '../../providers/definition.ts';
import type { UserHttp } from '../../providers/http.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { GateStore } from '../gate/gate-store.ts';
import type { Connection, Lease, Sync } from '../model.ts';
import type { ConfiguredProvider, ProviderDirectory } from '../provider-directory.ts';
import type { Announcements } from './announcements.ts';
import type { DataWriter } from './data-writer.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { RawStore } from './raw-store.ts';
import type { RunStore } from './run-store.ts';
import type { SyncQueue } from './sync-queue.ts';
import type { SyncCommit, SyncStore } from './sync-store.ts';

/** Calls on behalf of a connection: token, refresh, quota and circuit are behind it. */
export type OpenUserHttp = (
  scope: UserScope,
  connection: Connection,
  provider: ConfiguredProvider,
) => UserHttp;

export interface SyncDependencies {
  readonly connections: Pick<ConnectionStore, 'load' | 'save'>;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly runs: RunStore;
  readonly syncs: SyncStore;
  readonly slots: Pick<GateStore, 'takeSlot' | 'releaseSlot' | 'load'>;
  readonly raw: RawStore;
  readonly quarantine: Pick<QuarantineStore, 'add'>;
  readonly announcements: Announcements;
  readonly providers: ProviderDirectory;
  readonly openUserHttp: OpenUserHttp;
  readonly writer: DataWriter;
  readonly queue: SyncQueue;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly meter: Meter;
  readonly log: Log;
}

/** Whose work is done, and until when it may go on. */
export interface RunFrame {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
  readonly correlationId: string;
  /** No new page is asked for after this. */
  readonly deadlineMs: EpochMs;
}

/** One holder of a connection's lease, with what every step of its work needs. */
export interface SyncSession extends RunFrame {
  readonly deps: SyncDependencies;
  readonly lease: Lease;
  readonly connection: Connection;
  readonly provider: ConfiguredProvider;
  readonly http: UserHttp;
  /** Of the account, else of the user. */
  readonly timeZone: string | undefined;
}

/** The lease went to another while we worked: whatever we would still write is refused. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Writes a step of the sync and answers it with its new version. Throws LeaseLost when it is not ours any more. */
export async function commitSync(
  { deps, scope, lease }: Pick<SyncSession, 'deps' | 'scope' | 'lease'>,
  sync: Sync,
  step: Partial<Omit<SyncCommit, 'lease'>> = {},
): Promise<Sync> {
  const next = { ...sync, version: sync.version + 1 };
  const { done = [], added = [], begins = false } = step;
  const outcome = await deps.syncs.commit(scope, next, { lease, done, added, begins });
  if (outcome === 'lost') throw new LeaseLost();
  return next;
}

export const isLate = ({ deps, deadlineMs }: SyncSession): boolean => deps.clock.now() >= deadlineMs;

export const fetchContextOf = ({ deps, http, connection }: SyncSession): FetchContext => ({
  http,
  account: connection.account,
  nowMs: deps.clock.now(),
});

export const mapContextOf = ({ deps, timeZone }: SyncSession): MapContext => ({
  timeZone,
  nowMs: deps.clock.now(),
});

/** Undefined for a type that the definition has no more, or that a push made up. */
export const findType = ({ provider }: SyncSession, code: string): DataType | undefined =>
  provider.definition.dataTypes.find((type) => type.code === code);

/**
 * Loads what a session works with. `gone`: no connection, or a user who was erased. Throws AppError
 * provider.unknown and provider.not_configured when the deployment lost its application meanwhile.
 */
export async function openSession(
  deps: SyncDependencies,
  frame: RunFrame,
  lease: Lease,
): Promise<SyncSession | 'gone'> {
  const { scope, connectionId } = frame;
  const [connection, head] = await Promise.all([
    deps.connections.load(scope, connectionId),
    deps.heads.load(scope),
  ]);
  if (connection === undefined || head === undefined || head.erasedAtMs !== undefined) return 'gone';
  const provider = await deps.providers.get(connection.provider);
  const timeZone = connection.account.timeZone ?? head.timeZone;
  const http = deps.openUserHttp(scope, connection, provider);
  return { ...frame, deps, lease, connection, provider, http, timeZone };
}

/** The session's connection as it is stored now. Throws AppError connection.not_found when it is gone. */
export async function reloadConnection({
  deps,
  scope,
  connectionId,
}: Pick<SyncSession, 'deps' | 'scope' | 'connectionId'>): Promise<Connection> {
  const connection = await deps.connections.load(scope, connectionId);
  if (connection === undefined) throw new AppError('connection.not_found', 'The connection is gone.');
  return connection;
}
