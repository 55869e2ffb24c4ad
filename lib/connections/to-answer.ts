import type {
  Connection as ConnectionAnswer,
  Provider as ProviderAnswer,
} from '../../contracts/http/connections.ts';
import type {
  QuarantinedRecord as QuarantinedAnswer,
  Sync as SyncAnswer,
  SyncCounts as SyncCountsAnswer,
} from '../../contracts/http/syncs.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import type { ProviderDefinition } from '../providers/definition.ts';
import type { Connection, QuarantinedRecord, Sync, SyncCounts, TypeProgress } from './model.ts';

const toIsoOrNull = (instantMs: EpochMs | undefined): string | null =>
  instantMs === undefined ? null : toIso(instantMs);

const toCounts = (counts: SyncCounts): SyncCountsAnswer => ({
  fetched: counts.fetched,
  accepted: counts.accepted,
  updated: counts.updated,
  duplicate: counts.duplicate,
  refused: counts.refused,
  deleted: counts.deleted,
  pages: counts.pages,
});

export const toProviderAnswer = (
  { name, title, dataTypes, windows }: ProviderDefinition,
  isConfigured: boolean,
): ProviderAnswer => ({
  name,
  title,
  configured: isConfigured,
  backfillDays: windows.backfillDays ?? null,
  dataTypes: dataTypes.map((type) => ({
    type: type.code,
    title: type.title,
    metrics: [...type.produces.metrics],
    records: [...type.produces.records],
  })),
});

/** A connection as answers show it (CON14): never who the person is at the provider. */
export function toConnectionAnswer(connection: Connection): ConnectionAnswer {
  const { reason, account, lastSync } = connection;
  return {
    id: connection.connectionId,
    provider: connection.provider,
    status: connection.status,
    ...(reason === undefined ? {} : { reason }),
    connectedAt: toIso(connection.connectedAtMs),
    createdAt: toIso(connection.createdAtMs),
    ...(account.grantedScopes === undefined ? {} : { scopes: [...account.grantedScopes] }),
    lastSync:
      lastSync === undefined
        ? null
        : {
            id: lastSync.syncId,
            status: lastSync.status,
            finishedAt: toIsoOrNull(lastSync.finishedAtMs),
            counts: toCounts(lastSync.counts),
          },
    lastPushAt: toIsoOrNull(connection.lastPushAtMs),
    silentSince: toIsoOrNull(connection.silentSinceMs),
  };
}

export const toSyncAnswer = (sync: Sync): SyncAnswer => ({
  id: sync.syncId,
  connectionId: sync.connectionId,
  provider: sync.provider,
  trigger: sync.trigger,
  origin: sync.origin,
  status: sync.status,
  startedAt: toIso(sync.startedAtMs),
  finishedAt: toIsoOrNull(sync.finishedAtMs),
  counts: toCounts(sync.counts),
  types: sync.types.map(toTypeAnswer),
  ...(sync.error === undefined ? {} : { error: sync.error }),
  waitingUntil: toIsoOrNull(sync.waitingUntilMs),
});

const toTypeAnswer = ({
  type,
  status,
  window,
  counts,
  error,
}: TypeProgress): SyncAnswer['types'][number] => ({
  type,
  status,
  from: toIso(window.fromMs),
  to: toIso(window.toMs),
  counts: toCounts(counts),
  ...(error === undefined ? {} : { error }),
});

export const toQuarantinedAnswer = (record: QuarantinedRecord): QuarantinedAnswer => ({
  id: record.quarantineId,
  syncId: record.syncId,
  type: record.dataType,
  ...(record.externalId === undefined ? {} : { externalId: record.externalId }),
  reason: record.reason,
  payload: record.rawKey,
  index: record.index,
  at: toIso(record.atMs),
});
