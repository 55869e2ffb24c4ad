import * as z from 'zod';
import { RequestId } from '../primitives/ids.ts';
import { InstantText } from '../primitives/time.ts';
import {
  DEFAULT_PULL_ROWS,
  DEVICE_ID,
  MAX_PULL_ROWS,
  MAX_PUSH_CHANGE_COUNT,
  MAX_RESOLUTION_COUNT,
} from '../sync/protocol.ts';
import { asInteger, countText } from './paging.ts';

const EntityType = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
export const DeviceId = z.string().regex(DEVICE_ID).meta({
  description:
    'The installation, the same at each start and no other’s: 1 to 100 of `A-Z`, `a-z`, `0-9` and `. _ : -`',
});
const OperationId = RequestId.meta({
  description:
    'Names this request: with the same body it answers for 120 days as it did first and counts once, with another body it is `sync.payload_conflict`. 1 to 128 printable ASCII characters without spaces, `#` or `/`',
});
const Data = z.record(z.string(), z.unknown());

/**
 * One change as it is sent. Its place in the envelope is checked here; what is wrong with its values is said
 * of it alone (SYN2), so `entityType`, `id`, `hlc` and `data` are texts and objects of any content.
 */
export const PushChange = z
  .strictObject({
    requestId: RequestId,
    entityType: z.string().max(200),
    id: z.string().max(500),
    op: z.enum(['create', 'update', 'delete']),
    baseVersion: z.int().optional().meta({ description: 'The version that the device had when it wrote' }),
    data: Data.optional().meta({
      description:
        'The whole row on create, the changed fields on update: sets as {add, remove}, counters as {delta}',
    }),
    hlc: z.string().max(200).meta({ description: '<unix ms, 13 digits>-<counter, 4 hex>-<deviceId>' }),
  })
  .meta({ id: 'PushChange' });
export type PushChange = z.infer<typeof PushChange>;

export const PushRequest = z
  .strictObject({
    deviceId: DeviceId,
    operationId: OperationId,
    changes: z.array(PushChange).min(1).max(MAX_PUSH_CHANGE_COUNT),
  })
  .meta({ id: 'PushRequest' });
export type PushRequest = z.infer<typeof PushRequest>;

export const RowImage = z
  .object({
    id: z.string(),
    version: z.int(),
    deleted: z.boolean(),
    data: Data.nullable(),
    updatedAt: InstantText,
  })
  .meta({ id: 'RowImage' });
export type RowImage = z.infer<typeof RowImage>;

const named = {
  requestId: z.string(),
  entityType: z.string(),
  id: z.string().meta({ description: 'The row it is: another one than was sent where the server knew it' }),
  clientId: z.string().optional().meta({ description: 'The id that was sent, where it is another' }),
};
export const PushSuccess = z.object({ ...named, version: z.int() });
export const ConflictOutcome = z.enum(['merged', 'server_wins', 'client_wins', 'manual']);
export const PushConflict = z.object({
  ...named,
  conflictId: z.string(),
  outcome: ConflictOutcome,
  version: z.int(),
  server: RowImage.nullable().meta({ description: 'The row as it is now; null where the answer was full' }),
});
export const PushFailure = z.object({
  requestId: z.string(),
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
export const PushAnswer = z
  .object({
    operationId: z.string(),
    seq: z.int().nonnegative().meta({
      description:
        'The number of the user’s newest commit when the push was done, its own included; 0 before the first. Pulls go on from their cursor, not from here',
    }),
    successful: z.array(PushSuccess),
    conflicts: z.array(PushConflict),
    failed: z.array(PushFailure),
  })
  .meta({ id: 'PushAnswer' });
export type PushAnswer = z.infer<typeof PushAnswer>;

const EntityTypes = z
  .string()
  .max(2_000)
  .transform((text) => [...new Set(text.split(',').filter((type) => type !== ''))].sort())
  .pipe(z.array(EntityType).max(100))
  .optional()
  .meta({ description: 'Types, separated by commas; all when left out' });
const SyncCursor = z.string().min(1).max(2_000).optional();
const PullLimit = countText(1, MAX_PULL_ROWS)
  .default(DEFAULT_PULL_ROWS)
  .meta({ override: asInteger(1, MAX_PULL_ROWS, DEFAULT_PULL_ROWS) });
const LeaseIdText = z.string().max(100).optional();

export const SyncChangesQuery = z.object({
  cursor: SyncCursor,
  entityTypes: EntityTypes,
  limit: PullLimit,
  leaseId: LeaseIdText,
});
export type SyncChangesQuery = z.infer<typeof SyncChangesQuery>;
export const SyncChange = z
  .object({
    entityType: z.string(),
    id: z.string(),
    op: z.enum(['upsert', 'delete']),
    version: z.int(),
    seq: z.int(),
    data: Data.optional(),
    updatedAt: InstantText,
    originDeviceId: z.string().nullable(),
  })
  .meta({ id: 'SyncChange' });
export type SyncChange = z.infer<typeof SyncChange>;
export const SyncChangesAnswer = z
  .object({ changes: z.array(SyncChange), cursor: z.string(), hasMore: z.boolean() })
  .meta({ id: 'SyncChanges' });
export type SyncChangesAnswer = z.infer<typeof SyncChangesAnswer>;

export const SnapshotQuery = z.object({
  cursor: SyncCursor,
  entityTypes: EntityTypes,
  limit: PullLimit,
  leaseId: LeaseIdText,
});
export type SnapshotQuery = z.infer<typeof SnapshotQuery>;
export const SnapshotRow = z.object({
  entityType: z.string(),
  id: z.string(),
  version: z.int(),
  seq: z.int(),
  data: Data,
  updatedAt: InstantText,
  originDeviceId: z.string().nullable(),
});
export type SnapshotRow = z.infer<typeof SnapshotRow>;
export const SnapshotAnswer = z
  .object({
    rows: z.array(SnapshotRow),
    cursor: z.string().nullable().meta({ description: 'For the next page; null on the last' }),
    hasMore: z.boolean(),
    thenCursor: z.string().meta({ description: 'Where /v1/sync/changes goes on after the last page' }),
    progress: z.object({ rowsTotal: z.int() }).meta({ description: 'Living rows when the snapshot began' }),
  })
  .meta({ id: 'Snapshot' });
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>;

export const DigestQuery = z.object({ entityTypes: EntityTypes });
export const DigestAnswer = z
  .object({
    seq: z.int(),
    types: z.record(z.string(), z.object({ count: z.int(), hash: z.string().regex(/^[0-9a-f]{16}$/) })),
  })
  .meta({ id: 'Digest' });
export type DigestAnswer = z.infer<typeof DigestAnswer>;

export const LeaseRequest = z
  .strictObject({
    kind: z.enum(['data_sync', 'health_upload', 'catalog_sync']),
    deviceId: DeviceId,
    requestedBatchSize: z.int().min(1).max(MAX_PUSH_CHANGE_COUNT).optional(),
    requestedMaxRequests: z.int().min(1).max(1_000).optional(),
  })
  .meta({ id: 'LeaseRequest' });
export type LeaseRequest = z.infer<typeof LeaseRequest>;
export const LeaseAnswer = z
  .object({
    status: z.enum(['GRANTED', 'DENIED']),
    lease: z
      .object({
        leaseId: z.string(),
        kind: z.string(),
        issuedAt: InstantText,
        expiresAt: InstantText,
        windowMs: z.int(),
        maxRequests: z.int(),
        batchSize: z.int(),
      })
      .optional(),
    reason: z.enum(['user_lease_limit', 'device_lease_limit']).optional(),
    retryAfterMs: z.int().positive().optional(),
  })
  .meta({ id: 'Lease' });
export type LeaseAnswer = z.infer<typeof LeaseAnswer>;

export const ConflictsQuery = z.object({
  status: z.enum(['open', 'resolved', 'all']).default('all'),
  limit: countText(1, 100)
    .default(50)
    .meta({ override: asInteger(1, 100, 50) }),
  cursor: SyncCursor,
});
export type ConflictsQuery = z.infer<typeof ConflictsQuery>;
/** One side of a conflict: what it said, and when. */
const Side = z.object({ version: z.int().nullable(), data: Data.nullable(), hlc: z.string().nullable() });
export const SyncConflict = z
  .object({
    conflictId: z.string(),
    entityType: z.string(),
    id: z.string(),
    status: z.enum(['open', 'resolved']),
    outcome: ConflictOutcome,
    policy: z.string(),
    fields: z.array(z.string()).meta({ description: 'Where both sides differed' }),
    baseVersion: z.int().nullable(),
    client: Side,
    server: Side,
    result: Side.nullable(),
    deviceId: z.string(),
    requestId: z.string(),
    createdAt: InstantText,
    resolvedAt: InstantText.nullable(),
  })
  .meta({ id: 'SyncConflict' });
export type SyncConflict = z.infer<typeof SyncConflict>;
export const ConflictsAnswer = z
  .object({ conflicts: z.array(SyncConflict), nextCursor: z.string().nullable() })
  .meta({ id: 'SyncConflictList' });
export type ConflictsAnswer = z.infer<typeof ConflictsAnswer>;

export const BatchResolveRequest = z
  .strictObject({
    deviceId: DeviceId,
    operationId: OperationId,
    resolutions: z
      .array(
        z.strictObject({
          conflictId: z.string().max(100),
          strategy: z.enum(['client', 'server', 'merged']),
          data: Data.optional().meta({ description: 'The fields as they shall be; with `merged` only' }),
        }),
      )
      .min(1)
      .max(MAX_RESOLUTION_COUNT),
  })
  .meta({ id: 'BatchResolveRequest' });
export type BatchResolveRequest = z.infer<typeof BatchResolveRequest>;
export const BatchResolveAnswer = z
  .object({
    operationId: z.string(),
    seq: z.int().nonnegative(),
    resolved: z.array(
      z.object({ conflictId: z.string(), entityType: z.string(), id: z.string(), version: z.int() }),
    ),
    failed: z.array(
      z.object({ conflictId: z.string(), code: z.string(), message: z.string(), retryable: z.boolean() }),
    ),
  })
  .meta({ id: 'BatchResolved' });
export type BatchResolveAnswer = z.infer<typeof BatchResolveAnswer>;

export const SyncStatusAnswer = z
  .object({
    protocolVersion: z.int(),
    epoch: z.string(),
    seq: z.int(),
    horizonSeq: z.int(),
    rowCount: z.int(),
    openConflictCount: z.int(),
    entityTypes: z.array(z.string()),
    serverTime: InstantText,
  })
  .meta({ id: 'DeviceSyncStatus' });
export type SyncStatusAnswer = z.infer<typeof SyncStatusAnswer>;
