import { SAMPLES_CHANGED_V1 } from '../../../contracts/events/samples-changed.v1.ts';
import { SYNC_CHANGED_V1 } from '../../../contracts/events/sync-changed.v1.ts';
import { SECOND_MS } from '../../../lib/core/instants.ts';
import { type ImpactEvent, projectImpacts } from '../../../lib/impact/project-batch.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';
import type { ProjectImpactDeps } from './wiring.ts';

/** The function may run 120 s (infra/constructs/impact-projection.ts): what is left lets the page in hand end. */
const FOLLOW_MS = 80 * SECOND_MS;

/** Sessions and samples that changed into rows of session impact (PRJ1 to PRJ4). */
export const createProjectImpactHandler = ({ impact, settings }: ProjectImpactDeps): QueueHandler =>
  createQueueHandler<ImpactEvent>({
    settings,
    parse: parseBusEvent([SYNC_CHANGED_V1, SAMPLES_CHANGED_V1]),
    handle: async (queued) => {
      const { clock, log, meter } = settings;
      const messages = queued.map(({ messageId, message }) => ({ messageId, event: message }));
      const report = await projectImpacts(impact, messages, clock.now() + FOLLOW_MS);
      for (const { messageId, receiveCount, message } of queued) {
        const fault = report.failed.get(messageId);
        if (fault === undefined) continue;
        const { correlationId } = message.detail;
        log.write('QUEUE_MESSAGE_FAILED', {
          messageId,
          correlationId,
          receiveCount,
          ...describeFault(fault),
        });
      }
      meter.add('ImpactsWritten', report.savedCount);
      return [...report.failed.keys()];
    },
  });
