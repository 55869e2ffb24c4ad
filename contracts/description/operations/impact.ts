import { ListSessionImpactAnswer, ListSessionImpactQuery } from '../../http/impact.ts';
import type { Operation } from '../../http/routes.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const SESSION = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const PRODUCT = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';

const SESSION_IMPACT = {
  sessionId: SESSION,
  sessionVersion: 3,
  startedAt: '2026-11-21T18:00:00.000Z',
  endedAt: '2026-11-21T18:30:00.000Z',
  productId: PRODUCT,
  credit: 'primary',
  metric: 'heart_rate',
  unit: '/min',
  status: 'READY',
  windowMin: 60,
  before: { mean: 72, min: 64, max: 81, count: 60, coverage: 1 },
  during: { mean: 81, min: 70, max: 92, count: 31, coverage: 1 },
  after: { mean: 68.4, min: 61, max: 80, count: 57, coverage: 0.95 },
  deltaDuring: 9,
  deltaDuringPct: 12.5,
  deltaAfter: -3.6,
  deltaAfterPct: -5,
  isReliable: true,
  computedAt: '2026-11-21T19:31:02.000Z',
  computeVersion: 1,
};

export const IMPACT_OPERATIONS = {
  listSessionImpact: {
    group: 'Reading',
    summary: 'What sessions did to a metric: before, during and after',
    description:
      'Completed sessions of device sync against metrics that are read at least once an hour: the hour before, the session, the hour after, each reading by its midpoint, each minute by the source of highest priority. In the order of their start, then of metrics. READY says that the entry equals a recomputation from what is stored now. A session over 24 h is PARTIAL.',
    query: ListSessionImpactQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page of impacts',
        schema: ListSessionImpactAnswer,
        example: { impacts: [SESSION_IMPACT], isBehind: false, nextCursor: null },
      },
    },
    problems: [
      'request.bad_cursor',
      'read.metric_unknown',
      'read.metric_not_rolled_up',
      'read.metric_blocked',
    ],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
