import { ImportActivity } from '../../../contracts/commands/import-activity.ts';
import { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { runImport } from '../../../lib/workouts/imports/run-import.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { oneByOne } from '../../_platform/queue/one-by-one.ts';
import type { ImportActivityWiring } from './wiring.ts';

/** As infra/constructs/activity-imports.ts has it: then the message goes to the dead-letter queue. */
const MAX_RECEIVE_COUNT = 5;

/** Files of activities, one after the other; each fails and comes back alone (ACT8). */
export const createImportActivityHandler = ({ imports, settings }: ImportActivityWiring): QueueHandler =>
  createQueueHandler<ImportActivity>({
    settings,
    parse: (body) => ImportActivity.parse(body),
    handle: oneByOne(
      settings,
      ({ correlationId }) => correlationId,
      async (message, receiveCount) => {
        const scope = {
          workspaceId: WorkspaceId.parse(message.workspaceId),
          userId: UserId.parse(message.userId),
        };
        const isLastTry = receiveCount >= MAX_RECEIVE_COUNT;
        await runImport(imports, scope, { ...message, isLastTry });
      },
    ),
  });
