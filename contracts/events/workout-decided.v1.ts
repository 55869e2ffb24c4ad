import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const WORKOUT_DECIDED_V1 = 'workout.decided.v1';

/** A user said which of the copies of a workout counts, that all of them do, or that we are to choose again. */
export const WorkoutDecidedV1 = EventEnvelope.extend({
  groupId: z.string(),
  decision: z.enum(['keep_both', 'primary', 'automatic']),
  /** The workout that counts; of `primary` alone. */
  primaryId: z.string().optional(),
  /** The group's workouts when the user decided. */
  recordIds: z.array(z.string()).min(1),
});
export type WorkoutDecidedV1 = z.infer<typeof WorkoutDecidedV1>;
