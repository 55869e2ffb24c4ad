import type { Change } from '../../contracts/http/changes.ts';
import { assertNever } from '../core/assert.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import type { ChangeEntry } from '../outbox/model.ts';

/** A change entry as the API tells it: what changed, field by field, and never a value (OBX3). */
export function toChange(entry: ChangeEntry): Change {
  const base = {
    seq: entry.seq,
    committedAt: toIso(entry.committedAtMs),
    correlationId: entry.correlationId,
  };
  switch (entry.kind) {
    case 'samples':
      return { ...base, ...samplesOf(entry) };
    case 'records':
      return { ...base, ...recordsOf(entry) };
    case 'connection':
      return { ...base, ...connectionOf(entry) };
    case 'backfill':
      return { ...base, ...backfillOf(entry) };
    case 'priorities':
      return { ...base, kind: 'priorities', metrics: [...entry.metrics] };
    case 'workout_decision':
      return { ...base, ...decisionOf(entry) };
    case 'erasure':
      return { ...base, kind: 'erasure', erasedAt: toIso(entry.erasedAtMs) };
    default:
      return assertNever(entry);
  }
}

type Entry<Kind extends ChangeEntry['kind']> = Extract<ChangeEntry, { readonly kind: Kind }>;

const samplesOf = (entry: Entry<'samples'>) => ({
  kind: 'samples' as const,
  requestId: entry.requestId,
  origin: entry.origin,
  changes: entry.changes.map((change) => ({
    metric: change.metric,
    sourceId: change.sourceId,
    block: change.block,
    version: change.version,
    from: toIso(change.fromMs as EpochMs),
    to: toIso(change.toMs as EpochMs),
    dates: [...change.dates],
    counts: { ...change.counts },
  })),
});

const recordsOf = (entry: Entry<'records'>) => ({
  kind: 'records' as const,
  origin: entry.origin,
  changes: entry.changes.map((change) => ({
    kind: change.kind,
    recordId: change.recordId,
    change: change.change,
    version: change.version,
    provider: change.provider,
    from: toIso(change.fromMs as EpochMs),
    to: toIso(change.toMs as EpochMs),
    dates: [...change.dates],
  })),
});

const connectionOf = ({ connectionId, provider, status, reason }: Entry<'connection'>) => ({
  kind: 'connection' as const,
  connectionId,
  provider,
  status,
  ...(reason === undefined ? {} : { reason }),
});

const decisionOf = ({ groupId, decision, primaryId, recordIds }: Entry<'workout_decision'>) => ({
  kind: 'workout_decision' as const,
  groupId,
  decision,
  ...(primaryId === undefined ? {} : { primaryId }),
  recordIds: [...recordIds],
});

const backfillOf = (entry: Entry<'backfill'>) => ({
  kind: 'backfill' as const,
  connectionId: entry.connectionId,
  provider: entry.provider,
  syncId: entry.syncId,
  dataType: entry.dataType,
  status: entry.status,
  from: toIso(entry.fromMs as EpochMs),
  to: toIso(entry.toMs as EpochMs),
  counts: { ...entry.counts },
});
