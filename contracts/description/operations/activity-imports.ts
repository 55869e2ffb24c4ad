import {
  ActivityImport,
  CreateActivityImportAnswer,
  CreateActivityImportRequest,
  GetWorkoutTrackQuery,
  WorkoutTrackAnswer,
} from '../../http/activity-imports.ts';
import type { Operation } from '../../http/routes.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const IMPORT_ID = 'imp_01kah3v5w8f0xq9d3m7t2c6e4r';
const QUEUED = {
  importId: IMPORT_ID,
  status: 'queued',
  workouts: [],
  samples: { accepted: 0, updated: 0, duplicate: 0, refused: 0 },
  droppedCount: 0,
} as const satisfies ActivityImport;

/** Files of activities: FIT, TCX and GPX, plain or gzip. */
export const ACTIVITY_IMPORT_OPERATIONS = {
  createActivityImport: {
    group: 'Ingestion',
    summary: 'A place for an activity file',
    description:
      'For a FIT, TCX or GPX file of up to 25 MB, plain or gzip. PUT the file to `url` with exactly `headers` before `expiresAt` (`curl -X PUT -H \'content-type: application/octet-stream\' --data-binary @run.fit "$URL"`; the address is signed and takes no key), then start the import. Workouts and samples of the file have `source` as their provider: the same file again under the same name changes nothing.',
    body: {
      schema: CreateActivityImportRequest,
      example: { source: 'garmin_export', onDamage: 'refuse' },
    },
    answers: {
      201: {
        description: 'Where to put the file',
        schema: CreateActivityImportAnswer,
        example: {
          importId: IMPORT_ID,
          url: 'https://payloads.example.com/uploads/...?X-Amz-Signature=...',
          headers: { 'content-type': 'application/octet-stream' },
          expiresAt: '2026-11-21T13:15:00.000Z',
        },
      },
    },
    problems: [],
  },
  startActivityImport: {
    group: 'Ingestion',
    summary: 'Import the file that was put',
    description:
      'The file is read behind a queue: ask for the import until it is `done` or `failed`. A repeat is harmless, and one that failed is tried again, as with another file at the same place.',
    answers: {
      202: {
        description: 'The import, queued unless it is done already',
        schema: ActivityImport,
        example: QUEUED,
      },
    },
    problems: ['activity.import_not_found'],
  },
  getActivityImport: {
    group: 'Ingestion',
    summary: 'What became of an activity file',
    description:
      'Kept for 30 days. `failed` says why by `code`; of a damaged file `detail` says where it stops to make sense. With `onDamage: keep` what is before that is imported and `damage` says so.',
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The import',
        schema: ActivityImport,
        example: {
          ...QUEUED,
          status: 'done',
          workouts: [{ id: '3v5w8f0xq9d3m7t2c6e4r3v5w8', outcome: 'created' }],
          samples: { accepted: 8_412, updated: 0, duplicate: 0, refused: 0 },
        },
      },
    },
    problems: ['activity.import_not_found'],
  },
  getWorkoutTrack: {
    group: 'Reading',
    summary: 'The way of a workout',
    description:
      'Points as columns of equal length, in the order of time. Of a track of more than `maxPoints` points some are left out at even distances, the first and the last never.',
    query: GetWorkoutTrackQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The track',
        schema: WorkoutTrackAnswer,
        example: {
          pointCount: 2_809,
          points: {
            times: ['2026-11-21T11:05:12.000Z', '2026-11-21T11:47:02.000Z'],
            latitudes: [58.9591828, 58.9588145],
            longitudes: [5.7288368, 5.7298341],
            altitudesM: [55, null],
          },
        },
      },
    },
    problems: ['request.invalid', 'read.metric_blocked', 'workout.not_found', 'workout.track_not_found'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
