import { SAMPLES_CHANGED_V1 } from '../../../contracts/events/samples-changed.v1.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import type { ProjectionEvent } from '../../../lib/projections/coalesce.ts';
import { projectBatch } from '../../../lib/projections/project-batch.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';
import type { ProjectRollupsDeps } from './wiring.ts';

/** Changed samples into rollup rows (PRJ1 to PRJ4); changed priorities are for the rebuilds (RBD5). */
export const createProjectRollupsHandler = ({ projection, settings }: ProjectRollupsDeps): QueueHandler =>
  createQueueHandler<ProjectionEvent>({
    settings,
    parse: parseBusEvent([SAMPLES_CHANGED_V1]),
    handle: async (queued) => {
      const { clock, log, meter } = settings;
      const messages = queued.map(({ messageId, message }) => ({ messageId, event: message }));
      const report = await projectBatch(projection, messages);
      for (const { messageId, receiveCount, message } of queued) {
        const fault = report.failed.get(messageId);
        if (fault === undefined) {
          meter.add('ProjectionLag', clock.now() - message.detail.committedAtMs);
        } else {
          const { correlationId } = message.detail;
          log.write('QUEUE_MESSAGE_FAILED', {
            messageId,
            correlationId,
            receiveCount,
            ...describeFault(fault),
          });
        }
      }
      meter.add('RollupsWritten', report.savedCount);
      return [...report.failed.keys()];
    },
  });
