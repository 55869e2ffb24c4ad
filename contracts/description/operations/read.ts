import * as z from 'zod';
import { ListChangesAnswer, ListChangesQuery } from '../../http/changes.ts';
import { PrioritiesAnswer, PutPrioritiesRequest } from '../../http/priorities.ts';
import { ListRollupsAnswer, ListRollupsQuery } from '../../http/rollups.ts';
import type { Operation } from '../../http/routes.ts';
import { ListBucketsAnswer, ListSamplesAnswer, ListSamplesQuery } from '../../http/samples.ts';
import { ListMetricsAnswer } from '../../http/user-metrics.ts';
import { ETagHeader, EXAMPLE_IDS, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const INSTANT = '2026-11-21T18:00:00.000Z';
const READ_PROBLEMS = [
  'request.invalid',
  'request.bad_cursor',
  'read.metric_unknown',
  'read.metric_not_rolled_up',
  'read.metric_blocked',
  'read.range_too_large',
] as const;
const PRIORITIES = {
  orders: { '*': ['device:watch', 'garmin'], steps: ['apple_health'] },
  defaultOrder: {
    providers: [
      'apple_health',
      'garmin',
      'fitbit',
      'polar',
      'whoop',
      'oura',
      'withings',
      'health_connect',
      'strava',
    ],
    devices: ['device:watch', 'device:band', 'device:ring', 'device:phone', 'device:scale', 'device:other'],
  },
  seq: 18,
  recompute: {
    seq: 18,
    status: 'running',
    computedCount: 62,
    doneCount: 3,
    totalCount: 11,
    at: { model: 'rollups', metric: 'heart_rate', throughDate: '2026-08-31' },
  },
};

const RollupHeaders = ETagHeader.extend({
  'x-min-seq': z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .meta({ description: 'Waits up to 2 s for this sequence number, to read your own write' }),
});

const SERIES_OPERATIONS = {
  listSamples: {
    group: 'Reading',
    summary: 'Samples or buckets of one metric',
    description:
      'Samples in the order of their start, or aggregates of 1m, 5m, 15m, 1h or 1d with `resolution`. Pages stay stable while others write.',
    query: ListSamplesQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page of samples, or of buckets with `resolution`',
        schema: z.union([ListSamplesAnswer, ListBucketsAnswer]),
        example: {
          samples: [
            {
              metric: 'heart_rate',
              sourceId: EXAMPLE_IDS.source,
              provider: 'apple_health',
              start: INSTANT,
              end: INSTANT,
              value: 61,
              unit: '/min',
              zoneOffsetMinutes: -300,
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: READ_PROBLEMS,
  },
  listRollups: {
    group: 'Reading',
    summary: 'Daily, weekly or monthly figures, and how fresh they are',
    description:
      'Local dates, both included. A day without data is there as NO_DATA, its figures null. READY says that the row equals a recomputation from the samples stored now. `X-Seq` of the answer is the sequence number as it was read. With `period=week` or `month` an entry has `period`, `from` and `to` in place of `date`.',
    query: ListRollupsQuery,
    headers: RollupHeaders,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListRollupsAnswer,
        example: {
          rollups: [
            {
              date: '2026-11-21',
              metric: 'steps',
              unit: '{steps}',
              status: 'READY',
              sourceSeq: 17,
              computedAt: INSTANT,
              computeVersion: 1,
              count: 412,
              sum: 9214,
              min: 0,
              max: 131,
              mean: 22.36,
              variance: 812.4,
              first: { at: '2026-11-21T05:00:00.000Z', value: 0 },
              last: { at: INSTANT, value: 112 },
              coverage: 0.29,
              sources: [{ sourceId: EXAMPLE_IDS.source, provider: 'apple_health', count: 412 }],
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: READ_PROBLEMS,
  },
  listMetrics: {
    group: 'Reading',
    summary: 'What the user has',
    description: 'Every metric with samples: first, last, and how many from which source.',
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The metrics',
        schema: ListMetricsAnswer,
        example: {
          metrics: [
            {
              metric: 'steps',
              unit: '{steps}',
              count: 412,
              first: '2026-11-21T05:00:00.000Z',
              last: INSTANT,
              sources: [
                {
                  sourceId: EXAMPLE_IDS.source,
                  provider: 'apple_health',
                  count: 412,
                  first: '2026-11-21T05:00:00.000Z',
                  last: INSTANT,
                  units: { count: 412 },
                },
              ],
            },
          ],
        },
      },
    },
    problems: [],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;

export const READ_OPERATIONS = {
  ...SERIES_OPERATIONS,
  listChanges: {
    group: 'Reading',
    summary: 'What was committed since a sequence number',
    description:
      'One entry per transaction, in order and without gaps, never with values: read what changed. Entries are kept 90 days; before that horizon the answer is 410, and you read everything anew.',
    query: ListChangesQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListChangesAnswer,
        example: {
          changes: [
            {
              kind: 'samples',
              seq: 17,
              committedAt: INSTANT,
              correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
              requestId: 'phone-1.2026-11-21.42',
              origin: 'live',
              changes: [
                {
                  metric: 'steps',
                  sourceId: EXAMPLE_IDS.source,
                  block: `2026-11-21#${EXAMPLE_IDS.source}`,
                  version: 3,
                  from: INSTANT,
                  to: INSTANT,
                  dates: ['2026-11-21'],
                  counts: { added: 1, updated: 0, deleted: 0 },
                },
              ],
            },
          ],
          nextSince: 17,
          hasMore: false,
        },
      },
    },
    problems: ['request.invalid', 'changes.gone'],
  },
  getPriorities: {
    group: 'Reading',
    summary: 'Which source wins',
    description:
      "The user's own orders; where it has none the workspace's, then the default, decide. `recompute` says how far the rows are that the last change touched.",
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: { description: 'The orders', schema: PrioritiesAnswer, example: PRIORITIES },
    },
    problems: [],
  },
  putPriorities: {
    group: 'Reading',
    summary: 'Set which source wins',
    description:
      'Replaces all orders of the user. The rollups, nights and impacts it touches are stale until they are computed again, oldest first; `recompute` says how far that is. Workouts follow at once.',
    body: { schema: PutPrioritiesRequest, example: { orders: PRIORITIES.orders } },
    answers: {
      200: { description: 'The orders as they are now', schema: PrioritiesAnswer, example: PRIORITIES },
    },
    problems: ['user.conflict'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
