import {
  ListProductImpactAnswer,
  ListProductImpactQuery,
  ListSessionImpactAnswer,
  ListSessionImpactQuery,
  ReadTelemetryQuery,
  SessionTelemetry,
} from '../../http/impact.ts';
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
  expectedPerHour: 60,
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

const PRODUCT_IMPACT = {
  productId: PRODUCT,
  productName: 'Valerian',
  metric: 'heart_rate',
  unit: '/min',
  periodDays: 30,
  windowMin: 60,
  expectedPerHour: 60,
  status: 'READY',
  sessionCount: 12,
  baselineMean: 71.5,
  during: { mean: 8.1, median: 8, interval95: { low: 6.4, high: 9.8 } },
  duringPct: { mean: 11.3, median: 11, interval95: { low: 9, high: 13.6 } },
  after: { mean: -3.4, median: -3.5, interval95: { low: -4.3, high: -2.5 } },
  afterPct: { mean: -4.8, median: -5, interval95: { low: -6, high: -3.6 } },
  consistency: 0.6,
  score: 0.81,
  confidence: 'HIGH',
  isReliable: true,
  flags: ['PRIMARY_PRODUCT_ONLY', 'MIXED_RELIABILITY'],
  evidenceSessionIds: [SESSION],
  coverage: 0.92,
  unreliableCount: 1,
  excluded: [{ reason: 'no_data', count: 2 }],
};

const TELEMETRY = {
  sessionId: SESSION,
  sessionVersion: 2,
  sessionStatus: 'ACTIVE',
  startedAt: '2026-11-21T18:00:00.000Z',
  endedAt: null,
  isRunning: true,
  from: '2026-11-21T17:00:00.000Z',
  to: '2026-11-21T18:20:00.000Z',
  isCut: false,
  resolution: '1m',
  series: [
    {
      metric: 'heart_rate',
      unit: '/min',
      isComplete: true,
      points: [{ start: '2026-11-21T17:00:00.000Z', count: 1, min: 72, max: 72, mean: 72 }],
      gaps: [{ from: '2026-11-21T17:01:00.000Z', to: '2026-11-21T18:20:00.000Z', missingCount: 79 }],
    },
  ],
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
  listProductImpact: {
    group: 'Reading',
    summary: 'What products did to a metric',
    description:
      "Over the last 7, 30 or 90 days, from the reliable sessions that are credited to each product: mean, median and 95 % interval of the changes during and after, how sure that is, and the sessions behind it. A session is credited to its primary product, or without one to the single product of its consumptions. `during` and `after` are in the metric's unit, `duringPct` and `afterPct` in percent of the hour before.",
    query: ListProductImpactQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'Every product of the period with each metric',
        schema: ListProductImpactAnswer,
        example: {
          products: [PRODUCT_IMPACT],
          from: '2026-10-22T19:31:02.000Z',
          to: '2026-11-21T19:31:02.000Z',
          notCredited: { none: 1, several: 0, notCompleted: 1 },
          isBehind: false,
          isCut: false,
        },
      },
    },
    problems: ['read.metric_unknown', 'read.metric_not_rolled_up', 'read.metric_blocked'],
  },
  readSessionTelemetry: {
    group: 'Reading',
    summary: 'Series of a session, running or ended',
    description:
      'Buckets of one or five minutes from an hour before the start to an hour after the end, or to now, with the stretches where two or more are missing. Computed as it is asked for.',
    query: ReadTelemetryQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: { description: 'The series', schema: SessionTelemetry, example: TELEMETRY },
    },
    problems: [
      'entity.not_found',
      'read.metric_unknown',
      'read.metric_not_rolled_up',
      'read.metric_blocked',
      'read.range_too_large',
    ],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
