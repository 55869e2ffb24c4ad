import { IngestQueued } from '../../../contracts/commands/ingest-queued.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { processQueuedWorkouts } from '../../../lib/workouts/writes/process-queued.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import type { WriteWorkoutsWiring } from './wiring.ts';

/** Large batches of workouts, one after the other; each fails and comes back alone (WKT42). */
export const createWriteWorkoutsHandler = ({ writes, settings }: WriteWorkoutsWiring): QueueHandler =>
  createQueueHandler<IngestQueued>({
    settings,
    parse: (body) => IngestQueued.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of queued) {
        try {
          await processQueuedWorkouts(writes, message, settings.clock.now());
        } catch (error) {
          const { correlationId } = message;
          const fault = describeFault(error);
          settings.log.write('QUEUE_MESSAGE_FAILED', { messageId, receiveCount, correlationId, ...fault });
          failed.push(messageId);
        }
      }
      return failed;
    },
  });
