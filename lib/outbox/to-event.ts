import { BACKFILL_COMPLETED_V1 } from '../../contracts/events/backfill-completed.v1.ts';
import { CONNECTION_CHANGED_V1 } from '../../contracts/events/connection-changed.v1.ts';
import { PRIORITIES_CHANGED_V1 } from '../../contracts/events/priorities-changed.v1.ts';
import { RECORDS_CHANGED_V1, type RecordChange } from '../../contracts/events/records-changed.v1.ts';
import { type BlockChange, SAMPLES_CHANGED_V1 } from '../../contracts/events/samples-changed.v1.ts';
import { SYNC_CHANGED_V1 } from '../../contracts/events/sync-changed.v1.ts';
import { USER_ERASED_V1 } from '../../contracts/events/user-erased.v1.ts';
import { WORKOUT_DECIDED_V1 } from '../../contracts/events/workout-decided.v1.ts';
import { assertNever } from '../core/assert.ts';
import type { UserScope } from '../samples/model.ts';
import { type EventIdentity, eventIdOf } from './event-id.ts';
import type { OutboundEvent } from './event-publisher.ts';
import type { ChangeEntry, OutboxEntry } from './model.ts';

/**
 * Largest serialised detail of one event: EventBridge takes 256 KB an entry (its quota page) but bills it
 * by 64 KB, and SQS and webhook consumers get the same body inside an envelope.
 */
export const MAX_DETAIL_BYTES = 64_000;
/** Room for the digits of part index and count, which are known only after the cut. */
const PART_DIGITS_BYTES = 16;

type SamplesEntry = Extract<ChangeEntry, { kind: 'samples' }>;

/**
 * The events of one entry of either log: at least one (OBX1), and the same ones with the same ids whenever it is
 * asked (OBX2). They name what changed and where, never a health value (OBX3): the fields are copied one
 * by one, so that a field added to the entry does not leak. An entry above `maxDetailBytes` becomes
 * numbered parts, cut between blocks; one block alone is never cut.
 */
export function toEvents(
  scope: UserScope,
  entry: OutboxEntry,
  maxDetailBytes: number = MAX_DETAIL_BYTES,
): readonly OutboundEvent[] {
  switch (entry.kind) {
    case 'samples':
      return toSamplesEvents(scope, entry, maxDetailBytes);
    case 'priorities':
      return [
        {
          type: PRIORITIES_CHANGED_V1,
          detail: { ...envelopeOf(scope, entry, PRIORITIES_CHANGED_V1), metrics: [...entry.metrics] },
        },
      ];
    case 'records':
      return [toRecordsEvent(scope, entry)];
    case 'connection':
      return [toConnectionEvent(scope, entry)];
    case 'backfill':
      return [toBackfillEvent(scope, entry)];
    case 'sync':
      return [toSyncEvent(scope, entry)];
    case 'workout_decision':
      return [toDecisionEvent(scope, entry)];
    case 'erasure':
      return [
        {
          type: USER_ERASED_V1,
          detail: { ...envelopeOf(scope, entry, USER_ERASED_V1), erasedAtMs: entry.erasedAtMs },
        },
      ];
    default:
      return assertNever(entry);
  }
}

const ONLY_PART = { index: 0, count: 1 };

const envelopeOf = (scope: UserScope, entry: OutboxEntry, type: OutboundEvent['type'], part = ONLY_PART) => ({
  id: eventIdOf(scope, { seq: entry.seq, type, part }),
  workspaceId: scope.workspaceId,
  userId: scope.userId,
  seq: entry.seq,
  correlationId: entry.correlationId,
  committedAtMs: entry.committedAtMs,
});

function toSamplesEvents(
  scope: UserScope,
  entry: SamplesEntry,
  maxDetailBytes: number,
): readonly OutboundEvent[] {
  const toEvent = (changes: readonly BlockChange[], part: EventIdentity['part']): OutboundEvent => ({
    type: SAMPLES_CHANGED_V1,
    detail: {
      ...envelopeOf(scope, entry, SAMPLES_CHANGED_V1, part),
      requestId: entry.requestId,
      origin: entry.origin,
      part,
      changes: changes.map(copyChange),
    },
  });
  const emptyBytes = jsonBytes(toEvent([], ONLY_PART).detail) + PART_DIGITS_BYTES;
  const parts = cutBySize(entry.changes, maxDetailBytes - emptyBytes);
  return parts.map((changes, index) => toEvent(changes, { index, count: parts.length }));
}

const copyChange = (change: BlockChange): BlockChange => ({
  metric: change.metric,
  sourceId: change.sourceId,
  block: change.block,
  version: change.version,
  fromMs: change.fromMs,
  toMs: change.toMs,
  dates: [...change.dates],
  counts: {
    added: change.counts.added,
    updated: change.counts.updated,
    deleted: change.counts.deleted,
  },
});

const toRecordsEvent = (
  scope: UserScope,
  entry: Extract<ChangeEntry, { kind: 'records' }>,
): OutboundEvent => ({
  type: RECORDS_CHANGED_V1,
  detail: {
    ...envelopeOf(scope, entry, RECORDS_CHANGED_V1),
    origin: entry.origin,
    changes: entry.changes.map(copyRecordChange),
  },
});

const copyRecordChange = (change: RecordChange): RecordChange => ({
  kind: change.kind,
  recordId: change.recordId,
  change: change.change,
  version: change.version,
  provider: change.provider,
  fromMs: change.fromMs,
  toMs: change.toMs,
  dates: [...change.dates],
});

const toConnectionEvent = (
  scope: UserScope,
  entry: Extract<ChangeEntry, { kind: 'connection' }>,
): OutboundEvent => ({
  type: CONNECTION_CHANGED_V1,
  detail: {
    ...envelopeOf(scope, entry, CONNECTION_CHANGED_V1),
    connectionId: entry.connectionId,
    provider: entry.provider,
    status: entry.status,
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  },
});

const toBackfillEvent = (
  scope: UserScope,
  entry: Extract<ChangeEntry, { kind: 'backfill' }>,
): OutboundEvent => ({
  type: BACKFILL_COMPLETED_V1,
  detail: {
    ...envelopeOf(scope, entry, BACKFILL_COMPLETED_V1),
    connectionId: entry.connectionId,
    provider: entry.provider,
    syncId: entry.syncId,
    dataType: entry.dataType,
    status: entry.status,
    fromMs: entry.fromMs,
    toMs: entry.toMs,
    counts: {
      fetched: entry.counts.fetched,
      accepted: entry.counts.accepted,
      updated: entry.counts.updated,
      duplicate: entry.counts.duplicate,
      refused: entry.counts.refused,
    },
  },
});

const toSyncEvent = (scope: UserScope, entry: Extract<OutboxEntry, { kind: 'sync' }>): OutboundEvent => ({
  type: SYNC_CHANGED_V1,
  detail: {
    ...envelopeOf(scope, entry, SYNC_CHANGED_V1),
    originDeviceId: entry.originDeviceId,
    changes: entry.changes.map(({ type, id, op, version }) => ({ entityType: type, id, op, version })),
  },
});

const toDecisionEvent = (
  scope: UserScope,
  entry: Extract<ChangeEntry, { kind: 'workout_decision' }>,
): OutboundEvent => ({
  type: WORKOUT_DECIDED_V1,
  detail: {
    ...envelopeOf(scope, entry, WORKOUT_DECIDED_V1),
    groupId: entry.groupId,
    decision: entry.decision,
    ...(entry.primaryId === undefined ? {} : { primaryId: entry.primaryId }),
    recordIds: [...entry.recordIds],
  },
});

/** Runs of changes in their order, each at most `budgetBytes` of JSON or a single change; never none. */
function cutBySize(changes: readonly BlockChange[], budgetBytes: number): readonly BlockChange[][] {
  const parts: BlockChange[][] = [[]];
  let usedBytes = 0;
  for (const change of changes) {
    const changeBytes = jsonBytes(copyChange(change)) + 1;
    const current = parts.at(-1) ?? [];
    if (current.length > 0 && usedBytes + changeBytes > budgetBytes) {
      parts.push([change]);
      usedBytes = changeBytes;
    } else {
      current.push(change);
      usedBytes += changeBytes;
    }
  }
  return parts;
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
