import { IngestQueued } from '../../../contracts/commands/ingest-queued.ts';
import { processQueuedWorkouts } from '../../../lib/workouts/writes/process-queued.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { oneByOne } from '../../_platform/queue/one-by-one.ts';
import type { WriteWorkoutsWiring } from './wiring.ts';

/** Large batches of workouts, one after the other; each fails and comes back alone (WKT42). */
export const createWriteWorkoutsHandler = ({ writes, settings }: WriteWorkoutsWiring): QueueHandler =>
  createQueueHandler<IngestQueued>({
    settings,
    parse: (body) => IngestQueued.parse(body),
    handle: oneByOne(
      settings,
      ({ correlationId }) => correlationId,
      (message) => processQueuedWorkouts(writes, message, settings.clock.now()),
    ),
  });
