import * as z from 'zod';
import type { Operation } from '../../http/routes.ts';
import {
  BatchResolveAnswer,
  BatchResolveRequest,
  ConflictsAnswer,
  ConflictsQuery,
  DigestAnswer,
  DigestQuery,
  LeaseAnswer,
  LeaseRequest,
  PushAnswer,
  PushRequest,
  SnapshotAnswer,
  SnapshotQuery,
  SyncChangesAnswer,
  SyncChangesQuery,
  SyncStatusAnswer,
} from '../../http/sync.ts';
import type { ProblemCode } from '../../problems/catalog.ts';
import { LEASE_HEADER, PROTOCOL_VERSION, USER_HEADER } from '../../sync/protocol.ts';
import { EXAMPLE_IDS, type OperationDoc, ProtocolHeader } from '../operation-doc.ts';

/** Of every operation under /v1/sync. */
const SyncHeaders = ProtocolHeader.extend({
  [USER_HEADER]: z.string().optional().meta({
    description: 'The user whose devices sync: needed with an API key, with a user token the user itself',
    example: EXAMPLE_IDS.user,
  }),
});
const PushHeaders = SyncHeaders.extend({
  [LEASE_HEADER]: z.string().optional().meta({ description: 'The lease that the push is counted under' }),
});
const CALLER_PROBLEMS: readonly ProblemCode[] = [
  'user.not_found',
  'sync.user_required',
  'sync.protocol_unsupported',
];
const PULL_PROBLEMS: readonly ProblemCode[] = [
  ...CALLER_PROBLEMS,
  'request.bad_cursor',
  'sync.unknown_entity_type',
  'sync.resync_required',
  'sync.lease_refused',
];
const WRITE_PROBLEMS: readonly ProblemCode[] = [
  ...CALLER_PROBLEMS,
  'sync.payload_conflict',
  'sync.operation_running',
  'sync.operation_expired',
  'sync.contention',
];

const INSTANT = '2026-11-21T18:00:00.000Z';
const PHONE = 'phone-1';
const HLC = `1795284000000-0000-${PHONE}`;
const ENTRY = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
const GOAL = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const OPERATION = 'op-9f2c41d07be35a68';
const CONFLICT = '01kah3v5w8f0xq9d3m7t2c6e4r';
const SYNC_CURSOR = '1.eyJlIjoiMDFrYWgzdiIsInMiOjE3fQ.5c1e9a02';
const JOURNAL_ENTRY = { title: 'Evening', content: 'Slept well.', mood: 'calm', tags: ['sleep'] };
const ROW = {
  entityType: 'journal_entries',
  id: ENTRY,
  version: 3,
  seq: 17,
  data: JOURNAL_ENTRY,
  updatedAt: INSTANT,
  originDeviceId: PHONE,
};

const READ_OPERATIONS = {
  pullChanges: {
    group: 'Device sync',
    summary: 'What changed since a cursor',
    description:
      'In the order of commits. A row that changed more than once in a page is there once, as it is now; deletions are there too. Without `cursor` from the beginning of the log. Keep one cursor per filter: with another `entityTypes`, another user, or from before the horizon of 90 days it is 410, and you begin with a snapshot. Answers carry `X-Headwater-Time` (unix ms), by which a device learns how far its clock is off.',
    query: SyncChangesQuery,
    headers: SyncHeaders,
    answers: {
      200: {
        description: 'A page; go on at once while `hasMore`',
        schema: SyncChangesAnswer,
        example: {
          changes: [
            { ...ROW, op: 'upsert' },
            {
              entityType: 'goals',
              id: GOAL,
              op: 'delete',
              version: 5,
              seq: 17,
              updatedAt: INSTANT,
              originDeviceId: null,
            },
          ],
          cursor: SYNC_CURSOR,
          hasMore: false,
        },
      },
    },
    problems: PULL_PROBLEMS,
  },
  readSnapshot: {
    group: 'Device sync',
    summary: 'Every living row, for a first sync or a new one',
    description:
      'Page by page, parents before children. Then go on with `thenCursor` under `/v1/sync/changes`: it stands where the snapshot began, so that what was written meanwhile comes after it.',
    query: SnapshotQuery,
    headers: SyncHeaders,
    answers: {
      200: {
        description: 'A page',
        schema: SnapshotAnswer,
        example: {
          rows: [ROW],
          cursor: null,
          hasMore: false,
          thenCursor: SYNC_CURSOR,
          progress: { rowsTotal: 1 },
        },
      },
    },
    problems: PULL_PROBLEMS,
  },
  readDigest: {
    group: 'Device sync',
    summary: 'What a device that is in step holds',
    description:
      'Per entity type the number of living rows, and the sum modulo 2^64 of the first 8 bytes (big endian) of SHA-256 over the canonical JSON (RFC 8785) of `{id, version, data}`, as 16 hex digits. A device that computes the same at the same `seq` equals the server.',
    query: DigestQuery,
    headers: SyncHeaders,
    answers: {
      200: {
        description: 'The digests',
        schema: DigestAnswer,
        example: { seq: 17, types: { journal_entries: { count: 1, hash: '8f14e45fceea167a' } } },
      },
    },
    problems: [...CALLER_PROBLEMS, 'sync.unknown_entity_type'],
  },
  listConflicts: {
    group: 'Device sync',
    summary: 'Where devices wrote the same thing',
    description:
      'The newest first, with both sides and what came of them. Those that a person has to decide are `open`; the others were settled by the policies, or by somebody, and are kept for 90 days.',
    query: ConflictsQuery,
    headers: SyncHeaders,
    answers: {
      200: {
        description: 'A page',
        schema: ConflictsAnswer,
        example: {
          conflicts: [
            {
              conflictId: CONFLICT,
              entityType: 'journal_entries',
              id: ENTRY,
              status: 'resolved',
              outcome: 'merged',
              policy: 'merge',
              fields: ['title'],
              baseVersion: 1,
              client: { version: null, data: { title: 'Evening' }, hlc: HLC },
              server: { version: 2, data: { ...JOURNAL_ENTRY, title: 'Night' }, hlc: null },
              result: { version: 3, data: JOURNAL_ENTRY, hlc: null },
              deviceId: PHONE,
              requestId: 'r-1',
              createdAt: INSTANT,
              resolvedAt: INSTANT,
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: [...CALLER_PROBLEMS, 'request.bad_cursor'],
  },
  readSyncStatus: {
    group: 'Device sync',
    summary: 'Where the log stands',
    description: 'And which entity types and which version of the protocol the server has.',
    headers: SyncHeaders,
    answers: {
      200: {
        description: 'The status',
        schema: SyncStatusAnswer,
        example: {
          protocolVersion: PROTOCOL_VERSION,
          epoch: '01kah3v5w8f0xq9d3m7t2c6e4r',
          seq: 17,
          horizonSeq: 0,
          rowCount: 1,
          openConflictCount: 0,
          entityTypes: ['goals', 'journal_entries'],
          serverTime: INSTANT,
        },
      },
    },
    problems: CALLER_PROBLEMS,
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;

/** Devices of a user in step with each other, offline for as long as they like. */
export const DEVICE_SYNC_OPERATIONS = {
  pushChanges: {
    group: 'Device sync',
    summary: 'Send what was edited on a device',
    description:
      'At most 1,000 changes and 5 MB. Each change stands alone: one that cannot be taken is under `failed` with its code, and whether the same may be taken later, and harms no other. Changes of one push see those before them. What meets a change that the device did not know of is merged by the policies of its type, and leaves a conflict record. Repeat the same operation id with the same changes until it is answered: it counts once, and the answer is the same byte for byte.',
    headers: PushHeaders,
    body: {
      schema: PushRequest,
      example: {
        deviceId: PHONE,
        operationId: OPERATION,
        changes: [
          {
            requestId: 'r-1',
            entityType: 'journal_entries',
            id: ENTRY,
            op: 'update',
            baseVersion: 1,
            data: { title: 'Evening', tags: { add: ['sleep'], remove: [] } },
            hlc: HLC,
          },
          {
            requestId: 'r-2',
            entityType: 'goals',
            id: GOAL,
            op: 'delete',
            baseVersion: 4,
            hlc: `1795284000000-0001-${PHONE}`,
          },
        ],
      },
    },
    answers: {
      200: {
        description: 'Every change was taken, and none met another',
        schema: PushAnswer,
        example: {
          operationId: OPERATION,
          seq: 17,
          successful: [
            { requestId: 'r-1', entityType: 'journal_entries', id: ENTRY, version: 2 },
            { requestId: 'r-2', entityType: 'goals', id: GOAL, version: 5 },
          ],
          conflicts: [],
          failed: [],
        },
      },
      207: {
        description: 'Some are under `conflicts` or `failed`',
        schema: PushAnswer,
        example: {
          operationId: OPERATION,
          seq: 17,
          successful: [],
          conflicts: [
            {
              requestId: 'r-1',
              entityType: 'journal_entries',
              id: ENTRY,
              conflictId: CONFLICT,
              outcome: 'merged',
              version: 3,
              server: { id: ENTRY, version: 3, deleted: false, data: JOURNAL_ENTRY, updatedAt: INSTANT },
            },
          ],
          failed: [
            {
              requestId: 'r-2',
              code: 'sync.base_from_future',
              message: 'The base is newer than the row.',
              retryable: false,
            },
          ],
        },
      },
    },
    problems: [...WRITE_PROBLEMS, 'sync.lease_refused'],
  },
  ...READ_OPERATIONS,
  leaseSync: {
    group: 'Device sync',
    summary: 'Ask for a window to sync in',
    description:
      'Admission control, never needed for correctness: a window and a number of requests, or a reason and how long to wait.',
    headers: SyncHeaders,
    body: {
      schema: LeaseRequest,
      example: { kind: 'data_sync', deviceId: PHONE, requestedBatchSize: 500 },
    },
    answers: {
      200: {
        description: 'Granted or denied',
        schema: LeaseAnswer,
        example: {
          status: 'GRANTED',
          lease: {
            leaseId: 'data_sync.0.01kah3v5w8f0xq9d3m7t2c6e4r',
            kind: 'data_sync',
            issuedAt: INSTANT,
            expiresAt: '2026-11-21T19:00:00.000Z',
            windowMs: 3_600_000,
            maxRequests: 80,
            batchSize: 500,
          },
        },
      },
    },
    problems: CALLER_PROBLEMS,
  },
  resolveConflicts: {
    group: 'Device sync',
    summary: 'Decide conflicts',
    description:
      'At most 100 at once, each by itself: the side of the client, that of the server, or fields of your own with `merged`. It is a change like any other and reaches every device. What the policies settled can be settled otherwise; what a person decided already stays.',
    headers: SyncHeaders,
    body: {
      schema: BatchResolveRequest,
      example: {
        deviceId: PHONE,
        operationId: 'op-41d07be35a689f2c',
        resolutions: [{ conflictId: CONFLICT, strategy: 'client' }],
      },
    },
    answers: {
      200: {
        description: 'All are resolved',
        schema: BatchResolveAnswer,
        example: {
          operationId: 'op-41d07be35a689f2c',
          seq: 18,
          resolved: [{ conflictId: CONFLICT, entityType: 'journal_entries', id: ENTRY, version: 4 }],
          failed: [],
        },
      },
      207: { description: 'Some are under `failed`', schema: BatchResolveAnswer },
    },
    problems: WRITE_PROBLEMS,
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
