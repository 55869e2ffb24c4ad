import { createHash } from 'node:crypto';
import * as z from 'zod';
import { SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS, type EpochMs, toIso } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { SyncHead } from '../../sync/model.ts';
import { DUE_SHARD_COUNT, entitiesKey, logDuePartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { type EntitySeal, openText, sealText } from './entity-seal.ts';

const Digests = z.record(z.string(), z.object({ count: z.int(), hash: z.string() }));
const PLACE = 'ENTITIES';

/** Which of the index's partitions a user's log lies in. */
export const logShardOf = ({ userId }: UserScope): number =>
  (createHash('sha256').update(userId).digest()[0] ?? 0) % DUE_SHARD_COUNT;

/** When the log's oldest entry may go, as the index sorts it. */
export const logDueText = ({ userId }: UserScope, oldestMs: EpochMs): string =>
  `${toIso((oldestMs + SYNC_HORIZON_DAYS * DAY_MS) as EpochMs)}#${userId}`;

/** The counts and sums: a hash over one small row would tell what is in it, so they are sealed. */
export function sealDigests(head: SyncHead, seal: EntitySeal): Uint8Array {
  const digests = Object.fromEntries(
    Object.entries(head.digests).map(([type, { count, hash }]) => [type, { count, hash: hash.toString(16) }]),
  );
  return sealText(seal, { sortKey: PLACE, version: head.seq }, JSON.stringify(digests));
}

/** The counter as the first commit makes it. */
export const toEntitiesItem = (head: SyncHead, seal: EntitySeal, oldestMs: EpochMs | undefined): Item => ({
  ...entitiesKey(seal.scope),
  seq: N(head.seq),
  epoch: S(head.epoch),
  horizonSeq: N(head.horizonSeq),
  forgottenVersion: N(head.forgottenVersion),
  openConflicts: N(head.openConflictCount),
  digests: B(sealDigests(head, seal)),
  ...(oldestMs === undefined
    ? {}
    : {
        gsi1pk: S(logDuePartition(logShardOf(seal.scope))),
        gsi1sk: S(logDueText(seal.scope, oldestMs)),
      }),
});

export function fromEntitiesItem(item: Item, seal: Pick<EntitySeal, 'scope' | 'key'>): SyncHead {
  const seq = numberOf(item, 'seq');
  const text = openText(seal, { sortKey: PLACE, version: seq }, bytesOf(item, 'digests'));
  const digests = Digests.parse(JSON.parse(text));
  return {
    seq,
    epoch: stringOf(item, 'epoch'),
    horizonSeq: numberOf(item, 'horizonSeq'),
    // Counters from before compaction remembered it.
    forgottenVersion: optionalNumberOf(item, 'forgottenVersion') ?? 0,
    openConflictCount: numberOf(item, 'openConflicts'),
    digests: Object.fromEntries(
      Object.entries(digests).map(([type, { count, hash }]) => [type, { count, hash: BigInt(`0x${hash}`) }]),
    ),
  };
}
