import { wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { QueueStack } from '../../_platform/queue/create-queue-handler.ts';
import { type WorkoutWritesParts, wireWorkoutWrites } from '../../_platform/wire-workout-writes.ts';
import type { Env } from './env.ts';

export interface WriteWorkoutsWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly writes: WorkoutWritesParts;
}

export const wire = (env: Env, platform: Platform): WriteWorkoutsWiring => ({
  writes: wireWorkoutWrites(env, platform, wireVault(env, platform)),
  settings: platform,
});
