import { IngestQueued } from '../../../contracts/commands/ingest-queued.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { processQueued } from '../../../lib/samples/process-queued.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import type { IngestLargeWiring } from './wiring.ts';

/** Large requests and uploaded files, one after the other; each fails and comes back alone (ING8). */
export const createIngestLargeHandler = ({ ingest, settings }: IngestLargeWiring): QueueHandler =>
  createQueueHandler<IngestQueued>({
    settings,
    parse: (body) => IngestQueued.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of queued) {
        try {
          await processQueued(ingest, message, settings.clock.now());
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
