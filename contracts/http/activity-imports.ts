import * as z from 'zod';
import { MAX_TRACK_POINT_COUNT } from '../limits.ts';
import { InstantText } from '../primitives/time.ts';

/** Why a file of an activity gave nothing, or less than it holds. Closed: callers switch on it. */
export const ACTIVITY_FAULTS = [
  'activity.no_file',
  'activity.file_too_large',
  'activity.unknown_format',
  'activity.damaged',
  'activity.none',
  'activity.too_large',
  'activity.unreadable',
  'ingest.upload_disabled',
  'read.metric_blocked',
] as const;

export const CreateActivityImportRequest = z
  .object({
    format: z
      .enum(['fit', 'tcx', 'gpx'])
      .optional()
      .meta({ description: 'A file of another kind is refused; absent: told by what is in the file' }),
    source: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, {
        error: '1 to 64 of a-z, 0-9, . _ - that begin with a letter or digit',
      })
      // Entries by hand are edited and deleted as such, and come by PUT alone.
      .refine((name) => name !== 'manual', { error: 'is the name of entries by hand' })
      .default('file')
      .meta({ description: 'Where the file comes from, as the provider of its workouts and samples' }),
    onDamage: z.enum(['refuse', 'summary', 'keep']).default('summary').meta({
      description:
        'Of a damaged file: keep imports what is before the damage; summary does so only where a FIT file breaks off behind the summaries of all its activities, so that their figures are whole; refuse imports nothing. What was imported of a damaged file says so in `damage`',
    }),
  })
  .meta({ id: 'CreateActivityImportRequest' });
export type CreateActivityImportRequest = z.infer<typeof CreateActivityImportRequest>;

/** PUT the file to `url` with `headers` before `expiresAt`, then start the import. */
export const CreateActivityImportAnswer = z
  .object({
    importId: z.string(),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
    expiresAt: InstantText,
  })
  .meta({ id: 'ActivityImportPlace' });
export type CreateActivityImportAnswer = z.infer<typeof CreateActivityImportAnswer>;

export const ActivityImportStatus = z.enum(['waiting', 'queued', 'running', 'done', 'failed']);
export type ActivityImportStatus = z.infer<typeof ActivityImportStatus>;

const count = z.int().nonnegative();

export const ActivityImport = z
  .object({
    importId: z.string(),
    status: ActivityImportStatus.meta({
      description: 'waiting: for its file and its start; done and failed are the end of it',
    }),
    code: z.enum(ACTIVITY_FAULTS).optional().meta({ description: 'Of one that failed' }),
    detail: z.string().optional(),
    workouts: z.array(
      z.object({
        id: z.string(),
        outcome: z.enum(['created', 'updated', 'unchanged', 'refused']),
        reason: z.string().optional().meta({ description: 'Of a workout that was refused' }),
      }),
    ),
    samples: z.object({ accepted: count, updated: count, duplicate: count, refused: count }),
    droppedCount: count.meta({
      description: 'Points and values of the file that cannot be right and were left out',
    }),
    damage: z
      .object({ where: z.string(), reason: z.string() })
      .optional()
      .meta({ description: 'Where the file stops to make sense, of one that was imported up to there' }),
  })
  .meta({ id: 'ActivityImport' });
export type ActivityImport = z.infer<typeof ActivityImport>;

export const GetWorkoutTrackQuery = z.object({
  maxPoints: z.coerce
    .number()
    .int()
    .min(2)
    .max(MAX_TRACK_POINT_COUNT)
    .default(2_000)
    .meta({ description: 'Of more points some are left out at even distances' }),
});
export type GetWorkoutTrackQuery = z.infer<typeof GetWorkoutTrackQuery>;

export const WorkoutTrackAnswer = z
  .object({
    pointCount: count.meta({ description: 'That the track has, whatever is shown of them' }),
    points: z.object({
      times: z.array(InstantText),
      latitudes: z.array(z.number()),
      longitudes: z.array(z.number()),
      altitudesM: z.array(z.number().nullable()),
    }),
  })
  .meta({ id: 'WorkoutTrack' });
export type WorkoutTrackAnswer = z.infer<typeof WorkoutTrackAnswer>;
