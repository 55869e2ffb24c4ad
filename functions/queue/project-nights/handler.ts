import { RECORDS_CHANGED_V1 } from '../../../contracts/events/records-changed.v1.ts';
import { SAMPLES_CHANGED_V1 } from '../../../contracts/events/samples-changed.v1.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import type { NightEvent } from '../../../lib/sleep/coalesce-nights.ts';
import { projectNightBatch } from '../../../lib/sleep/project-batch.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';
import type { ProjectNightsDeps } from './wiring.ts';

/** Changed stages and sleep sessions into nights (SLP12). */
export const createProjectNightsHandler = ({ nights, settings }: ProjectNightsDeps): QueueHandler =>
  createQueueHandler<NightEvent>({
    settings,
    parse: parseBusEvent([SAMPLES_CHANGED_V1, RECORDS_CHANGED_V1]),
    handle: async (queued) => {
      const { clock, log, meter } = settings;
      const messages = queued.map(({ messageId, message }) => ({ messageId, event: message }));
      const report = await projectNightBatch(nights, messages);
      for (const { messageId, receiveCount, message } of queued) {
        const fault = report.failed.get(messageId);
        const { correlationId, committedAtMs } = message.detail;
        if (fault === undefined) {
          meter.add('ProjectionLag', clock.now() - committedAtMs);
        } else {
          const told = { messageId, correlationId, receiveCount, ...describeFault(fault) };
          log.write('QUEUE_MESSAGE_FAILED', told);
        }
      }
      meter.add('NightsWritten', report.savedCount);
      return [...report.failed.keys()];
    },
  });
