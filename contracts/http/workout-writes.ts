import * as z from 'zod';
import { Origin } from '../events/samples-changed.v1.ts';
import { MAX_QUEUED_ITEM_COUNT } from '../limits.ts';
import { RequestId } from '../primitives/ids.ts';
import { InstantText } from '../primitives/time.ts';
import { IngestCounts, SourceInput } from './ingest-samples.ts';
import { NextCursor } from './paging.ts';

/** 18 hours, as java.time: offsets in use lie in -12:00 to +14:00. */
const MAX_ZONE_OFFSET_MINUTES = 1_080;
/** Far above anything a person does in two days, far below where doubles lose whole numbers. */
const MAX_MEASURE = 1e9;

const measure = (description: string) =>
  z.number().nonnegative().max(MAX_MEASURE).optional().meta({ description });
const ExternalId = z.string().min(1).max(512).meta({ description: "The source's own id of the workout" });

const WorkoutFields = {
  type: z.string().min(1).max(128).optional().meta({
    description:
      'Of our taxonomy; any other word is kept as `providerType`, and the type is `other`. Without it `providerType` is looked up',
    example: 'running',
  }),
  providerType: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: "The source's own word", example: 'HKWorkoutActivityTypeRunning' }),
  start: InstantText,
  end: InstantText.meta({ description: 'Not before `start`, and at most 48 hours after it' }),
  zoneOffsetMinutes: z
    .int()
    .min(-MAX_ZONE_OFFSET_MINUTES)
    .max(MAX_ZONE_OFFSET_MINUTES)
    .optional()
    .meta({ description: "Minutes east of UTC on the wearer's clock at the start" }),
  title: z.string().min(1).max(200).optional(),
  durationSec: measure('Absent: from start to end'),
  movingSec: measure('Time in motion, s'),
  distanceM: measure('m'),
  energyKcal: measure('kcal'),
  avgHeartRateBpm: measure('/min'),
  maxHeartRateBpm: measure('/min'),
  elevationGainM: measure('m'),
  avgSpeedMps: measure('m/s'),
  avgCadencePerMin: measure('/min'),
  avgPowerW: measure('W'),
  stepCount: measure('steps'),
};
const hasType = ({ type, providerType }: { type?: string | undefined; providerType?: string | undefined }) =>
  type !== undefined || providerType !== undefined;

/** One workout of a batch. At the door each is checked on its own, so that a bad one refuses itself alone. */
export const WorkoutInput = z
  .object({
    externalId: ExternalId,
    revision: z
      .union([z.int(), InstantText])
      .optional()
      .meta({ description: 'An integer or an instant; a newer one replaces' }),
    isManual: z.boolean().optional().meta({ description: 'Entered by hand at the source' }),
    parentExternalId: ExternalId.optional().meta({
      description: 'Of the multi-sport activity it is part of',
    }),
    ...WorkoutFields,
  })
  .refine(hasType, { error: '`type` or `providerType` is required', path: ['type'] })
  .meta({ id: 'WorkoutInput' });
export type WorkoutInput = z.infer<typeof WorkoutInput>;

/** The envelope: a fault of it refuses the request as a whole. Its items are checked one by one. */
export const UpsertWorkoutsRequest = z
  .object({
    requestId: RequestId.meta({ description: 'Yours; a repeat with it gets the stored answer' }),
    payloadHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        description:
          'SHA-256, hex, over the canonical JSON (RFC 8785) of `{anchor, deletions, source, workouts}` as sent; an absent `anchor` is null, absent `deletions` are an empty list',
      }),
    origin: Origin.optional().meta({ description: 'live when absent' }),
    source: SourceInput,
    workouts: z.array(z.unknown()).meta({
      override: {
        type: 'array',
        maxItems: MAX_QUEUED_ITEM_COUNT,
        items: { $ref: '#/components/schemas/WorkoutInput' },
      },
    }),
    deletions: z
      .array(z.unknown())
      .optional()
      .meta({
        description: 'External ids; applied after the workouts',
        override: {
          type: 'array',
          maxItems: MAX_QUEUED_ITEM_COUNT,
          items: { type: 'string', minLength: 1, maxLength: 512 },
        },
      }),
    anchor: z.string().min(1).max(1_024).optional().meta({
      description:
        'Your own word for how far you have sent, of at most 1 KB; kept with the request and given back by the sync state',
    }),
  })
  .meta({ id: 'UpsertWorkoutsRequest' });
export type UpsertWorkoutsRequest = z.infer<typeof UpsertWorkoutsRequest>;

/** A manual entry as it is to be; fields left out are gone. */
export const PutWorkoutRequest = z
  .strictObject(WorkoutFields)
  .refine(hasType, { error: '`type` or `providerType` is required', path: ['type'] })
  .meta({ id: 'PutWorkoutRequest' });
export type PutWorkoutRequest = z.infer<typeof PutWorkoutRequest>;

export const WorkoutSyncState = z
  .object({
    source: SourceInput,
    anchor: z
      .string()
      .nullable()
      .meta({ description: 'Of the latest request that had one and did not fail' }),
    lastStatus: z
      .enum(['success', 'partial', 'failed'])
      .meta({ description: 'partial: some of it was refused; failed: all of it' }),
    lastSyncedAt: InstantText,
    // Described as it is elsewhere: beside a $ref of the published schema nothing else may stand.
    counts: IngestCounts,
  })
  .meta({ id: 'WorkoutSyncState', description: 'Status and counts are of the latest request' });
export type WorkoutSyncState = z.infer<typeof WorkoutSyncState>;

export const ListWorkoutSyncStatesAnswer = z
  .object({ sources: z.array(WorkoutSyncState), nextCursor: NextCursor })
  .meta({ id: 'WorkoutSyncStateList' });
export type ListWorkoutSyncStatesAnswer = z.infer<typeof ListWorkoutSyncStatesAnswer>;
