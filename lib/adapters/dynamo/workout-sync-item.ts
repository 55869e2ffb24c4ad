import * as z from 'zod';
import { SourceInput } from '../../../contracts/http/ingest-samples.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { Source, SourceId, UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { SYNC_STATUSES, type SyncState } from '../../workouts/writes/sync-state.ts';
import { open, seal } from '../sealing/sealing.ts';
import { userPartition, WORKOUT_SYNC_PREFIX, workoutSyncKey } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, stringOf } from './dynamo.ts';

const Count = z.int().nonnegative();
const Body = z.object({
  source: SourceInput,
  anchor: z.string().optional(),
  lastStatus: z.enum(SYNC_STATUSES),
  counts: z.object({
    accepted: Count,
    updated: Count,
    duplicate: Count,
    superseded: Count,
    deleted: Count,
    notFound: Count,
    refused: Count,
  }),
});

/** Place and version: the anchor of another source, or an older one of this, does not open in its place. */
const aadOf = (scope: UserScope, sourceId: string, version: number): string =>
  `${userPartition(scope)}|${WORKOUT_SYNC_PREFIX}${sourceId}|${version}`;

/** In the open lies when; the anchor is the caller's own word and may say anything, so it is sealed. */
export function toWorkoutSyncItem(
  scope: UserScope,
  state: SyncState,
  key: DataKey,
  randomness: Randomness,
): Item {
  const { source, version, order, lastSyncedAtMs, anchor, lastStatus, counts } = state;
  const { sourceId, ...named } = source;
  const body = Buffer.from(JSON.stringify({ source: named, anchor, lastStatus, counts }));
  return {
    ...workoutSyncKey(scope, sourceId),
    version: N(version),
    orderSeq: N(order.seq),
    orderMs: N(order.ms),
    syncedAt: N(lastSyncedAtMs),
    body: B(seal(body, key, aadOf(scope, sourceId, version), randomness)),
  };
}

/** Throws `UnsealError` when the body is not the one that was sealed for this source and version. */
export function fromWorkoutSyncItem(scope: UserScope, item: Item, key: DataKey): SyncState {
  const sourceId = stringOf(item, 'sk').slice(WORKOUT_SYNC_PREFIX.length) as SourceId;
  const version = numberOf(item, 'version');
  const opened = open(bytesOf(item, 'body'), key, aadOf(scope, sourceId, version));
  const { source, anchor, ...rest } = Body.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  return {
    ...rest,
    anchor,
    source: { sourceId, ...source } as Source,
    order: { seq: numberOf(item, 'orderSeq'), ms: numberOf(item, 'orderMs') },
    lastSyncedAtMs: numberOf(item, 'syncedAt') as EpochMs,
    version,
  };
}
