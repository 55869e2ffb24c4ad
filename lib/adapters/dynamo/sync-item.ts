import * as z from 'zod';
import { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import { SYNC_ERRORS, type Sync } from '../../connections/model.ts';
import { SYNC_KEPT_DAYS } from '../../connections/syncs/sync-store.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { syncKey, userPartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { type EntrySeal, Trigger } from './inbox-item.ts';

/** Whole milliseconds, whatever a provider's arithmetic made of them. */
const Instant = z.number().transform((ms) => Math.round(ms) as EpochMs);
/** JSON has no undefined: what is absent is put back. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((value): z.output<Schema> | undefined => value);
const Count = z.int().nonnegative();
const Counts = z.object({
  fetched: Count,
  accepted: Count,
  updated: Count,
  duplicate: Count,
  refused: Count,
  deleted: Count,
  pages: Count,
});
const Progress = z.object({
  type: z.string(),
  status: z.enum(['waiting', 'running', 'requested', 'succeeded', 'failed', 'skipped']),
  window: z.object({ fromMs: Instant, toMs: Instant }),
  chunkFromMs: Instant,
  cursor: optional(z.string()),
  requestedAtMs: optional(Instant),
  arrivedAtMs: optional(Instant),
  counts: Counts,
  error: optional(z.enum(SYNC_ERRORS)),
});
const Row = z.object({
  syncId: SyncId,
  connectionId: ConnectionId,
  provider: z.string(),
  trigger: Trigger,
  origin: z.enum(['live', 'backfill']),
  status: z.enum(['running', 'succeeded', 'partial', 'failed']),
  startedAtMs: Instant,
  finishedAtMs: optional(Instant),
  counts: Counts,
  types: z.array(Progress),
  error: optional(z.enum(SYNC_ERRORS)),
  waitingUntilMs: optional(Instant),
  stallCount: Count,
  executionCount: Count,
  correlationId: z.string(),
});

const aadOf = (scope: UserScope, sync: Pick<Sync, 'connectionId' | 'syncId' | 'version'>): string =>
  `${userPartition(scope)}|SYNC|${sync.connectionId}|${sync.syncId}|${sync.version}`;

/** Version and status lie in the open; cursors are a provider's words and go into the seal with the rest. */
export function toSyncItem(scope: UserScope, sync: Sync, { key, randomness }: EntrySeal): Item {
  const { version, ...row } = sync;
  const plain = Buffer.from(JSON.stringify(row));
  const expiresMs = (sync.startedAtMs + SYNC_KEPT_DAYS * DAY_MS) as EpochMs;
  return {
    ...syncKey(scope, sync.connectionId, sync.syncId),
    version: N(version),
    st: S(sync.status),
    body: B(seal(plain, key, aadOf(scope, sync), randomness)),
    ttl: N(toEpochSec(expiresMs)),
  };
}

export function fromSyncItem(scope: UserScope, item: Item, key: DataKey): Sync {
  const [connectionId, syncId] = stringOf(item, 'sk').split('#').slice(1);
  const version = numberOf(item, 'version');
  const place = { connectionId: ConnectionId.parse(connectionId), syncId: SyncId.parse(syncId), version };
  const plain = open(bytesOf(item, 'body'), key, aadOf(scope, place));
  return { ...Row.parse(JSON.parse(Buffer.from(plain).toString('utf8'))), version };
}
