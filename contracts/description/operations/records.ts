import { ListRecordsQuery, ListSleepSessionsAnswer, ListWorkoutRecordsAnswer } from '../../http/records.ts';
import type { Operation } from '../../http/routes.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const READ_PROBLEMS = ['request.invalid', 'request.bad_cursor', 'read.metric_blocked'] as const;
const RECORD = {
  id: '3v5w8f0xq9d3m7t2c6e4r3v5w8',
  provider: 'oura',
  source: { provider: 'oura', device: { manufacturer: 'Oura', type: 'ring' } },
  date: '2026-11-21',
  version: 2,
  seq: 31,
  zoneOffsetMinutes: 60,
} as const;

/** Sleep sessions and workouts as the providers' clouds gave them. */
export const RECORD_OPERATIONS = {
  listSleepSessions: {
    group: 'Reading',
    summary: 'Sleep sessions as the sources gave them',
    description:
      'In the order of their start, each once: a revision replaces, a deletion removes. Stages are instants; totals are minutes, and what the source does not say is absent.',
    query: ListRecordsQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListSleepSessionsAnswer,
        example: {
          sessions: [
            {
              ...RECORD,
              externalId: '8f9a5221-639e-4a85-81cb-4065ef23f979',
              start: '2026-11-20T22:10:00.000Z',
              end: '2026-11-21T06:02:00.000Z',
              isNap: false,
              isFinal: true,
              stages: [
                { stage: 'light', start: '2026-11-20T22:20:00.000Z', end: '2026-11-20T22:55:00.000Z' },
                { stage: 'deep', start: '2026-11-20T22:55:00.000Z', end: '2026-11-20T23:40:00.000Z' },
              ],
              totals: { inBedMin: 472, asleepMin: 431, deepMin: 88, lightMin: 241, remMin: 102 },
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: READ_PROBLEMS,
  },
  listWorkoutRecords: {
    group: 'Reading',
    summary: 'Workouts as the sources gave them',
    description:
      'In the order of their start, each once per source: a revision replaces, a deletion removes. Two sources of one activity are two records.',
    query: ListRecordsQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListWorkoutRecordsAnswer,
        example: {
          workouts: [
            {
              ...RECORD,
              provider: 'strava',
              source: { provider: 'strava', device: { model: 'Forerunner 265' } },
              externalId: '12345678987654321',
              start: '2026-11-21T11:05:12.000Z',
              end: '2026-11-21T11:47:02.000Z',
              type: 'running',
              family: 'running',
              providerType: 'Run',
              isManual: false,
              durationSec: 2510,
              movingSec: 2461,
              distanceM: 8042.1,
              avgHeartRateBpm: 151.2,
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: READ_PROBLEMS,
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
