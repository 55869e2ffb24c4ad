import { IngestQueued } from '../../../contracts/commands/ingest-queued.ts';
import { processQueued } from '../../../lib/samples/process-queued.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { oneByOne } from '../../_platform/queue/one-by-one.ts';
import type { IngestLargeWiring } from './wiring.ts';

/** Large requests and uploaded files, one after the other; each fails and comes back alone (ING8). */
export const createIngestLargeHandler = ({ ingest, settings }: IngestLargeWiring): QueueHandler =>
  createQueueHandler<IngestQueued>({
    settings,
    parse: (body) => IngestQueued.parse(body),
    handle: oneByOne(
      settings,
      ({ correlationId }) => correlationId,
      (message) => processQueued(ingest, message, settings.clock.now()),
    ),
  });
