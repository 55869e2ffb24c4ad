import type { Operation } from '../../http/routes.ts';
import {
  BackfillRequest,
  ListQuarantineAnswer,
  ListSyncsAnswer,
  ReplayPreviewAnswer,
  ReplayRequest,
  StartedSyncAnswer,
  Sync,
  SyncPageQuery,
} from '../../http/syncs.ts';
import type { ProblemCode } from '../../problems/catalog.ts';
import { EXAMPLE_IDS, type OperationDoc } from '../operation-doc.ts';
import { EXAMPLE_COUNTS } from './connections.ts';

const SYNC = {
  id: EXAMPLE_IDS.sync,
  connectionId: EXAMPLE_IDS.connection,
  provider: 'garmin',
  trigger: 'manual',
  origin: 'live',
  status: 'running',
  startedAt: '2026-11-21T13:00:10.000Z',
  finishedAt: null,
  counts: EXAMPLE_COUNTS,
  types: [
    {
      type: 'dailies',
      status: 'succeeded',
      from: '2026-10-22T13:00:10.000Z',
      to: '2026-11-21T13:00:10.000Z',
      counts: EXAMPLE_COUNTS,
    },
  ],
  waitingUntil: null,
};
const STARTED = {
  202: {
    description: 'Asked for; watch it under `syncs/{syncId}`',
    schema: StartedSyncAnswer,
    example: { syncId: EXAMPLE_IDS.sync },
  },
} as const;
const LIVING: readonly ProblemCode[] = [
  'connection.not_found',
  'connection.needs_reauth',
  'connection.disconnected',
  'provider.not_configured',
];

export const SYNC_OPERATIONS = {
  startSync: {
    group: 'Connections',
    summary: 'Fetch what is new',
    description:
      'From the last success, with the overlap in which the provider revises. One sync of a connection runs at a time: a second waits for the first, and a third is the second.',
    answers: STARTED,
    problems: LIVING,
  },
  startBackfill: {
    group: 'Connections',
    summary: 'Fetch a range of the past',
    description:
      'In chunks, the oldest first, with progress per type; goes on where it was when it is interrupted. Its events say `backfill`, and backfill.completed.v1 comes at the end of each type.',
    body: {
      schema: BackfillRequest,
      example: { from: '2026-01-01T00:00:00Z', to: '2026-07-01T00:00:00Z', types: ['dailies'] },
    },
    answers: STARTED,
    problems: [...LIVING, 'backfill.range_invalid', 'backfill.type_unknown'],
  },
  listSyncs: {
    group: 'Connections',
    summary: 'The syncs of a connection',
    description: 'The newest first, for 90 days.',
    query: SyncPageQuery,
    answers: {
      200: {
        description: 'A page',
        schema: ListSyncsAnswer,
        example: { syncs: [SYNC], nextCursor: null },
      },
    },
    problems: ['connection.not_found', 'request.bad_cursor'],
  },
  getSync: {
    group: 'Connections',
    summary: 'One sync, as far as it has come',
    description: 'Counts grow while it runs.',
    answers: { 200: { description: 'The sync', schema: Sync, example: SYNC } },
    problems: ['connection.not_found', 'sync.not_found'],
  },
  getSyncById: {
    group: 'Connections',
    summary: 'One sync of any of the connections',
    description: 'The same, for who has no more than its id.',
    answers: { 200: { description: 'The sync', schema: Sync, example: SYNC } },
    problems: ['sync.not_found'],
  },
  listQuarantine: {
    group: 'Connections',
    summary: 'Records that were set aside',
    description:
      'What could not be understood or stored, with the reason and never a value; kept for 30 days. The sync went on without them.',
    query: SyncPageQuery,
    answers: {
      200: {
        description: 'A page',
        schema: ListQuarantineAnswer,
        example: {
          records: [
            {
              id: '01kah3v5w8f0xq9d3m7t2c6e4r',
              syncId: EXAMPLE_IDS.sync,
              type: 'sleeps',
              externalId: 'x51a8c-6734',
              reason: 'durationInSeconds: expected number',
              payload: 'con_01kah3v5w8f0xq9d3m7t2c6e4r/2026-11-21/syn_01kah3v5w8f0xq9d3m7t2c6e4r/sleeps/0',
              index: 3,
              at: '2026-11-21T13:00:41.000Z',
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: ['connection.not_found', 'request.bad_cursor'],
  },
  replayPayloads: {
    group: 'Connections',
    summary: 'Map kept payloads again',
    description:
      'What the provider sent is kept for 30 days. After a mapping was mended it is mapped again, without asking the provider. With `dryRun` the answer says what would change, by metric and day, and nothing does.',
    body: { schema: ReplayRequest, example: { from: '2026-11-01', to: '2026-11-20' } },
    answers: {
      ...STARTED,
      200: {
        description: 'With `dryRun`: what would change',
        schema: ReplayPreviewAnswer,
        example: {
          complete: true,
          counts: {
            payloads: 12,
            accepted: 0,
            updated: 30,
            duplicate: 410,
            deleted: 0,
            refused: 0,
            unreadable: 0,
          },
          changes: [
            {
              what: 'respiratory_rate',
              dates: ['2026-11-19', '2026-11-20'],
              counts: { added: 0, updated: 30, deleted: 0 },
            },
          ],
        },
      },
    },
    problems: ['connection.not_found', 'provider.not_configured', 'backfill.range_invalid'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
