import { ImportActivity } from '../../../contracts/commands/import-activity.ts';
import { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { runImport } from '../../../lib/workouts/imports/run-import.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import type { ImportActivityWiring } from './wiring.ts';

/** As infra/constructs/activity-imports.ts has it: then the message goes to the dead-letter queue. */
const MAX_RECEIVE_COUNT = 5;

/** Files of activities, one after the other; each fails and comes back alone (ACT8). */
export const createImportActivityHandler = ({ imports, settings }: ImportActivityWiring): QueueHandler =>
  createQueueHandler<ImportActivity>({
    settings,
    parse: (body) => ImportActivity.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of queued) {
        try {
          const scope = {
            workspaceId: WorkspaceId.parse(message.workspaceId),
            userId: UserId.parse(message.userId),
          };
          const isLastTry = receiveCount >= MAX_RECEIVE_COUNT;
          await runImport(imports, scope, { ...message, isLastTry });
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
