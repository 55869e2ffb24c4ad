import { ListRebuildsAnswer, ListRebuildsQuery, Rebuild, StartRebuildRequest } from '../../http/rebuilds.ts';
import type { Operation } from '../../http/routes.ts';
import { EXAMPLE_IDS, type OperationDoc } from '../operation-doc.ts';

const REBUILD = {
  rebuildId: EXAMPLE_IDS.rebuild,
  state: 'running',
  code: null,
  userId: null,
  models: ['rollups', 'sleep'],
  metrics: null,
  from: '2026-01-01',
  to: null,
  userCount: 12,
  computedCount: 480,
  currentCount: 3200,
  unsettledCount: 0,
  at: { userId: EXAMPLE_IDS.user, model: 'rollups', metric: 'steps', throughDate: '2026-03-31' },
  createdAt: '2026-11-21T13:00:00.000Z',
  updatedAt: '2026-11-21T13:00:40.000Z',
};

export const REBUILD_OPERATIONS = {
  startRebuild: {
    group: 'Access',
    summary: 'Compute read models again',
    description:
      'Computes every row again that is not equal to its inputs: rollups, nights and impacts of one user or of all, while reads go on. What is current is skipped, so a repeat costs little. A repeat with the same `requestId` answers the same rebuild. At most five of a workspace are at work.',
    body: {
      schema: StartRebuildRequest,
      example: { requestId: 'after-import-7', models: ['rollups', 'sleep'], from: '2026-01-01' },
    },
    answers: { 202: { description: 'The rebuild, as far as it is', schema: Rebuild, example: REBUILD } },
    problems: ['read.metric_unknown', 'user.not_found', 'rebuild.limit_reached', 'rebuild.request_conflict'],
  },
  listRebuilds: {
    group: 'Access',
    summary: 'Rebuilds of the workspace',
    description: 'The newest first; they are kept 30 days.',
    query: ListRebuildsQuery,
    answers: {
      200: {
        description: 'A page of rebuilds',
        schema: ListRebuildsAnswer,
        example: { rebuilds: [REBUILD], nextCursor: null },
      },
    },
    problems: ['request.bad_cursor'],
  },
  getRebuild: {
    group: 'Access',
    summary: 'How far a rebuild is',
    description: 'State, counts, and what is in hand.',
    answers: { 200: { description: 'The rebuild', schema: Rebuild, example: REBUILD } },
    problems: ['rebuild.not_found'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
