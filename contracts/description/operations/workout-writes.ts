import * as z from 'zod';
import { IngestQueuedAnswer, IngestSamplesAnswer } from '../../http/ingest-samples.ts';
import { PageQuery } from '../../http/paging.ts';
import type { Operation } from '../../http/routes.ts';
import {
  ListWorkoutSyncStatesAnswer,
  PutWorkoutRequest,
  UpsertWorkoutsRequest,
} from '../../http/workout-writes.ts';
import { WorkoutDetail } from '../../http/workouts.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const SOURCE = { provider: 'apple_health', device: { model: 'Watch9,1', type: 'watch' as const } };
const BATCH = {
  requestId: 'phone-1.workouts.7',
  source: SOURCE,
  workouts: [
    {
      externalId: '0B5C3E0A-4F2E-4E5B-8B43-2B7F3E1D9A10',
      providerType: 'HKWorkoutActivityTypeRunning',
      start: '2026-11-21T11:05:12+01:00',
      end: '2026-11-21T11:47:02+01:00',
      distanceM: 8042.1,
      energyKcal: 512,
      avgHeartRateBpm: 151.2,
    },
  ],
  anchor: 'YnBsaXN0MDA',
};
const COUNTS = {
  accepted: 1,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
  refused: 0,
};
const ENTRY = {
  type: 'yoga',
  start: '2026-11-21T18:00:00+01:00',
  end: '2026-11-21T18:45:00+01:00',
  title: 'Evening class',
};
const STORED_ENTRY = {
  id: 'h2q9d3m7t2c6e4r3v5w83v5w8f',
  type: 'yoga',
  family: 'mind_body',
  start: '2026-11-21T17:00:00.000Z',
  end: '2026-11-21T17:45:00.000Z',
  zoneOffsetMinutes: 60,
  durationSec: 2700,
  source: { provider: 'manual' },
  externalId: 'yoga-2026-11-21',
  primary: true,
  title: 'Evening class',
  providerType: 'yoga',
  isManual: true,
  laps: [],
  children: [],
  duplicates: [],
  version: 1,
  seq: 32,
};

const IfMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({ description: 'ETag of the entry as you know it; 412 when it is another' }),
});
const PutHeaders = IfMatch.extend({
  'if-none-match': z.literal('*').optional().meta({ description: 'Make the entry; 412 when it is there' }),
});

/** Workouts in: batches of sources, entries by hand, and how far each source has sent. */
export const WORKOUT_WRITE_OPERATIONS = {
  upsertWorkouts: {
    group: 'Ingestion',
    summary: 'Store, replace and delete workouts of a source, exactly once',
    description:
      'Up to 500 workouts and deletions together, and 1 MB, are answered at once; up to 10,000 are queued: repeat the same request after `retryAfterMs` for the final answer. A repeat of a request id with the same payload gets the stored answer byte for byte, for 30 days; request ids are shared with samples. A workout is known by provider and `externalId`: sent again it is a duplicate, changed it is updated, with an older revision superseded. A bad workout refuses itself alone: 207. An unknown type is taken as `other` with the word kept.',
    body: { schema: UpsertWorkoutsRequest, example: BATCH },
    answers: {
      200: {
        description: 'All taken',
        schema: IngestSamplesAnswer,
        example: { requestId: BATCH.requestId, seq: 17, counts: COUNTS, refused: [] },
      },
      202: {
        description: 'Queued: repeat the request for its answer',
        schema: IngestQueuedAnswer,
        example: { requestId: BATCH.requestId, status: 'queued', retryAfterMs: 2000 },
      },
      207: {
        description: 'Some workouts refused, the others taken',
        schema: IngestSamplesAnswer,
        example: {
          requestId: BATCH.requestId,
          seq: 16,
          counts: { ...COUNTS, accepted: 0, refused: 1 },
          refused: [{ index: 0, reason: 'bad_interval', message: 'the end is before the start' }],
        },
      },
    },
    problems: [
      'request.invalid',
      'request.too_many_items',
      'ingest.hash_mismatch',
      'ingest.payload_conflict',
      'ingest.upload_disabled',
      'ingest.contention',
    ],
  },
  listWorkoutSyncStates: {
    group: 'Reading',
    summary: 'How far each source has sent its workouts',
    description:
      'One entry per source that sent a batch: its anchor, and what became of its latest request. A request that was taken earlier and ended later changes nothing.',
    query: PageQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListWorkoutSyncStatesAnswer,
        example: {
          sources: [
            {
              source: SOURCE,
              anchor: BATCH.anchor,
              lastStatus: 'success',
              lastSyncedAt: '2026-11-21T12:00:00.000Z',
              counts: COUNTS,
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: ['request.invalid', 'request.bad_cursor', 'read.metric_blocked'],
  },
  putWorkout: {
    group: 'Ingestion',
    summary: 'Enter a workout by hand, or replace such an entry',
    description:
      '`{workoutId}` is the id that the answer gave, or your own: 1 to 128 letters, digits, `.`, `_`, `:` and `-`. Fields that are left out are gone. The same again changes nothing. Workouts of other sources are changed by these alone.',
    headers: PutHeaders,
    body: { schema: PutWorkoutRequest, example: ENTRY },
    answers: {
      200: { description: 'The entry as it is now', schema: WorkoutDetail, example: STORED_ENTRY },
      201: { description: 'The entry was made', schema: WorkoutDetail, example: STORED_ENTRY },
    },
    problems: [
      'request.invalid',
      'ingest.upload_disabled',
      'read.metric_blocked',
      'workout.not_manual',
      'workout.not_found',
      'entity.changed',
      'entity.exists',
      'ingest.contention',
    ],
  },
  deleteWorkout: {
    group: 'Ingestion',
    summary: 'Delete a workout that was entered by hand',
    description: 'By the id that we gave or your own. A second time it is 204 as well.',
    headers: IfMatch,
    answers: { 204: { description: 'It is not there any more' } },
    problems: [
      'request.invalid',
      'workout.not_manual',
      'workout.not_found',
      'entity.changed',
      'ingest.contention',
    ],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
